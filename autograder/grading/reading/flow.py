"""Where values go: from arguments to parameters, and into attributes and containers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograder.grading.reading.evaluate import Evaluator
from autograder.grading.reading.scopes import Function, Scope, Source
from autograder.grading.reading.values import Namespace, Site, Sites


@dataclass(frozen=True)
class Given:
    """The arguments of a call; `vague` if there are starred ones among them."""

    positional: list[Site]
    keywords: Mapping[str, Site] = field(default_factory=dict)
    vague: bool = False


@dataclass
class Flow:
    """What is known of a submission's data, beside its names.

    `written` holds what the import of the files puts into the objects of module-level names, `patched`
    what it puts into attributes of libraries. `news` counts what has been learnt.
    """

    evaluator: Evaluator
    importing: bool = True
    written: dict[tuple[Source, str], Sites] = field(default_factory=dict)
    patched: dict[str, Sites] = field(default_factory=dict)
    news: int = 0

    def store(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """`target = value`."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for each in target.elts:
                self.store(each, value, scope)
        elif isinstance(target, ast.Attribute):
            self.store_attribute(target.value, [target.attr], value, scope)
        elif isinstance(target, ast.Subscript):
            self._store_item(target, value, scope)

    def store_attribute(self, base: ast.expr, names: Iterable[str], value: ast.expr, scope: Scope) -> None:
        """`base.name = value` for each of `names`."""
        for name in names:
            self._add(self.evaluator.fields.setdefault(name, {}), (value, scope))
            if self.importing and self.evaluator.of(base, scope).libraries:
                self._add(self.patched.setdefault(name, {}), (value, scope))
        if self.importing:
            for owner in self.owners(base, scope):
                self.write(owner, [value], scope)

    def _store_item(self, target: ast.Subscript, value: ast.expr, scope: Scope) -> None:
        if not self.importing:
            return
        for owner in self.owners(target.value, scope):
            self.write(owner, [value], scope)
        names = self.evaluator.of(target.slice, scope).texts
        for namespace in self.evaluator.of(target.value, scope).items:
            if isinstance(namespace, Namespace) and isinstance(namespace.of, Source):
                for name in names:
                    self.write((namespace.of, name), [value], scope)
            elif isinstance(namespace, Namespace):
                for name in names:
                    self._add(self.patched.setdefault(name, {}), (value, scope))

    def owners(self, node: ast.expr, scope: Scope, depth: int = 8) -> set[tuple[Source, str]]:
        """The module-level names whose objects `node` may be, or be part of."""
        self.evaluator.spend()
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        holder = scope.holder(node.id) if isinstance(node, ast.Name) and depth else None
        if holder is None or not isinstance(node, ast.Name):
            return set()
        if holder is scope.source.scope:
            imported = all(binding.kind == "import" for binding in holder.bindings[node.id])
            return set() if imported else {(scope.source, node.id)}
        found: set[tuple[Source, str]] = set()
        for binding in scope.lookup(node.id):
            if binding.kind == "value" and isinstance(binding.node, ast.expr):
                found |= self.owners(binding.node, binding.scope, depth - 1)
            for site, where in self.evaluator.parameters.get((binding.node, binding.target), {}):
                found |= self.owners(site, where, depth - 1) if isinstance(site, ast.expr) else set()
        return found

    def write(self, owner: tuple[Source, str], nodes: Iterable[ast.expr], scope: Scope) -> None:
        """Something is put into the object of a module-level name."""
        for node in nodes:
            self._add(self.written.setdefault(owner, {}), (node, scope))

    def pass_to(self, function: ast.AST, given: Given, skip: int = 0) -> None:
        """A function of the student's own is called, its first `skip` parameters being filled already."""
        if not isinstance(function, Function):
            return
        arguments = function.args
        names = [each.arg for each in [*arguments.posonlyargs, *arguments.args]][skip:]
        for position, site in enumerate(given.positional):
            name = names[position] if position < len(names) else arguments.vararg and arguments.vararg.arg
            if name:
                self._add(self.evaluator.parameters.setdefault((function, name), {}), site)
        for name, site in given.keywords.items():
            self._add(self.evaluator.parameters.setdefault((function, name), {}), site)
        if given.vague and function not in self.evaluator.vague:
            self.evaluator.vague.add(function)
            self.news += 1

    def _add(self, sites: Sites, site: Site) -> None:
        if site not in sites:
            sites[site] = None
            self.news += 1
