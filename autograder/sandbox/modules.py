"""What a submission can import beside what is installed: its own files, what the grader supplies, and bystanders.

Everything is served from memory. It runs in the worker, in the same process as student code.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import linecache
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

# Modules that submissions import for plots and notebooks, and that grading can do without.
DRAWING = {"matplotlib", "matplotlib_inline", "seaborn", "plotly", "IPython", "ipywidgets"}
BYSTANDERS = {*DRAWING, "tqdm", "pandas", "d2l"}


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the submission, its helper modules and what the grader supplies from memory.

    `broken` are the names that a notebook was to define, each with what was raised instead.
    """

    def __init__(self) -> None:
        self.broken: dict[str, BaseException] = {}
        self.sources: dict[str, tuple[str, str]] = {}
        self.supplied: dict[str, dict[str, Any]] = {}
        self.mine: dict[str, ModuleType] = {}
        self.theirs: dict[str, ModuleType] = {}

    def activate(self) -> None:
        """From now on the submission's modules are importable, and nothing else of their names."""
        self.theirs = self._swap(self.mine)
        sys.meta_path.insert(0, self)

    def deactivate(self) -> None:
        """Undo `activate`, for a process that goes on after the submission."""
        sys.meta_path.remove(self)
        self.mine = self._swap(self.theirs)

    def _swap(self, modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
        names = {*self.sources, *self.supplied}
        taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        sys.modules.update(modules)
        return taken

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in self.sources or fullname in self.supplied:
            return importlib.util.spec_from_loader(fullname, self)
        if fullname.partition(".")[0] in BYSTANDERS:
            return _bystander(fullname, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if name in self.sources:
            file, text = self.sources[name]
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            module.__file__ = file
            try:
                if file.endswith(".ipynb"):
                    self._execute_apart(ast.parse(text, file), file, module.__dict__)
                else:
                    exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
            except BaseException:
                if name not in self.supplied:
                    raise
        module.__dict__.update(self.supplied.get(name, {}))

    def _execute_apart(self, tree: ast.Module, file: str, namespace: dict[str, Any]) -> None:
        """Statement by statement, as cells are run: one that raises costs what depends on it, and not the notebook."""
        futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        for node in tree.body:
            alone = ast.Module([*futures, node], [])
            try:
                exec(compile(alone, file, "exec", dont_inherit=True), namespace)
            except BaseException as error:
                self.broken.update(dict.fromkeys(_bound(node), error))


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives the module, if all goes well."""
    pending: list[ast.AST] = [node]
    while pending:
        match pending.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case other:
                pending += ast.iter_child_nodes(other)


class _Bystander(ModuleType):
    """In place of a module for pictures and notebooks that is not installed: importing it costs nothing.

    Drawing goes nowhere, and a progress bar is what it goes over.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__.partition(".")[0] in DRAWING:
            return _Nowhere()
        raise AttributeError(f"{self.__name__} is not installed where your code is graded, so it has no {name}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        """`from tqdm import tqdm` finds the submodule `tqdm.tqdm`, which is this."""
        if not args or self.__name__.partition(".")[0] != "tqdm":
            raise TypeError(f"{self.__name__} is not installed where your code is graded")
        return range(*args) if self.__name__.endswith("trange") else args[0]


class _Nowhere:
    """Takes whatever is drawn. It comes in pairs: `figure, axes = plt.subplots()`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self

    def __getitem__(self, index: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter((self, self))

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None: ...


class _BystanderLoader(importlib.abc.Loader):
    def create_module(self, spec: Any) -> ModuleType:
        return _Bystander(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def _bystander(fullname: str, finder: Any) -> Any:
    """A spec for such a module, unless it is there."""
    sys.meta_path.remove(finder)
    try:
        if importlib.util.find_spec(fullname) is not None:
            return None
    except (ImportError, ValueError, AttributeError):
        pass
    finally:
        sys.meta_path.insert(0, finder)
    return importlib.util.spec_from_loader(fullname, _BystanderLoader(), is_package=True)
