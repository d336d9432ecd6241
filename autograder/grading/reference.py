"""The reference solution, in the trusted process, as hidden tests call it.

`Reference` remembers results, since every student is asked the same.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from autograder.errors import CourseError
from autograder.grading.examples import fresh
from autograder.sandbox import wire

_imported: dict[Path, ModuleType] = {}  # the solutions that this process has imported, by their files


class Reference:
    """The names of a solution.py. Functions of tensors are memoised by the content of their arguments."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[str, bytes], Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(module_of(self._path), name, None)
        if found is None:
            raise CourseError(self._path, None, "name-missing", name=name)
        return self._memoised(name, found) if isinstance(found, FunctionType) else found

    def _memoised(self, name: str, function: FunctionType) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            tensors = wire.tensors_in(args)
            if kwargs or any(tensor.requires_grad for tensor in tensors):
                return function(*args, **kwargs)
            try:
                key = name, wire.encode(list(args))
            except wire.Unencodable:
                return function(*args)
            if key not in self._known:
                self._known[key] = function(*fresh(args))
            return fresh(self._known[key])

        return call


def import_solutions(solutions: Mapping[str, Path]) -> None:
    """Import the solutions anew, in order: each can import the earlier ones by their ids.

    Raises `CourseError` for the first that cannot be imported.
    """
    before = {id: sys.modules.get(id) for id in solutions}
    try:
        for id, path in solutions.items():
            _imported.pop(path, None)
            sys.modules[id] = module_of(path)
    finally:
        for id, module in before.items():
            sys.modules.pop(id, None)
            if module is not None:
                sys.modules[id] = module


def module_of(path: Path) -> ModuleType:
    """The solution as a module, imported once."""
    if path not in _imported:
        name = f"_reference_{path.parent.name}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            raise not_imported(path, error) from error
        _imported[path] = module
    return _imported[path]


def not_imported(path: Path, error: BaseException) -> CourseError:
    """What to tell an author whose file raised this on import."""
    file = str(path.absolute())  # as Python names it
    if isinstance(error, SyntaxError) and error.filename == file:
        return CourseError(path, error.lineno, "not-python", reason=error.msg)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return CourseError(path, lines[-1] if lines else None, "tests-raise", reason=f"{type(error).__name__}: {error}")
