"""Which name is bound to what in a source text: its scopes, read off the syntax tree, nothing run."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@dataclass(frozen=True, eq=False)
class Binding:
    """One way in which a name gets its value. `node` is evaluated in `scope`."""

    kind: Literal["import", "definition", "value", "element", "parameter", "augmented"]
    node: ast.AST
    scope: Scope
    target: str = ""
    position: int | None = None
    settled: bool = False  # an unconditional statement of the module: it replaces what was bound before


@dataclass(eq=False)
class Scope:
    """A module, class, function or comprehension, with what its names are bound to.

    `settled` counts the bindings that the last unconditional one of a module replaces; `late` are those
    that functions make through `global`; `returns` is what a function returns or yields.
    """

    kind: Literal["module", "class", "function", "comprehension"]
    source: Source
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    settled: dict[str, int] = field(default_factory=dict)
    late: dict[str, list[Binding]] = field(default_factory=dict)
    returns: list[ast.expr] = field(default_factory=list)

    @property
    def deferred(self) -> bool:
        """Whether code of this scope runs only after the module has been imported."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        return scope is not None

    def holder(self, name: str) -> Scope | None:
        """The scope that binds `name` as it is seen from here, by Python's rules."""
        if name in self.globals:
            return self.source.scope
        scope: Scope | None = self
        while scope is not None:
            visible = scope.kind != "class" or scope is self
            if visible and name in scope.bindings and name not in scope.nonlocals:
                return scope
            scope = scope.parent
        return None

    def lookup(self, name: str, imported: bool = False) -> list[Binding]:
        """What `name` may be bound to when code of this scope reads it, or others do after the import."""
        holder = self.holder(name)
        found = holder.bindings.get(name, []) if holder else []
        if holder and holder is self.source.scope and (imported or self.deferred):
            return found[holder.settled.get(name, 0) :] + holder.late.get(name, [])
        return found


@dataclass(eq=False)
class Source:
    """A module of the student's own: its scopes by node, and the names it gives to attributes."""

    name: str
    tree: ast.Module
    scope: Scope = field(init=False)
    inner: dict[ast.AST, Scope] = field(default_factory=dict)
    children: dict[ast.AST, list[ast.AST]] = field(default_factory=dict)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    methods: dict[str, list[Function]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scope = Scope("module", self, None)
        bind(self.tree.body, self.scope, settled=True)


def bind(nodes: Iterable[ast.AST], scope: Scope, settled: bool = False) -> None:
    """Record every binding that `nodes`, which run in `scope`, make; those of nested scopes too."""
    stack = [(node, scope, settled) for node in reversed(list(nodes))]
    while stack:
        node, here, settled = stack.pop()
        _bind(node, here, settled)
        following: list[tuple[ast.AST, Scope, bool]] = []
        if is_scope(node):
            outer, inside = parts(node)
            below = _open(node, here)
            following = [(each, here, False) for each in outer] + [(each, below, False) for each in inside]
        else:
            children = here.source.children[node] = evaluated(node, here.source)
            following = [(each, here, False) for each in children]
        for child, _, _ in following:
            scope.source.parents[child] = node
        stack.extend(reversed(following))


def is_scope(node: ast.AST) -> bool:
    return isinstance(node, Function | ast.ClassDef | Comprehension)


def parts(node: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """What a node with a scope of its own evaluates outside of that scope, and inside."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords], [*node.body]
    if isinstance(node, Function):
        defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
        if isinstance(node, ast.Lambda):
            return [*defaults], [node.body]
        return [*node.decorator_list, *defaults], [*node.body]
    assert isinstance(node, Comprehension)
    first, *rest = node.generators
    inside: list[ast.AST] = [first.target, *first.ifs]
    for generator in rest:
        inside += [generator.target, generator.iter, *generator.ifs]
    inside += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [first.iter], inside


def evaluated(node: ast.AST, source: Source) -> list[ast.AST]:
    """The children of a node that run when the file is imported: no annotation, no dead branch."""
    if isinstance(node, ast.If):
        verdict = _verdict(node.test, source)
        taken = {True: node.body, False: node.orelse, None: [*node.body, *node.orelse]}[verdict]
        return [node.test, *taken]
    if isinstance(node, ast.AnnAssign):
        return [node.target] if node.value is None else [node.target, node.value]
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, _MARKS)]


def _verdict(test: ast.expr, source: Source) -> bool | None:
    """What a condition is known to be: constants, and whether the file is run as a program."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return False if any(_verdict(each, source) is False for each in test.values) else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and "__name__" not in source.scope.bindings:
        sides = {ast.dump(test.left), ast.dump(test.comparators[0])}
        if sides == {"Name(id='__name__', ctx=Load())", "Constant(value='__main__')"}:
            return {ast.Eq: False, ast.NotEq: True}.get(type(test.ops[0]))
    return None


def _open(node: ast.AST, scope: Scope) -> Scope:
    kind: Literal["class", "function", "comprehension"] = "function"
    if isinstance(node, ast.ClassDef):
        kind = "class"
        scope.source.attributes.update(each.name for each in node.body if isinstance(each, Definition))
    elif isinstance(node, Comprehension):
        kind = "comprehension"
    below = scope.source.inner[node] = Scope(kind, scope.source, scope)
    if isinstance(node, ast.Lambda):
        below.returns.append(node.body)
    if isinstance(node, Function):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in every:
            if argument is not None:
                _add(below, argument.arg, Binding("parameter", node, scope, argument.arg))
        if scope.kind == "class" and not isinstance(node, ast.Lambda):
            scope.source.methods.setdefault(node.name, []).append(node)
    elif isinstance(node, Comprehension):
        for generator in node.generators:
            where = scope if generator is node.generators[0] else below
            _bind_target(generator.target, generator.iter, where, below, "element", False)
    return below


def _add(scope: Scope, name: str, binding: Binding) -> None:
    owner = scope
    if name in scope.globals:
        owner = scope.source.scope
    elif name in scope.nonlocals and scope.parent is not None:
        owner = scope.parent.holder(name) or scope
    if owner.kind == "class":
        owner.source.attributes.add(name)
    found = owner.bindings.setdefault(name, [])
    if binding.settled:
        owner.settled[name] = len(found)
    elif owner is not scope:
        owner.late.setdefault(name, []).append(binding)
    found.append(binding)


def _bind(node: ast.AST, scope: Scope, settled: bool) -> None:
    match node:
        case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value) | ast.YieldFrom(value=value):
            scope.returns.append(value)
        case ast.Global(names=names):
            scope.globals.update(names)
        case ast.Nonlocal(names=names):
            scope.nonlocals.update(names)
        case ast.Import(names=aliases):
            for alias in aliases:
                target = alias.name if alias.asname else alias.name.partition(".")[0]
                _add(scope, alias.asname or target, Binding("import", node, scope, target, settled=settled))
        case ast.ImportFrom():
            _bind_from(node, scope, settled)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            _add(scope, name, Binding("definition", node, scope, settled=settled))
        case ast.Assign(targets=targets, value=value):
            for each in targets:
                _bind_target(each, value, scope, scope, "value", settled)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            _bind_target(target, value, scope, scope, "value", settled)
        case ast.NamedExpr(target=target, value=value):
            owner = scope
            while owner.kind == "comprehension" and owner.parent is not None:
                owner = owner.parent
            _bind_target(target, value, scope, owner, "value", False)
        case ast.AugAssign(target=target, value=value):
            _bind_target(target, value, scope, scope, "augmented", False)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            _bind_target(target, value, scope, scope, "element", False)
        case ast.withitem(context_expr=value, optional_vars=target) if target is not None:
            _bind_target(target, value, scope, scope, "value", False)
        case ast.Match(subject=subject, cases=cases):
            for part in (inner for case in cases for inner in ast.walk(case.pattern)):
                captured = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(captured, str):
                    _add(scope, captured, Binding("element", subject, scope))
        case ast.ExceptHandler(name=str(name)):
            _add(scope, name, Binding("augmented", node, scope))
        case ast.keyword(arg=str(name)):
            scope.source.attributes.add(name)


def _bind_from(node: ast.ImportFrom, scope: Scope, settled: bool) -> None:
    module = node.module or ""
    for alias in node.names:
        if alias.name == "*":
            scope.source.stars.append(module)
        else:
            target = f"{module}.{alias.name}" if module else alias.name
            _add(scope, alias.asname or alias.name, Binding("import", node, scope, target, settled=settled))


def _bind_target(
    target: ast.expr, value: ast.expr, where: Scope, owner: Scope,
    kind: Literal["value", "element", "augmented"], settled: bool,
) -> None:  # fmt: skip
    stack: list[tuple[ast.expr, ast.expr, Literal["value", "element", "augmented"]]] = [(target, value, kind)]
    while stack:
        target, value, kind = stack.pop()
        if isinstance(target, ast.Name):
            _add(owner, target.id, Binding(kind, value, where, settled=settled and kind == "value"))
        elif isinstance(target, ast.Attribute):
            owner.source.attributes.add(target.attr)
        elif isinstance(target, ast.Starred):
            stack.append((target.value, value, "element"))
        elif isinstance(target, (ast.Tuple, ast.List)):
            pairs = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            if kind == "value" and pairs and not any(isinstance(each, ast.Starred) for each in target.elts):
                stack += [(each, item, kind) for each, item in zip(target.elts, value.elts, strict=True)]  # type: ignore[attr-defined]
            else:
                stack += [(each, value, "element") for each in target.elts]
