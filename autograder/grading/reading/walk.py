"""Goes through the code that a function reaches, and notes what it mentions."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from autograder.grading.reading.evaluate import GETATTR, GETTERS, IMPORTERS, LOCATORS, Evaluator
from autograder.grading.reading.flow import Flow, Given
from autograder.grading.reading.scopes import Definition, Function, Scope, Source, bind, parts
from autograder.grading.reading.values import Library, Namespace, Own, Site, Values

Kind = Literal["library", "attribute", "string", "computed", "code", "unread"]

EVALUATORS = frozenset(
    ["builtins.eval", "builtins.exec", "builtins.compile", "timeit.timeit", "timeit.repeat", "timeit.Timer",
     "torch.jit.CompilationUnit"]
)  # fmt: skip
_MUTATORS = frozenset(["append", "extend", "insert", "update", "setdefault", "add", "appendleft", "__setitem__"])
_LIBRARIES = sys.stdlib_module_names | frozenset(["torch", "torchvision", "numpy", "scipy", "einops"])
_ROUNDS = 3
WORKER = "autograder.sandbox"


@dataclass(frozen=True)
class Mention:
    """Something that can be reached from `root`, at a line of the module `source` ("" is the submission itself).

    `name` is, by kind: a library name; an `attribute` of an object of unknown origin; a `string` given to
    torch; the library module, or the function, of a `computed` attribute; the function of computed `code`;
    or why a file is `unread`.
    """

    kind: Kind
    name: str
    root: str
    source: str
    line: int


@dataclass
class Walk:
    """Goes through the code that one root reaches or, without a root, that the import of the files runs."""

    evaluator: Evaluator
    flow: Flow
    main: Source
    root: str = ""
    mentions: dict[Mention, None] = field(default_factory=dict)
    _stack: list[Site] = field(default_factory=list)
    _visited: set[object] = field(default_factory=set)

    def repeat(self, start: Sequence[Site] = ()) -> None:
        """Walk until nothing new turns up: a call site found late may say what a parameter is."""
        self.flow.importing = not self.root
        for _ in range(_ROUNDS):
            self.mentions, self._visited, self.flow.news = {}, set(), 0
            self._stack = [*reversed(start)]
            if self.root:
                self._touch(self.root, self.main.scope, imported=True)
                self._see_root()
            while self._stack:
                node, scope = self._stack.pop()
                self.evaluator.spend()
                self._see(node, scope)
                self._stack.extend(reversed(self._following(node, scope)))
            if not self.flow.news and not self.evaluator.unsettled:
                return
            self.evaluator.forget()

    def _see_root(self) -> None:
        """The root itself may be imported from a library."""
        for binding in self.main.scope.lookup(self.root, imported=True):
            if binding.kind == "import" and self.evaluator.split(binding.target)[0] is None:
                self._mention("library", binding.target, binding.node, binding.scope)

    def _mention(self, kind: Kind, name: str, node: ast.AST, scope: Scope) -> None:
        self.evaluator.spend()
        self.mentions[Mention(kind, name, self.root, scope.source.name, getattr(node, "lineno", 1))] = None

    def _following(self, node: ast.AST, scope: Scope) -> list[Site]:
        inner = scope.source.inner
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if node.decorator_list or (scope.kind == "class" and not isinstance(node, ast.ClassDef)):
                    self._reach(node, scope.source)
                return []
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                outer, inside = parts(node)
                return [(each, scope) for each in outer] + [(each, inner[node]) for each in inside]
            case ast.Call(func=function, args=[_, classes]) if self._is("builtins.isinstance", function, scope):
                if isinstance(classes, (ast.Name, ast.Attribute, ast.Tuple)):
                    return [(node.args[0], scope)]
        return [(each, scope) for each in scope.source.children.get(node, [])]

    def _is(self, name: str, node: ast.expr, scope: Scope) -> bool:
        return isinstance(node, ast.Name) and self.evaluator.of(node, scope).libraries == [name]

    def _reach(self, node: ast.AST, source: Source) -> None:
        """A function or class of the student's own is reached: so is all that it consists of."""
        if node in self._visited or node not in source.inner:
            return
        self._visited.add(node)
        below = source.inner[node]
        assert below.parent is not None
        outer, inside = parts(node)
        self._stack += [(each, below) for each in reversed(inside)]
        self._stack += [(each, below.parent) for each in reversed(outer)]

    def _touch(self, name: str, scope: Scope, imported: bool = False) -> None:
        """A name is read: whatever it is bound to is reached."""
        holder = scope.holder(name)
        key = (name, holder or scope.source, imported or scope.deferred)
        if key in self._visited:
            return
        self._visited.add(key)
        for binding in scope.lookup(name, imported):
            if binding.kind == "definition":
                self._reach(binding.node, scope.source)
            elif binding.kind == "import":
                self._touch_import(binding.target, binding.node, binding.scope)
            elif binding.kind != "parameter" and isinstance(binding.node, ast.expr):
                self._stack.append((binding.node, binding.scope))
        if holder is None:
            for star in scope.source.stars:
                source = self.evaluator.sources.get(star)
                if isinstance(source, Source):
                    self._touch(name, source.scope, imported=True)
        if holder is scope.source.scope or holder is None:
            self._stack += self.flow.written.get((scope.source, name), {})

    def _touch_import(self, target: str, node: ast.AST, scope: Scope) -> None:
        source, rest = self.evaluator.split(target)
        if isinstance(source, str):
            file = target.removesuffix(f".{rest}") if rest else target
            self.mentions[Mention("unread", source, self.root, file, 1)] = None
        elif source is not None and rest:
            self._touch(rest.partition(".")[0], source.scope, imported=True)
        elif rest:
            self._touch_itself(*rest.rpartition(".")[::2])

    def _touch_patches(self, attr: str) -> None:
        if ("patch", attr) not in self._visited:
            self._visited.add(("patch", attr))
            self._stack += self.flow.patched.get(attr, {})

    def _touch_all(self, source: Source) -> None:
        for name in list(source.scope.bindings):
            self._touch(name, source.scope, imported=True)

    def _see(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Call):
            self._see_call(node, scope)
        elif not isinstance(node, ast.expr):
            self._see_statement(node, scope)
        if self.root:
            self._see_read(node, scope)
        elif _names_worker(node):
            self._mention("library", WORKER, node, scope)

    def _see_read(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Name(ctx=ast.Load(), id=name):
                self._touch(name, scope)
                self._see_value(node, scope)
            case ast.Attribute(ctx=ast.Load(), value=base, attr=attr):
                self._see_name_of(self.evaluator.of(base, scope), attr, node, scope)
                self._see_value(node, scope)
            case ast.Subscript(ctx=ast.Load(), value=base, slice=index):
                self._see_index(self.evaluator.of(base, scope), index, node, scope)
                self._see_value(node, scope)
            case ast.Call():
                self._see_value(node, scope)

    def _see_statement(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in node.decorator_list:
                    self._pass(self.evaluator.of(decorator, scope), Given([(node, scope)]))
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.flow.store(target, value, scope)
            case ast.AugAssign(target=target, value=value):
                self.flow.store(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.flow.store(target, value, scope)

    def _see_value(self, node: ast.expr, scope: Scope) -> None:
        """Report what a name, attribute, item or call stands for."""
        parent = scope.source.parents.get(node)
        called = isinstance(parent, ast.Call) and parent.func is node
        values = self.evaluator.of(node, scope)
        self.evaluator.spend(values)
        for value in values.items:
            if isinstance(value, Library):
                self._mention("library", value.name, node, scope)
                last = value.name.rpartition(".")[2]
                self._touch_patches(last)
                if value.name in GETATTR and not called and not isinstance(parent, (ast.Assign, ast.AnnAssign)):
                    self._mention("computed", "getattr", node, scope)
            elif isinstance(value, Own) and not isinstance(value.node, ast.Lambda):
                self._reach(value.node, value.source)
            elif isinstance(value, Namespace) and not self._used_by_name(node, scope):
                self._see_index(Values(frozenset([value])), None, node, scope)

    def _used_by_name(self, node: ast.AST, scope: Scope) -> bool:
        """Whether a namespace is used in a way that `_see_index` looks at, here or where it was assigned to."""
        parent = scope.source.parents.get(node)
        if isinstance(parent, ast.Attribute):
            call = scope.source.parents.get(parent)
            looks_up = parent.attr in ("get", "pop", "__getitem__", "setdefault", "__setitem__", "update")
            return looks_up and isinstance(call, ast.Call) and call.func is parent
        if isinstance(parent, ast.Call):
            callees = self.evaluator.of(parent.func, scope)
            own = all(isinstance(each, Own | Library) for each in callees.items)
            return own and all(name in {"operator.getitem", *EVALUATORS} for name in callees.libraries)
        return isinstance(parent, (ast.Subscript, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Compare, ast.Return))

    def _see_index(self, base: Values, index: ast.expr | None, node: ast.AST, scope: Scope) -> None:
        """`vars(module)[index]`; without an index, a namespace that is used as a whole."""
        names = self.evaluator.of(index, scope) if index is not None else Values()
        for value in base.items:
            if not isinstance(value, Namespace):
                continue
            if isinstance(value.of, Source):
                for name in names.texts:
                    self._touch(name, value.of.scope, imported=True)
                if not names.complete:
                    self._touch_all(value.of)
            elif not names.complete:
                self._mention("computed", value.of.name if value.of else "sys.modules", node, scope)

    def _see_name_of(self, base: Values, attr: str, node: ast.AST, scope: Scope) -> None:
        """`base.attr`, however it is written."""
        for value in base.items:
            if isinstance(value, Source):
                self._touch(attr, value.scope, imported=True)
            elif isinstance(value, Library):
                self._touch_itself(value.name, attr)
        if not base.items:
            self._touch_patches(attr)
            own = any(attr in each.attributes for each in self.evaluator.sources.values() if isinstance(each, Source))
            if not own and not _is_self(node, scope):
                self._mention("attribute", attr, node, scope)

    def _touch_itself(self, module: str, attr: str) -> None:
        """A module that is neither a library nor a helper may be the submission itself."""
        if module not in _LIBRARIES and "." not in module and attr in self.main.scope.bindings:
            self._touch(attr, self.main.scope, imported=True)

    def _see_call(self, node: ast.Call, scope: Scope) -> None:
        of = self.evaluator.of
        callees = of(node.func, scope)
        arguments = [of(each, scope) for each in node.args]
        first, second = [*arguments, Values(), Values()][:2]
        for name in callees.libraries:
            if name in EVALUATORS:
                self._see_code(node, name, first, scope)
            elif name in GETATTR:
                self._see_getattr(first, second, node, scope)
            elif name in IMPORTERS | LOCATORS and not first.complete:
                self._mention("computed", "importlib", node, scope)
            elif name in GETTERS:
                self._see_getter(first, node, scope)
            elif name in ("inspect.getmembers", "builtins.dir") and first.libraries:
                self._mention("computed", first.libraries[0], node, scope)
            elif name == "operator.getitem" and len(node.args) > 1:
                self._see_index(first, node.args[1], node, scope)
            elif name.startswith("torch."):
                for text in {text for values in arguments for text in values.texts}:
                    self._mention("string", text, node, scope)
            elif name == "builtins.setattr" and len(node.args) == 3:
                self.flow.store_attribute(node.args[0], second.texts, node.args[2], scope)
        given = Given(
            [(each, scope) for each in node.args],
            {each.arg: (each.value, scope) for each in node.keywords if each.arg},
            any(isinstance(each, ast.Starred) for each in node.args) or any(not each.arg for each in node.keywords),
        )
        if isinstance(node.func, ast.Attribute):
            self._see_method(node, node.func, [first, second], given, scope)
        self._pass(callees, given)

    def _see_getattr(self, base: Values, names: Values, node: ast.AST, scope: Scope) -> None:
        for name in names.texts:
            self._see_name_of(base, name, node, scope)
        if names.complete:
            return
        for value in base.items:
            if isinstance(value, Library):
                self._mention("computed", value.name, node, scope)
            elif isinstance(value, Source):
                self._touch_all(value)

    def _see_getter(self, names: Values, node: ast.AST, scope: Scope) -> None:
        for name in names.texts:
            self._see_name_of(Values(), name.rpartition(".")[2], node, scope)
        if not names.complete:
            self._mention("computed", "operator", node, scope)

    def _see_method(
        self, node: ast.Call, function: ast.Attribute, values: list[Values], given: Given, scope: Scope
    ) -> None:
        base = self.evaluator.of(function.value, scope)
        if function.attr in ("__getattribute__", "__getattr__"):
            target, names = values if len(node.args) > 1 else (base, values[0])
            self._see_getattr(target, names, node, scope)
        elif function.attr in ("get", "pop", "__getitem__", "setdefault") and node.args:
            self._see_index(base, node.args[0], node, scope)
        if self.flow.importing:
            mutates = function.attr in _MUTATORS
            for owner in self.flow.owners(function.value, scope):
                if mutates or owner[0].scope.bindings[owner[1]][-1].kind != "definition":
                    self.flow.write(owner, [*node.args, *(each.value for each in node.keywords)], scope)
        if not base.libraries:
            for source in self.evaluator.sources.values():
                for method in source.methods.get(function.attr, []) if isinstance(source, Source) else []:
                    self.flow.pass_to(method, given, skip=1)

    def _see_code(self, node: ast.Call, name: str, given: Values, scope: Scope) -> None:
        """`eval`, `exec` and their like: read the string that they are given."""
        if any(isinstance(value, Own) for value in given.items):
            return
        if not given.complete or not given.items:
            self._mention("code", name.removeprefix("builtins."), node, scope)
        where = scope.source.scope if len(node.args) > 1 or not scope.deferred else scope
        if node not in self.evaluator.code:
            self.evaluator.code[node] = [stmt for text in given.texts for stmt in _parse(text, node)]
            bind(self.evaluator.code[node], where)
            self.flow.news += 1
        self._stack += [(each, where) for each in self.evaluator.code[node]]
        for each in self.evaluator.code[node]:
            if isinstance(each, Definition):
                self._reach(each, scope.source)

    def _pass(self, callees: Values, given: Given) -> None:
        """Arguments are passed to functions of the student's own."""
        for callee in callees.items:
            if not isinstance(callee, Own):
                continue
            if self.flow.importing:
                self._reach(callee.node, callee.source)
            if isinstance(callee.node, ast.ClassDef):
                for method in callee.node.body:
                    if isinstance(method, ast.FunctionDef) and method.name in ("__init__", "__new__"):
                        self.flow.pass_to(method, given, skip=1)
            else:
                self.flow.pass_to(callee.node, given)


def _names_worker(node: ast.AST) -> bool:
    """Whether this imports the grader's own modules of the worker, or names them for some other way to get at them."""
    match node:
        case ast.Import(names=names):
            modules = [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            modules = [f"{module}.{alias.name}" for alias in names]
        case ast.Constant(value=str(text)):
            modules = [text]
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            modules = [f"{name}.{attr}"]
        case _:
            return False
    return any(f"{each}.".startswith(f"{WORKER}.") for each in modules)


def _is_self(node: ast.AST, scope: Scope) -> bool:
    """Whether `node` is an attribute of a method's first parameter."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    holder = scope.holder(node.value.id)
    if holder is None or holder.parent is None or holder.parent.kind != "class":
        return False
    binding = holder.bindings[node.value.id][0]
    arguments = binding.node.args.args if isinstance(binding.node, Function) else []
    return binding.kind == "parameter" and bool(arguments) and arguments[0].arg == node.value.id


def _parse(text: str, node: ast.Call) -> list[ast.stmt]:
    """The statements of a string that is run as code; they count as standing where it is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for each in ast.walk(tree):
        if hasattr(each, "lineno"):
            each.lineno = node.lineno
    return tree.body
