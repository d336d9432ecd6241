"""The step summary: a table of exercises, what lost marks with hints, and what was tried in vain."""

from __future__ import annotations

import jinja2

from autograder.ci.checkout import Oddity
from autograder.ci.findings import Finding
from autograder.fingerprint import Fingerprint
from autograder.report.text import pieces, visible
from autograder.results import Record
from autograder.shipped import templates

LIMIT = 1 << 20  # bytes: beyond it GitHub shows nothing of a step's summary
ROOM = LIMIT - (64 << 10)  # steps of one job may write to the same file
_PLAIN = frozenset(" ,;%")


def summary(record: Record, found: list[Finding], odd: list[Oddity], fingerprint: Fingerprint, *, hidden: bool) -> str:
    """The summary in Markdown, with as many of the findings, the worst first, as it has room for."""
    template = _environment().get_template("summary.md.j2")
    shown = len(found)
    while True:
        text = template.render(
            record=record, submission=record.submissions[0], found=found[:shown], more=len(found) - shown,
            odd=odd, fingerprint=fingerprint, hidden=hidden,
        )  # fmt: skip
        if len(text.encode()) <= ROOM or not shown:
            return text
        shown //= 2


def _environment() -> jinja2.Environment:
    environment = templates("ci", autoescape=False)  # Markdown: `plain` and `ticked` do it
    environment.filters["plain"] = plain
    environment.filters["ticked"] = ticked
    environment.filters["points"] = lambda value: f"{value:.2f}".rstrip("0").rstrip(".")
    return environment


def plain(text: str) -> str:
    """A text that Markdown shows as it is, on one line: whatever could be markup is written as its number."""
    line = visible(text.replace("\n", " "))
    return "".join(char if char.isalnum() or char in _PLAIN else f"&#{ord(char)};" for char in line)


def ticked(text: str) -> str:
    """A text whose parts between backticks are code, and which holds no other markup."""
    return "".join(f"<code>{plain(part)}</code>" if code else plain(part) for code, part in pieces(text))
