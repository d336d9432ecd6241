"""Folders of entries. Records `name LF content`, with `SEPARATOR` between, are the files; folders come with theirs.

Content that begins with `->` makes a link, with `|` a pipe.
"""

from __future__ import annotations

import os
import shutil
from random import Random

from autograder.errors import UsageError
from autograder.submission import collect, folder_names, ignored
from fuzz import place
from fuzz.archives import CODE, EXERCISES, NOTEBOOK, is_fit
from fuzz.archives import bound as bound  # the same readers
from fuzz.archives import made as made_archive
from fuzz.mutation import changed

SEPARATOR = b"\xff\xfe"
_MOST_FILES = 20
_STUDENTS = (
    "ann", "Ann", "a\u0301nn", "\u00e1nn", "\u738b\u5c0f\u660e", "=1+1", "-x", ".hidden", " b", "b ", "c.",
    "<script>", "a\x1b[2J", "\u202e", "x" * 120, "\U0001f600", "dan.v2", "\udcff", "CON", "nul", "thumbs.db",
    "~$eve", "eve,mallory", 'q"uote', "$(id)", "a\nb",
)  # fmt: skip
_FILES = (
    "",
    "",
    "/corr2d.py",
    "/corr2d.ipynb",
    "/a/b/c/d/corr2d.py",
    "/helper.py",
    "/pool2d.PY",
    "/timestamp.txt",
    "/__pycache__/corr2d.py",
)
_SUFFIXES = (".py", ".ipynb", ".zip", ".tar.gz", ".rar", ".txt", "", ".PY")


def one(data: bytes) -> None:
    folder = place() / "entries"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for record in data.split(SEPARATOR)[:_MOST_FILES]:
        name, _, content = record.partition(b"\n")
        _write(os.fsencode(folder), name, content)
    try:
        found = collect(folder, EXERCISES)
    except UsageError:
        return  # no entry at all
    for name in ignored(folder):
        is_fit(name)
    ids = [each.student for each in found]
    assert ids == sorted(set(ids))
    names = folder_names(ids)
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for each in found:
        is_fit(each.student)
        assert "/" not in each.student
        assert each.student == names[each.student]  # a folder of this name can be made
        for note in [*each.notes, *(source.message for source in each.sources.values() if hasattr(source, "message"))]:
            is_fit(note)


def _write(folder: bytes, name: bytes, content: bytes) -> None:
    parts = [part for part in name.replace(b"\0", b"").split(b"/") if part not in (b"", b".", b"..")][:8]
    path = os.path.join(folder, *parts)
    parent, inside = os.path.realpath(os.path.dirname(path)), os.path.realpath(folder)
    if os.path.commonpath((parent, inside)) != inside:
        return  # beyond a link: what is there is the machine's
    try:
        os.makedirs(parent, exist_ok=True)
        if content.startswith(b"->"):
            os.symlink(content[2:].replace(b"\0", b"").strip() or b"x", path)
        elif content.startswith(b"|"):
            os.mkfifo(path)
        elif parts:
            with open(path, "xb") as file:  # a pipe that is there would wait for a reader
                file.write(content)
    except OSError:  # a name that no file can have, or that is taken
        pass


def made(random: Random) -> bytes:
    records = []
    for _ in range(random.randint(1, 5)):
        inside = random.choice(_FILES)
        name = random.choice(_STUDENTS) + (random.choice(_SUFFIXES) if not inside else "") + inside
        kind = random.randrange(8)
        if kind == 0:
            content = random.choice((b"->/etc/passwd", b"->corr2d.py", b"->.", b"|"))
        elif name.endswith((".zip", ".gz")):
            content = made_archive(random)[1:]
        else:
            content = NOTEBOOK if name.endswith(".ipynb") else CODE
        if kind == 1:
            content = changed(random, content)
        records.append(name.encode("utf-8", "surrogateescape") + b"\n" + content)
    return SEPARATOR.join(records)


def broke() -> list[bytes]:
    return []
