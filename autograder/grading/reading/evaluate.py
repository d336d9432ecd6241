"""Evaluates expressions of a submission without running them.

Order of execution is not looked at: a name stands for everything that it is ever bound to, and a
container for everything in it.
"""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from autograder.grading.reading import folding
from autograder.grading.reading.scopes import Binding, Function, Scope, Source
from autograder.grading.reading.values import (
    NOTHING,
    UNKNOWN,
    Getter,
    Library,
    Namespace,
    Own,
    Site,
    Sites,
    Text,
    Value,
    Values,
    canonical,
    combined,
    constants,
    default_of,
)

MOST_STEPS = 200_000
DEEPEST = 80
_LOCALS = ("builtins.locals", "builtins.vars")
_HANDING_ON = frozenset(
    ["list", "tuple", "set", "dict", "iter", "next", "enumerate", "zip", "reversed", "sorted", "max", "min"]
)
_OF_CONTAINERS = frozenset(["get", "pop", "values", "items", "keys", "copy", "popleft", "__getitem__", "setdefault"])
_LOOKING_UP = frozenset(["get", "pop", "__getitem__", "setdefault"])
GETATTR = frozenset(["builtins.getattr", "inspect.getattr_static"])
IMPORTERS = frozenset(["builtins.__import__", "importlib.import_module", "importlib.__import__"])
LOCATORS = frozenset(["pkgutil.resolve_name", "pydoc.locate", "torch._utils._import_dotted_name"])
GETTERS = frozenset(["operator.attrgetter", "operator.methodcaller"])

Key = Site | tuple[Scope, str, bool]


class TooIntricate(Exception):
    """The text would take too long to read."""


@dataclass
class Evaluator:
    """Evaluates expressions of a submission's files. `sources` maps module names to what they hold, or why not."""

    sources: Mapping[str, Source | str]
    roots: frozenset[ast.AST] = frozenset()
    parameters: dict[tuple[ast.AST, str], Sites] = field(default_factory=dict)
    vague: set[ast.AST] = field(default_factory=set)
    fields: dict[str, Sites] = field(default_factory=dict)
    code: dict[ast.AST, list[ast.stmt]] = field(default_factory=dict)
    steps: int = 0
    _memo: dict[Key, Values] = field(default_factory=dict)
    _before: dict[Key, Values] = field(default_factory=dict)
    _active: set[Key] = field(default_factory=set)
    _cut: bool = False

    def spend(self, values: Values = NOTHING) -> None:
        """Count a step, which is longer the more there is to look at."""
        self.steps += 1 + len(values.items) // 8
        if self.steps > MOST_STEPS:
            raise TooIntricate

    def forget(self) -> None:
        """Evaluate anew, from what is known now: there is more to know than before."""
        self._before, self._memo, self._cut = self._memo, {}, False

    @property
    def unsettled(self) -> bool:
        """Whether names that depend on themselves may stand for more than was found."""
        return self._cut and any(self._before.get(key) != values for key, values in self._memo.items())

    def of(self, node: ast.AST, scope: Scope) -> Values:
        """What `node`, read in `scope`, may stand for."""
        return self._remembered((node, scope), lambda: self._evaluate(node, scope))

    def _remembered(self, key: Key, evaluate: Callable[[], Values]) -> Values:
        if key in self._memo:
            return self._memo[key]
        if key in self._active or len(self._active) > DEEPEST:
            self._cut = True
            return Values(self._before.get(key, UNKNOWN).items, False)
        self._active.add(key)
        values = self._memo[key] = evaluate()
        self._active.discard(key)
        self.spend(values)
        return values

    def union(self, sites: Iterable[Site]) -> Values:
        result = NOTHING
        for node, scope in sites:
            result |= self.of(node, scope)
            self.spend(result)
        return result

    def _evaluate(self, node: ast.AST, scope: Scope) -> Values:
        match node:
            case ast.Constant(value=str() | bytes() | int() as value):
                return Values(frozenset([Text(value)]), True)
            case ast.Constant():
                return NOTHING
            case ast.Name(id=name):
                return self.name(name, scope)
            case ast.Attribute(value=base, attr=attr):
                return self.attribute(self.of(base, scope), attr)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return Values(frozenset([Own(node, scope.source)]), True)
            case ast.IfExp(body=body, orelse=orelse):
                return self.of(body, scope) | self.of(orelse, scope)
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self.union((part, scope) for part in parts)
            case ast.Dict(keys=keys, values=parts):
                return self.union((part, scope) for part in [*keys, *parts] if part is not None)
            case ast.NamedExpr(value=value) | ast.Starred(value=value) | ast.Await(value=value):
                return self.of(value, scope)
            case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
                return self.of(value, scope.source.inner[node])
            case ast.DictComp(key=key, value=value):
                below = scope.source.inner[node]
                return self.of(key, below) | self.of(value, below)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(left, op, right, scope)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return Values(frozenset([Text(-value)]), True)
            case ast.JoinedStr(values=parts):
                return self._join("", parts, scope)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                found = self.of(value, scope)
                return Values(frozenset(Text(str(each.value)) for each in constants(found)), found.complete)
        return UNKNOWN

    def name(self, name: str, scope: Scope, imported: bool = False) -> Values:
        """What `name` stands for in a scope, or in a module that has been imported."""
        holder = scope.holder(name)
        if holder is not None:
            key = (holder, name, imported or scope.deferred)
            return self._remembered(key, lambda: self._bound(scope.lookup(name, imported)))
        if name == "__name__":
            return Values(frozenset([Text(scope.source.name)]), True)
        found: set[Value] = set()
        for star in scope.source.stars:
            source = self.sources.get(star)
            if not isinstance(source, Source):
                found.add(Library(f"{star}.{name}"))
            elif source.scope.holder(name):
                return self.name(name, source.scope, imported=True)
        if name == "__builtins__":
            found |= {Library("builtins"), Namespace(Library("builtins"))}
        elif hasattr(builtins, name):
            found.add(Library(f"builtins.{name}"))
        return Values(frozenset(found), bool(found))

    def _bound(self, bindings: Iterable[Binding]) -> Values:
        result = NOTHING
        for binding in bindings:
            self.spend()
            result |= self._binding(binding)
        return result

    def _binding(self, binding: Binding) -> Values:
        if binding.kind == "import":
            return self.module(binding.target)
        if binding.kind == "parameter":
            return self._parameter(binding)
        if binding.kind == "augmented":
            return Values(self.of(binding.node, binding.scope).items, False)
        return self.of(binding.node, binding.scope)

    def _parameter(self, binding: Binding) -> Values:
        sites = self.parameters.get((binding.node, binding.target), {})
        default = default_of(binding.node, binding.target)
        known = self.union([*sites, *([(default, binding.scope)] if default is not None else [])])
        certain = bool(sites) and binding.node not in self.roots and binding.node not in self.vague
        return Values(known.items, known.complete and certain)

    def module(self, target: str) -> Values:
        """What `import target`, or a name imported from there, stands for."""
        head, tail = self.split(target)
        if isinstance(head, Source):
            values = Values(frozenset([head]), True)
            for part in tail.split(".") if tail else []:
                values = self.attribute(values, part)
            return values
        return Values(frozenset([canonical(target)]), True)

    def split(self, target: str) -> tuple[Source | str | None, str]:
        """The module of the student's own that `target` starts with, and the rest of it."""
        head, tail = target, ""
        while head:
            if head in self.sources:
                return self.sources[head], tail
            head, _, last = head.rpartition(".")
            tail = f"{last}.{tail}" if tail else last
        return None, target

    def attribute(self, base: Values, attr: str) -> Values:
        """`base.attr`."""
        found: set[Value] = set()
        complete = base.complete and bool(base.items)
        for value in base.items:
            match value:
                case Library(name=name):
                    names = attr in ("__dict__", "__globals__")
                    found.add(Namespace(value) if names else canonical(f"{name}.{attr}"))
                case Source() if attr == "__dict__":
                    found.add(Namespace(value))
                case Source():
                    known = self.name(attr, value.scope, imported=True)
                    found |= known.items
                    complete &= known.complete
                case Own(source=source) if attr == "__globals__":
                    found.add(Namespace(source))
                case Own(node=ast.ClassDef() as node, source=source) if node in source.inner:
                    found |= self._bound(source.inner[node].bindings.get(attr, [])).items
                    complete = False
                case _:
                    complete = False
        if not base.items or any(isinstance(value, Own) for value in base.items):
            found |= self.union(self.fields.get(attr, {})).items
        return Values(frozenset(found), complete)

    def attributes(self, base: Values, names: Values) -> Values:
        """`getattr(base, name)` for every name."""
        result = Values(complete=names.complete)
        for name in names.texts:
            result |= self.attribute(base, name)
        return result

    def items(self, base: Values, index: Values) -> Values:
        """`base[index]` for what is a namespace in `base`."""
        found: set[Value] = set()
        for value in base.items:
            if not isinstance(value, Namespace):
                continue
            for name in index.texts:
                if value.of is None:
                    found |= self.module(name).items
                else:
                    found |= self.attribute(Values(frozenset([value.of]), True), name).items
        return Values(frozenset(found), index.complete)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Values:
        base = self.of(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return self._slice(base, node.slice, scope)
        index = self.of(node.slice, scope)
        result = self.items(base, index)
        others = {value for value in base.items if not isinstance(value, Namespace)}
        for text, position in itertools.product(constants(base), constants(index)):
            letter = folding.item(text.value, position.value) if isinstance(position.value, int) else None
            others |= {Text(letter)} if letter is not None else set()
        namespaces = len(base.items) > len(others)
        return Values(result.items | others, base.complete and (index.complete or not namespaces))

    def _slice(self, base: Values, node: ast.Slice, scope: Scope) -> Values:
        bounds: list[int | None] = []
        for part in (node.lower, node.upper, node.step):
            numbers = [text.value for text in constants(self.of(part, scope))] if part else [None]
            if len(numbers) != 1 or not isinstance(numbers[0], (int, type(None))):
                return Values(base.items, False)
            bounds.append(numbers[0])
        cut = {folding.item(text.value, slice(*bounds)) for text in constants(base)}
        items = frozenset(Text(each) for each in cut if each is not None) | base.items
        return Values(items, base.complete)

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr, scope: Scope) -> Values:
        many = isinstance(op, ast.Mod) and isinstance(right, ast.Tuple)
        operands = [left, *right.elts] if many and isinstance(right, ast.Tuple) else [left, right]
        return combined(
            [self.of(each, scope) for each in operands],
            lambda known: folding.binary(op, known[0], tuple(known[1:]) if many else known[1]),
        )

    def _call(self, node: ast.Call, scope: Scope) -> Values:
        function = node.func
        if isinstance(function, ast.Attribute):
            known = self._method(node, function, scope)
            if known is not None:
                return known
        result = NOTHING
        callees = self.of(function, scope)
        for callee in callees.items:
            match callee:
                case Library(name=name):
                    result |= self._library_call(name, node, scope)
                case Own(node=definition, source=source) if isinstance(definition, Function):
                    result |= self.union((each, source.inner[definition]) for each in source.inner[definition].returns)
                case Getter(name=name) if node.args:
                    value = self.of(node.args[0], scope)
                    for part in name.split("."):
                        value = self.attribute(value, part)
                    result |= value
                case _:
                    result |= UNKNOWN
        return result if callees.items else self._handed_on(node, scope)

    def _handed_on(self, node: ast.Call, scope: Scope) -> Values:
        """Whatever an unknown function is given may be what it returns."""
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        return Values(self.union((each, scope) for each in arguments).items, False)

    def _method(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Values | None:
        """The methods that matter whatever they are called on."""
        base = self.of(function.value, scope)
        first = self.of(node.args[0], scope) if node.args else UNKNOWN
        if function.attr in ("__getattribute__", "__getattr__") and node.args:
            if len(node.args) > 1:
                return self.attributes(first, self.of(node.args[1], scope))
            return self.attributes(base, first)
        if function.attr in _LOOKING_UP and any(isinstance(value, Namespace) for value in base.items):
            return self.items(base, first)
        texts = constants(base)
        if function.attr == "join" and texts and len(node.args) == 1:
            return self._joined(texts, node.args[0], scope)
        if texts and function.attr not in _OF_CONTAINERS:
            known = [self.of(each, scope) for each in [function.value, *node.args]]
            return combined(known, lambda each: folding.method(function.attr, each[0], each[1:]))
        if function.attr in _OF_CONTAINERS and base.items and not base.libraries:
            return base | self.union((each, scope) for each in node.args[1:])
        return None

    def _joined(self, separators: list[Text], argument: ast.expr, scope: Scope) -> Values:
        if isinstance(argument, ast.Name):
            bindings = scope.lookup(argument.id)
            if len(bindings) == 1 and bindings[0].kind == "value" and isinstance(bindings[0].node, ast.expr):
                argument, scope = bindings[0].node, bindings[0].scope
        if not isinstance(argument, (ast.List, ast.Tuple)) or len(separators) != 1:
            return UNKNOWN
        return self._join(separators[0].value, argument.elts, scope)

    def _join(self, separator: folding.Constant, parts: list[ast.expr], scope: Scope) -> Values:
        return combined([self.of(part, scope) for part in parts], lambda known: folding.joined(separator, known))

    def _library_call(self, name: str, node: ast.Call, scope: Scope) -> Values:
        first, second = ([*(self.of(each, scope) for each in node.args[:2]), UNKNOWN, UNKNOWN])[:2]
        if name in GETATTR:
            return self.attributes(first, second) | self.union((each, scope) for each in node.args[2:])
        if name == "builtins.globals" or (not scope.deferred and not node.args and name in _LOCALS):
            return Values(frozenset([Namespace(scope.source)]), True)
        if name == "builtins.vars":
            return Values(frozenset(Namespace(v) for v in first.items if isinstance(v, (Library, Source))), True)
        if name in IMPORTERS or name in LOCATORS:
            return self._imported(name, first, node)
        if name in GETTERS:
            return Values(frozenset(Getter(text) for text in first.texts), first.complete)
        if name == "builtins.isinstance":
            return NOTHING
        if name == "operator.getitem":
            return self.items(first, second) | first
        if name == "builtins.compile":
            return first
        if name == "builtins.eval":
            return self.union((each.value, scope) for each in self.code.get(node, []) if isinstance(each, ast.Expr))
        if name in {f"builtins.{each}" for each in _HANDING_ON}:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            return self.union((each, scope) for each in arguments)
        folded = combined([first], lambda known: folding.call(name, known[0]))
        if folded.items and len(node.args) == 1:
            return folded
        inert = name.partition(".")[0] in ("torch", "numpy", "math")
        return UNKNOWN if inert else self._handed_on(node, scope)

    def _imported(self, name: str, target: Values, node: ast.Call) -> Values:
        found: set[Value] = set()
        for text in target.texts:
            found |= self.module(text.replace(":", ".").lstrip(".")).items
            if name.endswith("__import__"):
                found |= self.module(text.partition(".")[0]).items
        return Values(frozenset(found), target.complete)
