"""Strangers' text on its way to a page: visible, bounded, and cut where it quotes code.

Escaping HTML is the templates' business; this is about what escaping leaves: control characters,
characters that turn the direction of what follows, lone surrogates, and length.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from autograder.language import N_, _

MAX_MESSAGE = 600
MAX_NAME = 120
SHORTEST = 60
KINDS = {
    "interface": N_("interface"), "shape": N_("shape"), "value": N_("value"), "gradient": N_("gradient"),
    "dtype": N_("dtype"), "purity": N_("purity"), "restriction": N_("restriction"), "training": N_("training"),
    "accuracy": N_("accuracy"), "device": N_("device"),
}  # fmt: skip


def visible(text: str) -> str:
    """`text` with every character that cannot be seen written out, such as `\\x1b` and `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _written_out(char) for char in text)


def _written_out(char: str) -> str:
    return "    " if char == "\t" else char.encode("unicode_escape").decode()


def clip(text: str, most: int) -> str:
    """At most `most` characters of `text`, and how many are left out."""
    if len(text) <= most:
        return text
    return _("{text}… ({count:,} more characters)").format(text=text[:most], count=len(text) - most)


def shown_name(student: str) -> str:
    """A student's id as pages show it: never too long, and never nothing."""
    return clip(student, MAX_NAME) or _("(no name)")


def size(text: str) -> int:
    """The bytes that `text` takes in a page."""
    return len(escape(visible(text)).encode("utf-8"))


def pieces(text: str) -> list[tuple[bool, str]]:
    """`text` cut at its backticks: (whether it is code, the text)."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one without a partner
        parts[-2:] = ["`".join(parts[-2:])]
    return [(bool(number % 2), part) for number, part in enumerate(parts) if part]


def finalize(value: object) -> object:
    """What the templates do with every value before it is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@dataclass
class Allowance:
    """How many bytes of strangers' text a page still takes; beyond it, texts are cut short."""

    left: int

    def take(self, text: str, most: int = MAX_MESSAGE) -> str:
        taken = clip(text, most)
        if self.left < size(taken):
            taken = clip(text, min(SHORTEST, max(0, self.left // 8)))
        self.left -= size(taken)
        return taken
