"""What students handed in as git repositories: `autograde grade --from-git FILE`.

The file names a repository for each student, and perhaps a deadline. What counts is the last commit of
the default branch before it. Repositories are fetched into a folder of their own for as long as they are
read, and nothing of them is checked out; `commits.json` beside the results says which commit was graded.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from autograder.errors import FileError, MachineryError
from autograder.exercise import Course
from autograder.language import _
from autograder.results import write_whole
from autograder.submission import Submission, folder_names
from autograder.submission.reading import read_listed
from autograder.submission.repositories import Commit, fetch, files_of, last_commit

AT_ONCE = 8
COMMITS = "commits.json"
_COLUMNS = ("student", "repository", "deadline")
_SCP_LIKE = re.compile(r"[\w.-]+@[\w.-]+:\S+")


@dataclass(frozen=True)
class Entry:
    """A student's repository: what git is given, by which transport, and until when commits count."""

    student: str
    repository: str
    transport: str
    deadline: datetime | None


@dataclass(frozen=True)
class _Fetched:
    submission: Submission
    commit: Commit | None


def collect_from_git(file: Path, course: Course, out: Path) -> tuple[list[Submission], dict[str, str]]:
    """What each student handed in, sorted by student, and of the others why their repository cannot be had.

    Raises `FileError` if the file is not what it should be.
    """
    entries = read_roster(file)
    ids = folder_names(each.student for each in entries)
    with tempfile.TemporaryDirectory(prefix="autograde-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        places = [Path(folder) / str(number) for number in range(len(entries))]
        found = list(pool.map(partial(_fetched, course, ids), entries, places))
    submissions = [each.submission for each in found if isinstance(each, _Fetched)]
    held = {ids[entry.student]: each for entry, each in zip(entries, found, strict=True) if isinstance(each, str)}
    told = {ids[entry.student]: _told(entry, each) for entry, each in zip(entries, found, strict=True)}
    write_whole(out / COMMITS, json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    return sorted(submissions, key=lambda each: each.student), held


def _fetched(course: Course, ids: Mapping[str, str], entry: Entry, bare: Path) -> _Fetched | str:
    """The submission, or why there is none."""
    student = ids[entry.student]
    local = Path(entry.repository) if entry.transport == "file" else None
    try:
        fetch(entry.repository, entry.transport, bare)
        commit = last_commit(bare, entry.deadline, local)
        if commit is None:
            assert entry.deadline is not None
            note = _("no commit before {deadline}").format(deadline=entry.deadline.isoformat())
            return _Fetched(Submission(student, {}, (note,)), None)
        implement = {each.id: each.implement for each in course.exercises}
        submission = read_listed(partial(files_of, bare, commit), implement, student, entry.student)
    except MachineryError as error:
        return error.in_a_line()
    known = commit.pushed or (course.late is not None and course.late.trusts_files)
    return _Fetched(replace(submission, submitted=commit.time if known else None), commit)


def _told(entry: Entry, found: _Fetched | str) -> dict[str, Any]:
    commit = found.commit if isinstance(found, _Fetched) else None
    return {
        "repository": entry.repository,
        "deadline": entry.deadline.isoformat() if entry.deadline else None,
        "commit": commit.id if commit else None,
        "time": commit.time.isoformat() if commit else None,
        "time_is": None if commit is None else "of the push" if commit.pushed else "the committer's word",
        "problem": found if isinstance(found, str) else None,
    }


def read_roster(file: Path) -> list[Entry]:
    """The students in a CSV file with a header, or in a YAML list of mappings. Raises `FileError`."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(file, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise FileError(file, None, "not-utf8", reason=error.reason, position=error.start) from None
    rows = _yaml_rows(file, text) if file.suffix in (".yaml", ".yml") else _csv_rows(file, text)
    entries: dict[str, Entry] = {}
    for line, row in rows:
        entry = _entry(file, line, row)
        if entry.student in entries:
            raise FileError(file, line, "roster-twice", student=entry.student)
        entries[entry.student] = entry
    if not entries:
        raise FileError(file, None, "roster-empty")
    return list(entries.values())


def _csv_rows(file: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    names = [name.strip() for name in rows.fieldnames or ()]
    if not {"student", "repository"} <= set(names):
        raise FileError(file, 1, "columns-missing", columns="student, repository")
    rows.fieldnames = names
    for row in rows:
        yield rows.line_num, row


def _yaml_rows(file: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        nodes, rows = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None) or error
        raise FileError(file, mark.line + 1 if mark else None, "not-yaml", reason=reason) from None
    if not isinstance(nodes, yaml.SequenceNode):
        raise FileError(file, 1, "not-a-list")
    yield from ((node.start_mark.line + 1, row) for node, row in zip(nodes.value, rows, strict=True))


def _entry(file: Path, line: int, row: Mapping[str, Any]) -> Entry:
    if not isinstance(row, Mapping) or not set(row) <= set(_COLUMNS):
        raise FileError(file, line, "entry-keys", keys="student, repository[, deadline]")
    student, repository = (str(row.get(name) or "").strip() for name in _COLUMNS[:2])
    if not student or not repository:
        raise FileError(file, line, "entry-keys", keys="student, repository[, deadline]")
    address, transport = _address(file, line, repository)
    return Entry(student, address, transport, _deadline(file, line, row.get("deadline")))


def _address(file: Path, line: int, repository: str) -> tuple[str, str]:
    """What git is given, and the one transport that it may use for it."""
    if not repository.isprintable() or repository.startswith("-"):
        raise FileError(file, line, "roster-repository", text=repository)
    if "://" in repository:
        parts = urlsplit(repository)
        if parts.scheme not in ("https", "ssh"):
            raise FileError(file, line, "roster-repository", text=repository)
        if parts.password or (parts.scheme == "https" and parts.username):
            raise FileError(file, line, "roster-credentials")
        return repository, parts.scheme
    if _SCP_LIKE.fullmatch(repository):
        return repository, "ssh"
    path = (file.parent / repository).resolve()
    if not path.is_dir():
        raise FileError(file, line, "roster-repository", text=path)
    return str(path), "file"


def _deadline(file: Path, line: int, raw: Any) -> datetime | None:
    if raw is None or raw == "":
        return None
    try:
        time = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise FileError(file, line, "time-without-offset", key="deadline", value=raw)
    return time
