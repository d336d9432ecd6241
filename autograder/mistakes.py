"""The table of every error of ours, `mistakes.toml`, and the page that is made of it.

python -m autograder.mistakes [FILE]    writes docs/errors.md, or FILE
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = Path("docs", "errors.md")
ADVICE = "  what to do: {way_out}"  # the line below an error

_HEAD = """\
# Errors

<!-- Written by `python -m autograder.mistakes` from autograder/mistakes.toml; edit that instead. -->

Every error ends with its code in brackets, and the line below it says what to do. The code stays when the words \
change, and is the same in every language. What stands here in braces is filled in.
"""
_ENDS = {
    2: "Exit code 2: the command was called wrongly, or a file is not what it should be.",
    3: "Exit code 3: our side failed, or the machine cannot do what is needed. What could not be graded for this "
    "reason is named and has no score, so that no student loses anything.",
    None: "They cost that student that exercise, which is `rejected` with this message, and nobody else anything.",
}


@dataclass(frozen=True)
class Mistake:
    """What is wrong, as a sentence without its point, and the way out; fields in braces are filled in."""

    code: str
    sentence: str
    way_out: str


@dataclass(frozen=True)
class Group:
    """Mistakes about one thing. `exit` is the exit code, None for those of submissions."""

    title: str
    exit: int | None
    mistakes: tuple[Mistake, ...]


@cache
def table() -> tuple[Group, ...]:
    """The groups, in the order of the page."""
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(
        Group(each["title"], each.get("exit"), tuple(Mistake(code, *texts) for code, texts in each["mistakes"].items()))
        for each in raw["group"]
    )


@cache
def mistakes() -> dict[str, Mistake]:
    """Every mistake by its code."""
    return {each.code: each for group in table() for each in group.mistakes}


def texts() -> Iterator[str]:
    """What is to be translated."""
    yield ADVICE
    for each in mistakes().values():
        yield from (each.sentence, each.way_out)


def page() -> str:
    """docs/errors.md."""
    lines = [_HEAD]
    for group in table():
        lines += [f"## {group.title}", "", _ENDS[group.exit], ""]
        lines += ["| code | what is wrong | what to do |", "|---|---|---|"]
        for each in group.mistakes:
            lines.append(f'| <a id="{each.code}"></a>`{each.code}` | {each.sentence} | {each.way_out} |')
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), encoding="utf-8")
