"""Mutations that deep learning invites: axes, modes, gradients, dtypes, bounds, and what was left out.

Each operator looks at one node of the syntax tree and yields texts that could stand in place of a span.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.mutants.places import Source, Span

ALIKE = (
    ("sum", "mean"), ("max", "min"), ("amax", "amin"), ("argmax", "argmin"), ("zeros", "ones"), ("rand", "randn"),
    ("zeros_like", "ones_like"), ("train", "eval"), ("stack", "cat"), ("MaxPool2d", "AvgPool2d"),
    ("max_pool2d", "avg_pool2d"), ("Sigmoid", "ReLU"), ("sigmoid", "relu"), ("floor", "ceil"),
    ("xavier_uniform_", "xavier_normal_"), ("xavier_uniform_", "kaiming_uniform_"), ("SGD", "Adam"),
    ("any", "all"), ("padding", "stride"),
)  # fmt: skip
"""Names that are taken for one another: of functions, and of arguments."""

FIXED = ("shape", "dtype", "device", "ndim", "dim", "size", "numel")
"""What a tensor has whether or not it is detached."""

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Dict, ast.ListComp)


@dataclass(frozen=True)
class Edit:
    """A text in place of a span, and the name of the operator that thought of it."""

    operator: str
    span: Span
    text: str


def edits(source: Source) -> Iterator[Edit]:
    """Every edit of every operator, in the order of the source."""
    parameters = {
        each.arg for routine in source.routines for each in ast.walk(routine.args) if isinstance(each, ast.arg)
    }
    nodes = sorted(source.nodes(), key=source.span)
    looked_at = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr in FIXED}
    looked_at |= {id(node.args[0]) for node in nodes if isinstance(node, ast.Call) and source.of(node.func) == "len"}
    for node in nodes:
        for operator in OPERATORS:
            yield from (Edit(operator.__name__, *each) for each in operator(source, node))
        if id(node) not in looked_at:
            yield from _cut_gradient(source, node, parameters)


Found = Iterator[tuple[Span, str]]


def swap_neighbours(source: Source, node: ast.AST) -> Found:
    """Two arguments, elements, axes, targets or values of a dict that stand side by side."""
    match node:
        case ast.Call():
            parts: Sequence[ast.AST | None] = node.args
        case ast.Tuple() | ast.List():
            parts = node.elts
        case ast.Dict():
            parts = node.values
        case _:
            return
    for one, other in pairwise(part for part in parts if part is not None and not isinstance(part, ast.Starred)):
        (start, middle), (rest, end) = source.span(one), source.span(other)
        yield (start, end), source.of(other) + source.cut(middle, rest) + source.of(one)


def drop_part(source: Source, node: ast.AST) -> Found:
    """One argument of a call, or one element of a list or tuple."""
    match node:
        case ast.Call():
            parts: list[ast.AST] = [*node.args, *node.keywords]
            texts = [source.of(part) for part in parts]
            if len(parts) == 1 and isinstance(parts[0], ast.GeneratorExp):
                return
            for left_out in range(len(parts)):
                kept = [text for number, text in enumerate(texts) if number != left_out]
                yield source.span(node), f"{source.of(node.func)}({', '.join(kept)})"
        case ast.List(ctx=ast.Load()):
            for left_out in range(len(node.elts)):
                kept = [source.of(part) for number, part in enumerate(node.elts) if number != left_out]
                yield source.span(node), f"[{', '.join(kept)}]"
        case ast.Tuple(ctx=ast.Load()) if not any(isinstance(part, ast.Slice) for part in node.elts):
            for left_out in range(len(node.elts)):
                kept = [source.of(part) for number, part in enumerate(node.elts) if number != left_out]
                yield source.span(node), f"({', '.join(kept)},)" if kept else "()"


def drop_call(source: Source, node: ast.AST) -> Found:
    """What a method was called on, or what a function was given, as it is: no flip, no `.to`, no `nn.Parameter`."""
    if not isinstance(node, ast.Call):
        return
    func = node.func
    if isinstance(func, ast.Attribute) and not (_root(func) in source.imported or isinstance(func.value, ast.Constant)):
        yield source.span(node), _atom(source, func.value)
    elif node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield source.span(node), _atom(source, node.args[0])


def take_another(source: Source, node: ast.AST) -> Found:
    """A function of another name, or an argument under another name: mean for sum, stride for padding."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            end = source.span(node.func)[1]
        case ast.keyword(arg=str(name)):
            line, column = source.span(node)[0]
            end = line, column + len(name)
        case _:
            return
    start = end[0], end[1] - len(name)
    for pair in ALIKE:
        if name in pair:
            yield (start, end), pair[1 - pair.index(name)]


def swap_named(source: Source, node: ast.AST) -> Found:
    """The values of two arguments whose names are taken for one another."""
    if not isinstance(node, ast.Call):
        return
    for one, other in pairwise(keyword for keyword in node.keywords if keyword.arg is not None):
        if any({one.arg, other.arg} == {*pair} for pair in ALIKE):
            (start, middle), (rest, end) = source.span(one.value), source.span(other.value)
            yield (start, end), source.of(other.value) + source.cut(middle, rest) + source.of(one.value)


def off_by_one(source: Source, node: ast.AST) -> Found:
    """A bound of a range or of a slice; the first or the last of what is gone through."""
    match node:
        case ast.Call(func=ast.Name(id="range")):
            for end in node.args:
                yield from _shifted(source, end)
        case ast.Subscript(slice=index):
            for part in index.elts if isinstance(index, ast.Tuple) else [index]:
                if isinstance(part, ast.Slice):
                    for bound in (part.lower, part.upper):
                        if bound is not None:
                            yield from _shifted(source, bound)
        case ast.For(iter=iterable):
            yield from _fewer(source, iterable)
        case ast.ListComp(generators=loops) | ast.GeneratorExp(generators=loops):
            for loop in loops:
                yield from _fewer(source, loop.iter)


def drop_statement(source: Source, node: ast.AST) -> Found:
    """Nothing in its place."""
    if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Raise | ast.Delete):
        yield source.span(node), "pass"


def change_target(source: Source, node: ast.AST) -> Found:
    """`-=` for `+=`, `=` for either."""
    if isinstance(node, ast.AugAssign):
        signs = {ast.Add: ("-=", "="), ast.Sub: ("+=", "="), ast.Mult: ("+=", "/=", "="), ast.Div: ("*=", "=")}
        for sign in signs.get(type(node.op), ("=",)):
            yield source.span(node), f"{source.of(node.target)} {sign} {source.of(node.value)}"


def take_side(source: Source, node: ast.AST) -> Found:
    """One operand alone, or one branch of a choice."""
    match node:
        case ast.BinOp():
            yield source.span(node), _atom(source, node.left)
            yield source.span(node), _atom(source, node.right)
            if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.MatMult):
                start, end = source.span(node)
                middle = source.cut(source.span(node.left)[1], source.span(node.right)[0]).strip("() \n")
                yield (start, end), f"{_atom(source, node.right)} {middle} {_atom(source, node.left)}"
        case ast.IfExp():
            yield source.span(node), _atom(source, node.body)
            yield source.span(node), _atom(source, node.orelse)
        case ast.BoolOp():
            for value in node.values:
                yield source.span(node), _atom(source, value)
        case ast.If():
            yield source.span(node.test), "True"
            yield source.span(node.test), "False"


def drop_no_grad(source: Source, node: ast.AST) -> Found:
    """`with torch.no_grad():` has no effect."""
    if (
        isinstance(node, ast.With)
        and len(node.items) == 1
        and source.of(node.items[0].context_expr).endswith("no_grad()")
    ):
        yield (source.span(node)[0], source.span(node.items[0].context_expr)[1]), "if True"


def freeze(source: Source, node: ast.AST) -> Found:
    """A parameter that takes no gradient."""
    if isinstance(node, ast.Call) and source.of(node.func).endswith("Parameter"):
        kept = [source.of(part) for part in node.args]
        yield source.span(node), f"{source.of(node.func)}({', '.join([*kept, 'requires_grad=False'])})"


def cut_or_cast(source: Source, node: ast.AST) -> Found:
    """What is returned or given a name, detached or of another dtype."""
    match node:
        case ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
            for part in value.elts if isinstance(value, ast.Tuple) else [value]:
                if not isinstance(part, ast.Constant | ast.List | ast.Dict | ast.Starred | ast.Compare):
                    for method in ("detach", "double", "float", "half"):
                        yield source.span(part), f"{_atom(source, part)}.{method}()"


def take_other_words(source: Source, node: ast.AST) -> Found:
    """A text of another content; the equation of an einsum with its result transposed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        head, arrow, tail = node.value.partition("->")
        yield source.span(node), repr(f"{head}{arrow}{tail[::-1]}" if arrow else f"{node.value}_")


def raise_another(source: Source, node: ast.AST) -> Found:
    """An exception of another class."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield source.span(node.exc.func), "RuntimeError"


OPERATORS: tuple[Callable[[Source, ast.AST], Found], ...] = (
    swap_neighbours, drop_part, drop_call, take_another, swap_named, off_by_one, drop_statement, change_target,
    take_side, drop_no_grad, freeze, cut_or_cast, take_other_words, raise_another,
)  # fmt: skip


def _cut_gradient(source: Source, node: ast.AST, parameters: set[str]) -> Iterator[Edit]:
    """An argument, or something of the module's own, detached where it is used."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in parameters - {"self"}:
            yield Edit("cut_gradient", source.span(node), f"{name}.detach()")
        case ast.Attribute(value=ast.Name(id="self"), ctx=ast.Load()):
            yield Edit("cut_gradient", source.span(node), f"{source.of(node)}.detach()")


def _shifted(source: Source, bound: ast.expr) -> Found:
    """One more and one less; cosmic-ray does that to plain numbers."""
    if not isinstance(bound, ast.Constant):
        yield source.span(bound), f"{source.of(bound)} + 1"
        yield source.span(bound), f"{source.of(bound)} - 1"


def _fewer(source: Source, iterable: ast.expr) -> Found:
    """Without the first, without the last, the first alone."""
    for few in ("1:", ":-1", ":1"):
        yield source.span(iterable), f"[*{_atom(source, iterable)}][{few}]"


def _atom(source: Source, node: ast.expr) -> str:
    """The node's text so that something can follow it."""
    return source.of(node) if isinstance(node, ATOMS) else f"({source.of(node)})"


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
