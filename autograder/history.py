"""Earlier results: those that a regrade is compared with, and those that it would otherwise replace."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder import fingerprint
from autograder.diff import FILE as DIFF
from autograder.diff import Diff, Mark, compare
from autograder.errors import FileError, UsageError
from autograder.language import _
from autograder.report.reading import FILE, read_record
from autograder.results import Record

FOLDER = "history"


@dataclass(frozen=True)
class Earlier:
    """A record, where it lay, and what its run was made with, if that is known."""

    path: Path
    record: Record
    made_with: Mark


def read_earlier(path: Path) -> Earlier:
    """The record of an OUT folder, or in a file such as its results.json. Raises `UsageError` if there is none."""
    record = read_record(path)
    file = path if path.is_file() else path / FILE
    beside = _mark_of(file)
    known: Mark = {}
    try:
        if beside.is_file():
            known = json.loads(beside.read_text(encoding="utf-8"))
        if not isinstance(known, dict) or not isinstance(known.get("exercises", {}), dict):
            raise ValueError(_("it holds no fingerprint"))
    except (OSError, ValueError) as error:
        raise FileError(beside, None, "results-broken", reason=error) from None
    # The record itself knows these.
    return Earlier(path, record, {**known, "device": record.device, "isolation": record.isolation.level})


def compare_with(earlier: Earlier | None, record: Record, made_with: Mark, out: Path) -> Diff | None:
    """What changed since, also as diff.json in `out`; without an earlier record no diff is left there."""
    if earlier is None:
        (out / DIFF).unlink(missing_ok=True)
        return None
    diff = compare(str(earlier.path), earlier.record, earlier.made_with, record, made_with)
    diff.write(out)
    return diff


def keep_earlier(out: Path, record: Record) -> Path | None:
    """Keep the results.json of `out` if `record`, which is about to replace it, has other scores; where it went."""
    file = out / FILE
    if not file.is_file():
        return None
    try:
        if _scores(read_record(out)) == _scores(record):
            return None
    except UsageError:
        pass  # whatever it is, it is somebody's
    time = datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    kept = out / FOLDER / f"{time}.json"
    kept.parent.mkdir(exist_ok=True)
    for source, target in ((_mark_of(file), _mark_of(kept)), (file, kept)):
        if source.is_file():
            draft = target.with_name(f".{target.name}.draft")
            shutil.copy2(source, draft)
            draft.replace(target)
    return kept


def _mark_of(file: Path) -> Path:
    """Where the fingerprint is that belongs to a record."""
    return file.with_name(fingerprint.FILE if file.name == FILE else f"{file.stem}.{fingerprint.FILE}")


def _scores(record: Record) -> list[tuple[str, float, list[tuple[str, float | None]]]]:
    return [
        (each.student, each.score, [(result.id, result.score) for result in each.exercises])
        for each in record.submissions
    ]
