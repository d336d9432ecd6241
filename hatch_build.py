"""Refuses to build a package of a course that is in use: whoever installs it would have its hidden tests."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACEHOLDER = "salt: change-me-for-your-class"


class RefusePrivateCourse(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        settings = Path(self.root, "reference", "course.yaml")
        if version != "editable" and PLACEHOLDER not in settings.read_text(encoding="utf-8").splitlines():
            raise SystemExit(
                f"{settings} has a salt of its own, so that this is a course in use, and a package would hand out its "
                "hidden tests. Keep your course in a folder of its own (`autograde new-course DIR`)"
            )
