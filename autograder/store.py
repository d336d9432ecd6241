"""The results that are already known, in one SQLite file: what makes a second run short.

A result is kept under the digest of all that it depends on. One process writes; others may read
while it does. Whatever is committed here survives a kill at any moment.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from autograder.errors import FileError, MachineryError
from autograder.results import ExerciseResult, to_json, writing

FILE = "results.sqlite"
NO_PICTURES = "[]"

# Pictures have a table of their own: results of earlier versions have none.
TABLES = """
CREATE TABLE IF NOT EXISTS result (key TEXT PRIMARY KEY, result TEXT NOT NULL, output TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS picture (key TEXT PRIMARY KEY, pictures TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS run (inputs TEXT, outputs TEXT, mark TEXT);
"""


class Store:
    """Maps a key (see `key_of`) to a result, to what the student's code printed, and to pictures as JSON."""

    def __init__(self, folder: Path) -> None:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        try:
            with self._writing():
                self.connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
                self.connection.execute("PRAGMA journal_mode = WAL")
                self.connection.execute("PRAGMA synchronous = NORMAL")
                self.connection.executescript(TABLES)
        except sqlite3.DatabaseError as error:
            raise FileError(self.path, None, "database-unusable", reason=error) from None

    def get(self, key: str) -> tuple[ExerciseResult, str] | None:
        row = self.connection.execute("SELECT result, output FROM result WHERE key = ?", (key,)).fetchone()
        return (ExerciseResult.from_json(json.loads(row[0])), row[1]) if row else None

    def pictures(self, key: str) -> str:
        row = self.connection.execute("SELECT pictures FROM picture WHERE key = ?", (key,)).fetchone()
        return row[0] if row else NO_PICTURES

    def put(self, key: str, result: ExerciseResult, output: str, pictures: str = NO_PICTURES) -> None:
        row = key, json.dumps(to_json(result), ensure_ascii=False), output
        with self._writing():
            self.connection.execute("INSERT OR REPLACE INTO picture VALUES (?, ?)", (key, pictures))
            self.connection.execute("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", row)

    def run(self) -> tuple[str, str, str] | None:
        """What the last complete run was made of, what it left, and its fingerprint; see `unchanged`."""
        row: tuple[str, str, str] | None = self.connection.execute("SELECT inputs, outputs, mark FROM run").fetchone()
        return row

    def put_run(self, inputs: str, outputs: str, mark: str) -> None:
        with self._writing():
            self.connection.execute("DELETE FROM run")
            self.connection.execute("INSERT INTO run VALUES (?, ?, ?)", (inputs, outputs, mark))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:  # the disk is full, or may only be read
            raise MachineryError("file-not-written", path=self.path, reason=error) from None

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def key_of(parts: Iterable[str]) -> str:
    """The key of a result that depends on exactly these texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
