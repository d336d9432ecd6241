"""Mutations of any Python code: cosmic-ray's operators, which this module alone knows.

cosmic-ray belongs to the `dev` extra, and is imported only when mutants are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.errors import UsageError
from autograder.mutants.places import Source

WITHOUT = ("RemoveDecorator", "VariableReplacer", "VariableInserter")
"""Operators that want to be told names, or alter what is no student's."""


def operators() -> dict[str, Any]:
    """Its operators by name. Raises `UsageError` where cosmic-ray is not installed."""
    try:
        from cosmic_ray.operators.provider import OperatorProvider
    except ImportError:
        raise UsageError("extra-missing", what="--mutants", package="cosmic-ray", install="cosmic-ray") from None
    provider = OperatorProvider()
    return {name: provider[name]() for name in provider if name not in WITHOUT}


def mutations(source: Source) -> Iterator[tuple[str, int, str]]:
    """(operator, line, the whole text) of each mutation of what may be altered."""
    known = operators()
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import MutationVisitor

    nodes = [*ast_nodes(get_ast(source.text))]
    for name, operator in known.items():
        positions = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(positions):
            if source.mutable(start):
                text = MutationVisitor.mutate_code(source.text, operator, occurrence)
                yield name, start[0], text
