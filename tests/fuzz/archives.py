"""Archives that were handed in. The first byte says what follows: a .zip, a .tar.gz, or a .tar.

A .tar is yet to be packed: without it, a fuzzer would have to guess checksums.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import warnings
import zipfile
from random import Random

from autograder.submission import Rejected, Source
from autograder.submission.archives import read_archive
from autograder.submission.reading import read_listed
from autograder.submission.source import MAX_BYTES, MAX_ENTRIES, File, Unreadable, size_limit
from fuzz.mutation import changed, lie

ZIP, TAR_GZ, TAR = 0, 1, 2
EXERCISES = {"corr2d": ("corr2d", "conv2d"), "pool2d": ("pool2d",)}
BYTES_PER_ENTRY = 4096
CODE = b"def corr2d(X, K):\n    return X\n"
NOTEBOOK = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["def pool2d(X, p):\\n", "    return X"]}]}'
NAMES = (
    "corr2d.py", "pool2d.ipynb", "a/corr2d.py", "a/b/c/d/corr2d.py", "a/b/c/d/e/corr2d.py", "pool2d.py", "helper.py",
    "torch.py", "../corr2d.py", "/corr2d.py", "C:\\corr2d.py", "a\\corr2d.py", "a\0b.py", "", ".", "a/",
    "./corr2d.py", "x.zip", "__MACOSX/corr2d.py", ".git/config", "CORR2D.PY", "é" * 60 + "/pool2d.py",
    "n" * 300 + ".py", "\x1b[2Jcorr2d.py", "=cmd.py", "\u202ecorr2d.py", "con.py", "corr2d.py ", "data/train.npy",
)  # fmt: skip


def one(data: bytes) -> None:
    if not data:
        return
    kind, raw = data[0] % 3, data[1:]
    if kind == TAR:
        raw = gzip.compress(raw, compresslevel=1, mtime=0)
    name = "work.zip" if kind == ZIP else "work.tar.gz"
    try:
        files = read_archive(name, raw)
    except Unreadable as error:
        is_fit(str(error))
        return
    assert len(files) <= MAX_ENTRIES
    assert sum(map(_held, files)) <= MAX_BYTES
    judge(files, name)


def judge(files: list[File], name: str) -> None:
    """What is promised of the files that were found, whatever they were found in."""
    for file in files:
        assert file.path
        assert not {"", ".", ".."}.intersection(file.path)
        assert all("/" not in part and "\0" not in part for part in file.path)
    submission = read_listed(lambda: files, EXERCISES, "somebody", name)
    assert submission.sources.keys() <= EXERCISES.keys()
    for note in submission.notes:
        is_fit(note)
    for found in submission.sources.values():
        if isinstance(found, Rejected):
            is_fit(found.message)
        else:
            assert isinstance(found, Source)
            found.text.encode()
            assert len(found.text) <= size_limit("work.ipynb")
            assert found.digest.startswith("sha256:")


def is_fit(message: str) -> None:
    """A message can be printed, written and read."""
    message.encode()
    assert message
    assert message.isprintable()
    assert len(message) < 2000


def _held(file: File) -> int:
    try:
        return len(file.load())
    except Unreadable:
        return 0


def bound(data: bytes) -> int:
    """The most memory that may be allocated at a time, in bytes, while `one` reads `data`."""
    # Unpacked, and what is kept of it beside; a header of each entry; and the text, its bytes and its digest.
    return 2 * MAX_BYTES + BYTES_PER_ENTRY * MAX_ENTRIES + 16 * len(data)


def made(random: Random) -> bytes:
    if random.randrange(2):
        return bytes((ZIP,)) + _zip(random)
    raw = _tar(random)
    if random.randrange(8) == 0:
        return bytes((TAR_GZ,)) + changed(random, gzip.compress(raw, compresslevel=1, mtime=0))
    return bytes((TAR,)) + raw


def _content(random: Random, name: str) -> bytes:
    raw = NOTEBOOK if name.endswith(".ipynb") else CODE
    kind = random.randrange(8)
    return changed(random, raw) if kind == 0 else bytes(random.choice((0, 1, 513, 70_000))) if kind == 1 else raw


def _zip(random: Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for _ in range(random.randrange(5)):
            name = random.choice(NAMES)
            info = zipfile.ZipInfo("x", (2026, 11, 29, 12, 0, 0))
            info.filename = name  # as it is: the constructor would mend it
            mode = random.choice((0o100644,) * 8 + (0o120777, 0o040755, 0o010644, 0o060644, 0))
            info.external_attr = mode << 16
            info.compress_type = random.choice((0, 8, 8, 8, 12))
            with warnings.catch_warnings():  # of a name that is there twice
                warnings.simplefilter("ignore")
                archive.writestr(info, _content(random, name))
    raw = packed.getvalue()
    return changed(random, raw, 6) if random.randrange(2) else raw


def _tar(random: Random) -> bytes:
    kinds = (tarfile.REGTYPE,) * 12 + (
        b"\0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"L", b"K", b"x", b"g", b"X", b"S", b"V", b"Z"
    )  # fmt: skip
    blocks = []
    for _ in range(random.randrange(6)):
        name, kind = random.choice(NAMES), random.choice(kinds)
        content = _content(random, name)
        if kind in (b"x", b"g", b"X"):
            content = _records(random)
        elif kind == b"L":
            content = name.encode() + b"\0"
        info = tarfile.TarInfo(name.replace("\0", ""))
        info.type, info.mtime = kind, 1_800_000_000
        info.size = lie(random, len(content), 33)
        format = random.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
        try:
            head = info.tobuf(format, "utf-8", "surrogateescape")
        except ValueError:  # too long for this format
            head = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
        if random.randrange(8) == 0:
            head = _summed(changed(random, head[-512:], 2)[:512].ljust(512, b"\0"))
        blocks += [head, content, bytes(-len(content) % 512)]
    raw = b"".join(blocks) + bytes(random.choice((0, 512, 1024)))
    return changed(random, raw) if random.randrange(6) == 0 else raw


def _summed(head: bytes) -> bytes:
    """A header whose checksum is right again."""
    total = sum(head[:148]) + 8 * 32 + sum(head[156:])
    return head[:148] + b"%06o\0 " % total + head[156:]


def _records(random: Random) -> bytes:
    keys = (b"path", b"path", b"linkpath", b"size", b"GNU.sparse.name", b"mtime", b"comment", b"hdrcharset")
    found = b""
    for _ in range(random.randrange(4)):
        record = b" " + random.choice(keys) + b"=" + random.choice(NAMES).encode() + b"\n"
        size = len(record) + len(str(len(record)))
        found += b"%d" % lie(random, size + (len(str(size)) > len(str(len(record)))), 24) + record
    return found


def broke() -> list[bytes]:
    return []
