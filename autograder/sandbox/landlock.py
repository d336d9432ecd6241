"""Landlock: files can be read below the given paths, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence


def abi() -> tuple[int, str]:
    """The Landlock version of the running kernel; or 0 and the reason."""
    raise NotImplementedError


def build(readable: Sequence[str]) -> int:
    """A ruleset (a close-on-exec descriptor) that any number of children can apply, in a private root or not."""
    raise NotImplementedError


def apply(ruleset: int) -> None:
    """Restrict the calling process. It must have no_new_privs."""
    raise NotImplementedError
