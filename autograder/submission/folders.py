"""The files of a folder: regular files only, links never followed."""

from __future__ import annotations

import errno
import os
import stat
from functools import partial
from pathlib import Path

from autograder.errors import MachineryError
from autograder.submission.source import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ENTRIES,
    File,
    Unreadable,
    is_searched,
    is_work,
    shown,
    size_limit,
    too_large,
)

# Absent on Windows. O_NONBLOCK: to open a named pipe must not wait for a writer.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

# What a student's entry may be to blame for; of a disk that fails, or no file left to open, nobody's mark depends.
_THEIRS = (
    errno.ELOOP, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENXIO, errno.ENODEV,
    errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ,
)  # fmt: skip


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes."""
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        raise refused(error, path) from None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("not-regular")
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise refused(error, path) from None
    if len(data) > limit:
        raise too_large(limit)
    return data


def read_folder(root: Path) -> list[File]:
    """The files that may be a student's work, in no particular order; links are listed, not followed.

    Only these count towards the size: a data set beside them is never read.
    """
    files: list[File] = []
    entries = size = 0
    pending: list[tuple[str, ...]] = [()]
    while pending:
        folder = pending.pop()
        with os.scandir(root.joinpath(*folder)) as scan:
            for entry in scan:
                path = (*folder, entry.name)
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    if len(path) <= MAX_DEPTH and is_searched(entry.name):
                        pending.append(path)
                elif is_work(path):
                    files.append(_file(entry, path))
                    size += entry.stat(follow_symlinks=False).st_size
                if entries > MAX_ENTRIES:
                    raise Unreadable("too-many-files", count=MAX_ENTRIES)
                if size > MAX_BYTES:
                    raise too_large(MAX_BYTES)
    return files


def refused(error: OSError, path: Path) -> Unreadable:
    """What to say where the system refused to open `path`, or what it holds. A failure of its own is raised."""
    if error.errno not in _THEIRS:
        raise MachineryError("file-failed", path=shown(str(path)), reason=error.strerror) from None
    return Unreadable("is-link") if error.errno == errno.ELOOP else Unreadable("not-opened", reason=error.strerror)


def _file(entry: os.DirEntry[str], path: tuple[str, ...]) -> File:
    if entry.is_symlink():
        return File(path, _refuse_link, is_link=True)
    return File(path, partial(read_file, Path(entry.path), size_limit(entry.name)))


def _refuse_link() -> bytes:
    raise Unreadable("is-link")
