"""Which service runs this, and what it says of the submission, all of it from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPORTS = ("actions", "legacy", "classroom50")
_CLASSROOM50 = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG")


@dataclass(frozen=True)
class Environment:
    """`report` is one of `REPORTS`; `on_actions` whether somebody reads workflow commands."""

    report: str
    on_actions: bool
    variables: Mapping[str, str]

    @classmethod
    def of(cls, variables: Mapping[str, str], wish: str | None) -> Environment:
        """The service that is there, reporting as wished for, or as the service expects.

        The old Classroom actions cannot be told from any other workflow: they have to be wished for.
        """
        report = wish or ("classroom50" if all(variables.get(name) for name in _CLASSROOM50) else "actions")
        return cls(report, variables.get("GITHUB_ACTIONS") == "true", variables)

    @property
    def student(self) -> str:
        """What the service calls the student: the repository's owner, or its name."""
        for name in ("OWNER", "USERNAME") if self.report == "classroom50" else ():
            if self.variables.get(name):
                return self.variables[name]
        return self.variables.get("GITHUB_REPOSITORY", "").rpartition("/")[2] or "you"

    def file(self, name: str) -> Path | None:
        """A file to write to, such as GITHUB_OUTPUT, if the service gave one."""
        return Path(self.variables[name]) if self.variables.get(name) else None

    def path_in_repository(self, checkout: Path, path: str) -> str:
        """A path below the checkout as the service knows it: below the workspace, where the checkout may be a part."""
        workspace = self.variables.get("GITHUB_WORKSPACE")
        if workspace and checkout.resolve().is_relative_to(Path(workspace).resolve()):
            return (checkout.resolve().relative_to(Path(workspace).resolve()) / path).as_posix()
        return path
