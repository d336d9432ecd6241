"""A pytest plugin for students: each check of a `test_public.py` is a test, run as `autograde check` runs it.

The `conftest.py` of a released repository names it. A test's verdict comes from a worker; the student's
code is not imported by pytest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.checks import check_of
from autograder.own_work import find_work
from autograder.results import CheckResult
from autograder.sandbox.warm import WarmProcess
from autograder.selfcheck import SelfCheck

FILE = "test_public.py"
_warm = pytest.StashKey[WarmProcess]()
_results = pytest.StashKey[dict[Path, Mapping[str, CheckResult]]]()


class Lost(Exception):
    """A check did not pass; the text is for its author."""


class PublicCheck(pytest.Item):
    """One check of one exercise."""

    def runtest(self) -> None:
        result = results_of(self.path.parent, self.config).get(self.name)
        if result is None:
            raise Lost("the exercise could not be graded; `autograde check` says why")
        if result.status in ("blocked", "skipped"):
            pytest.skip(result.message)
        if result.status != "passed":
            hint = f"\nhint: {result.hint}" if result.hint else ""
            raise Lost(f"{result.title}\n{result.status}: {result.message}{hint}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(Lost) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.path.parent.name}: {self.name}"


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> list[pytest.Item] | None:
    if collector.path.name != FILE:
        return None
    found = check_of(obj)
    return [PublicCheck.from_parent(collector, name=name)] if found is not None and found.name == name else []


def pytest_unconfigure(config: pytest.Config) -> None:
    if (warm := config.stash.get(_warm, None)) is not None:
        warm.close()


def results_of(folder: Path, config: pytest.Config) -> Mapping[str, CheckResult]:
    """The checks of the exercise in `folder`, by name; the exercise is graded once in a session."""
    known = config.stash.setdefault(_results, {})
    if folder not in known:
        known[folder] = _grade(folder, config)
    return known[folder]


def _grade(folder: Path, config: pytest.Config) -> Mapping[str, CheckResult]:
    if _warm not in config.stash:
        config.stash[_warm] = WarmProcess()
    (found,) = SelfCheck(config.stash[_warm]).findings(find_work(folder, [folder.name]))
    return {check.id.partition("/")[2]: check for check in found.result.checks}
