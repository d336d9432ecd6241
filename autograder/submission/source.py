"""The text of one exercise, and the bytes that are allowed to become text."""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import tokenize
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from autograder.errors import AutograderError
from autograder.language import _

CODE = (".py", ".ipynb")
ARCHIVES = (".tar.gz", ".tgz", ".zip")
FOREIGN_ARCHIVES = (".rar", ".7z", ".tar", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

MAX_ENTRIES = 10_000
MAX_BYTES = 100 << 20
MAX_DEPTH = 4
MAX_SOURCE = 1 << 20
MAX_NOTEBOOK = 20 << 20

# They decode ASCII names, not programs, and punycode needs hours for a megabyte.
_NO_SOURCE_ENCODINGS = frozenset({"idna", "punycode", "undefined"})
_SHOWN = 100


class Unreadable(AutograderError):
    """A file or an entry that cannot be read; its text says to the student why, and what to do."""

    def __str__(self) -> str:
        return self.in_a_line()


@dataclass(frozen=True)
class Rejected:
    """Something that could not be read: what is wrong, and what to do."""

    message: str


@dataclass(frozen=True)
class Source:
    """The code of one student for one exercise.

    `helpers` are the other modules of the file's folder by module name, other exercises' files included.
    `cells` is empty for a .py; for a notebook it says which (cell, line) each line of `text` came from.
    `path` is where the file lies in its entry, with `/` between.
    """

    name: str
    text: str
    helpers: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[tuple[int, int], ...] = ()
    path: str = ""

    @property
    def digest(self) -> str:
        """The same for the same name, text and helpers, on every machine."""
        content = json.dumps([self.name, self.text, sorted(self.helpers.items()), self.cells])
        return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"

    def where(self, line: int) -> str:
        """The place as the student knows it: `work.py, line 7` or `work.ipynb, cell 3, line 2`."""
        if not self.cells:
            return _("{file}, line {line}").format(file=self.name, line=line)
        if not 1 <= line <= len(self.cells):
            return self.name
        cell, line_in_cell = self.cells[line - 1]
        return _("{file}, cell {cell}, line {line}").format(file=self.name, cell=cell, line=line_in_cell)

    def line(self, number: int) -> str:
        """One line of the text, counted from 1; empty if there is none."""
        lines = self.text.split("\n")
        return lines[number - 1] if 1 <= number <= len(lines) else ""


@dataclass(frozen=True)
class File:
    """A file inside an entry. `load` gives its bytes or raises `Unreadable`."""

    path: tuple[str, ...]
    load: Callable[[], bytes]
    is_link: bool = False

    @property
    def name(self) -> str:
        return self.path[-1]


def is_searched(folder: str) -> bool:
    """Whether a folder of this name may hold a student's work."""
    return not folder.startswith(".") and folder not in {"__MACOSX", "__pycache__", "venv", "node_modules"}


def is_work(path: tuple[str, ...]) -> bool:
    """Whether a file at this path, from the entry's top, is code or an archive, which may hide some."""
    *folders, name = path
    return (
        len(folders) <= MAX_DEPTH
        and all(map(is_searched, folders))
        and not name.startswith(".")
        and name.lower().endswith(CODE + ARCHIVES + FOREIGN_ARCHIVES)
    )


def size_limit(name: str) -> int:
    return MAX_NOTEBOOK if name.lower().endswith(".ipynb") else MAX_SOURCE


def too_large(limit: int) -> Unreadable:
    return Unreadable("too-large", size=limit >> 20)


def decode(data: bytes) -> str:
    """Source text as Python reads it: BOM, PEP 263 cookie, universal newlines."""
    if b"\0" in data:
        raise Unreadable("not-text")
    try:
        encoding, _lines = tokenize.detect_encoding(io.BytesIO(data).readline)
        if codecs.lookup(encoding).name in _NO_SOURCE_ENCODINGS:
            raise LookupError(encoding)
        text = data.decode(encoding)
        text.encode()  # some encodings can spell lone surrogates, which no program may hold
    except UnicodeDecodeError as error:
        raise Unreadable("not-decodable", encoding=error.encoding) from None
    except (SyntaxError, LookupError, ValueError):
        raise Unreadable("encoding-unknown") from None
    if "\0" in text:
        raise Unreadable("not-text")
    return universal_newlines(text)


def universal_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(name: str) -> str:
    """A name that a stranger chose, fit to be printed: short, without control or invisible characters."""
    safe = "".join(map(_visible, name[: _SHOWN + 1]))
    return safe if len(safe) <= _SHOWN else f"{safe[: _SHOWN - 1]}…"


def _visible(char: str) -> str:
    if char == " " or unicodedata.category(char)[0] not in "CZ":
        return char
    return char.encode("unicode_escape").decode()
