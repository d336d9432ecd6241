"""When an entry was handed in, as far as something says so that the student could not have written.

`timestamp.txt` counts where nbgrader and its like put it: at the top of an entry that is a folder, or of the
assignment's folder in it. Inside an archive it is the student's own word, and is not read.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.submission.folders import read_file, read_folder
from autograder.submission.source import Unreadable, shown

FILE = "timestamp.txt"
_MOST = 200  # bytes


def submitted_at(entry: Path, assignment: str, trusts_files: bool) -> datetime | None:
    """The time, with its offset; None if nothing tells it. Raises `Unreadable` if something does that is no time.

    If `trusts_files`, the time of the last change of the newest file is taken where there is no timestamp.txt.
    """
    if entry.is_symlink():
        return None
    if entry.is_dir():
        for path in (entry / FILE, entry / assignment / FILE):
            if os.path.lexists(path):
                return _parsed(read_file(path, _MOST), shown(path.name))
    return _changed(entry) if trusts_files else None


def _parsed(data: bytes, name: str) -> datetime:
    """ISO 8601, or nbgrader's `2015-02-02 14:58:23.948203 America/Los_Angeles`; without a zone it is UTC, as there."""
    text = data.decode("utf-8", "replace").strip()
    try:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            head, _space, zone = text.rpartition(" ")
            time = datetime.fromisoformat(head).replace(tzinfo=ZoneInfo(zone))
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, KeyError, OSError):  # the last two are how ZoneInfo says that there is no such zone
        raise Unreadable("time-unreadable", file=name, text=shown(text)) from None


def _changed(entry: Path) -> datetime | None:
    paths = [entry.joinpath(*file.path) for file in read_folder(entry)] if entry.is_dir() else [entry]
    times = [path.lstat().st_mtime for path in paths]
    return datetime.fromtimestamp(max(times), UTC) if times else None
