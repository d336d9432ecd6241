"""A folder of entries, one per student: who handed in what, under which name."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

from autograder.errors import FileError, UsageError
from autograder.language import _
from autograder.submission.reading import Submission, read, reject
from autograder.submission.source import ARCHIVES, CODE, FOREIGN_ARCHIVES, Unreadable, shown

_SUFFIXES = ARCHIVES + FOREIGN_ARCHIVES + CODE
_NOISE = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_MAX_ID = 100
_MAX_BYTES = 250  # of a file's name, on most systems
_PLAIN = " ._-@+,'()"
# The first are in no file's name on Windows, the last two mean something to a shell even between quotes.
_UNUSABLE = frozenset('<>:"/\\|?*' + "$`")


def collect(folder: Path, exercises: Mapping[str, Collection[str]]) -> list[Submission]:
    """What each student handed in, sorted by student; `exercises` maps ids to the names they must define.

    Raises `UsageError` if there is no such folder or no entry in it, and for nothing that is in an entry.
    """
    entries = _entries(folder)
    if not entries:
        raise UsageError("no-submissions", folder=folder)
    by_student: dict[str, list[Path]] = defaultdict(list)
    for entry in entries:
        by_student[_student(entry)].append(entry)
    by_key: dict[str, list[str]] = defaultdict(list)
    for student in sorted(by_student):
        by_key[_key(student)].append(student)
    ids = _safe_ids(by_key)

    submissions = []
    for student, paths in by_student.items():
        rivals = [path for rival in by_key[_key(student)] for path in by_student[rival]]
        if problem := _objection(student) or (Unreadable("name-twice") if len(rivals) > 1 else None):
            names = _(" and ").join(shown(path.name) for path in rivals[:5])
            submissions.append(
                reject(
                    ids[student], exercises, _("{names} cannot be used: {problem}").format(names=names, problem=problem)
                )
            )
        else:
            submissions.append(replace(read(paths[0], exercises, ids[student]), entry=paths[0]))
    return sorted(submissions, key=lambda submission: submission.student)


def ignored(folder: Path) -> list[str]:
    """The names in a folder of entries that are nobody's entry, fit to be printed; system noise left out."""
    entries = {entry.name for entry in _entries(folder)}
    return sorted(shown(path.name) for path in _listing(folder) if path.name not in entries)


def folder_names(students: Iterable[str]) -> dict[str, str]:
    """A folder's name for each student: the student's own id if it can be one, whatever the id holds.

    Ids that came from `collect` are their own names.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for student in sorted(set(students)):
        by_key[_key(student)].append(student)
    return _safe_ids(by_key)


def _entries(folder: Path) -> list[Path]:
    return [path for path in _listing(folder) if os.path.isdir(path) or _suffix(path.name)]


def _listing(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        raise FileError(folder, None, "file-missing") from None
    except NotADirectoryError:
        raise FileError(folder, None, "not-a-folder") from None
    except OSError as error:
        raise FileError(folder, None, "file-unreadable", reason=error.strerror) from None
    return [folder / name for name in names if not name.startswith((".", "~$")) and name.lower() not in _NOISE]


def _suffix(name: str) -> str:
    return next((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), "")


def _student(entry: Path) -> str:
    name = entry.name if os.path.isdir(entry) else entry.name[: -len(_suffix(entry.name))]
    return unicodedata.normalize("NFC", name)


def _key(student: str) -> str:
    """Equal for names that would be one folder on some file system."""
    return unicodedata.normalize("NFC", student.casefold())


def _objection(student: str) -> Unreadable | None:
    """Why a name may not become a folder's name, a table's cell and a page's title; None if it may."""
    if len(student) > _MAX_ID or len(student.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        return Unreadable("name-too-long", count=_MAX_ID)
    if not student or student.startswith((".", " ")) or student.endswith((".", " ")):
        return Unreadable("name-ends")
    command = set("##[" if "##[" in student else "")  # GitHub Actions obeys `##[error]`, wherever it is printed
    if bad := sorted(command.union(char for char in student if not _is_allowed(char))):
        return Unreadable("name-characters", characters=", ".join(f"U+{ord(char):04X}" for char in bad[:5]))
    return None


def _is_allowed(char: str) -> bool:
    return char == " " or (unicodedata.category(char)[0] in "LMNPS" and char not in _UNUSABLE)


def _safe_ids(by_key: Mapping[str, list[str]]) -> dict[str, str]:
    """An id for each student that is safe and nobody else's: the student's own unless it is unsafe or taken."""
    own = {students[0] for students in by_key.values() if not _objection(students[0])}
    taken = {_key(student) for student in own}
    ids = {}
    for student in (student for students in by_key.values() for student in students):
        ids[student] = student
        if student not in own:
            ids[student] = next(name for name in _substitutes(student) if _key(name) not in taken)
            taken.add(_key(ids[student]))
    return ids


def _substitutes(student: str) -> Iterator[str]:
    clean = "".join(char if char.isalnum() or char in _PLAIN else "_" for char in student).strip(_PLAIN)[:40]
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    for number in count(1):
        yield f"{clean or 'unnamed'}-{digest}" + (f"-{number}" if number > 1 else "")
