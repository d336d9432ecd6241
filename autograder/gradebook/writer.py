"""Writes gradebook.db with nbgrader's own models; runs in a process of its own, started by `process`.

A new gradebook is made beside its place and moved there whole. One that is there is changed where it lies, in one
transaction: formgrader may have it open, and would go on writing to a file that was moved away.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.language import _

_ROWS = dict[str, Any]


def main() -> None:
    """Load nbgrader, read one order from stdin, carry it out; print why that was not possible."""
    api = _load_api()
    line = sys.stdin.readline()
    if not line:
        return  # whoever was to order it has died
    order = json.loads(line)
    reason = write(api, Path(order["path"]), order["book"], order["seconds"])
    if reason:
        print(reason)


def _load_api() -> Any:
    """`nbgrader.api` without what its package loads beside it, and a fifth of the time.

    The package's `__init__` is for a web server, and jsonschema compiles a grammar that only a format check needs.
    """
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    spec = importlib.util.find_spec("nbgrader")
    assert spec is not None
    sys.modules["nbgrader"] = importlib.util.module_from_spec(spec)
    api: Any = importlib.import_module("nbgrader.api")
    # It would run the program `alembic`, which is on the PATH only in an activated environment.
    api.get_alembic_version = _head
    return api


def _head() -> str:
    """The version of the database's form that the installed nbgrader has."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(importlib.import_module("nbgrader.dbutil").ALEMBIC_DIR).get_current_head()
    assert head is not None
    return head


def write(api: Any, path: Path, book: Mapping[str, Any], seconds: float) -> str:
    """Make the gradebook at `path` say what `book` says (see `book.book_of`). Returns why it could not, or nothing.

    Whoever else writes to it is waited for, for so many seconds.
    """
    from sqlalchemy.exc import OperationalError

    try:
        if path.exists():
            _change(api, path, book, seconds)
            return ""
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            _change(api, Path(draft), book, seconds)
            os.chmod(draft, 0o644)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OperationalError as error:
        if "locked" in str(error.orig):
            return _("it is in use by another program; when that is closed, run `autograde report`")
        return _("{reason}; `nbgrader db upgrade` may help").format(reason=error.orig)
    return ""


def _change(api: Any, path: Path, book: Mapping[str, Any], seconds: float) -> None:
    from sqlalchemy import URL, text

    with api.Gradebook(URL.create("sqlite", database=str(path))) as gradebook:
        db = gradebook.db
        db.execute(text(f"PRAGMA busy_timeout = {int(1000 * seconds)}"))
        db.execute(text("BEGIN IMMEDIATE"))
        _Sync(api, gradebook, book).run()
        db.commit()


class _Sync:
    """One transaction: assignment, notebooks and cells; then students, their submissions, scores and comments."""

    def __init__(self, api: Any, gradebook: Any, book: Mapping[str, Any]) -> None:
        self.api, self.db, self.course, self.book = api, gradebook.db, gradebook.course_id, book

    def run(self) -> None:
        api, name = self.api, self.book["assignment"]
        self.assignment = self._one(api.Assignment, name=name) or self._add(
            api.Assignment(name=name, course_id=self.course)
        )
        if self.book["due"]:
            self._set(self.assignment, duedate=_utc(self.book["due"]))
        self.db.flush()
        notebooks = {each["name"]: self._notebook(each) for each in self.book["notebooks"]}
        self.db.flush()
        self._students()
        self._submissions(notebooks)
        for each in self.book["notebooks"]:
            self._scores(each, notebooks[each["name"]])
            self._comments(each, notebooks[each["name"]])

    def _one(self, model: Any, **what: Any) -> Any:
        return self.db.query(model).filter_by(**what).one_or_none()

    def _add(self, row: Any) -> Any:
        self.db.add(row)
        return row

    @staticmethod
    def _set(row: Any, **values: Any) -> None:
        for key, value in values.items():
            if getattr(row, key) != value:
                setattr(row, key, value)

    def _notebook(self, wanted: Mapping[str, Any]) -> Any:
        """The notebook with its cells, and without those that nobody needs any more."""
        api, db = self.api, self.db
        notebook = self._one(api.Notebook, name=wanted["name"], assignment_id=self.assignment.id) or self._add(
            api.Notebook(name=wanted["name"], assignment=self.assignment)
        )
        db.flush()
        cells = {cell.name: cell for cell in notebook.grade_cells}
        for name, points in wanted["cells"].items():
            if name in cells:
                self._set(cells[name], max_score=points)
            else:
                db.add(api.GradeCell(name=name, notebook=notebook, max_score=points, cell_type="code"))
        if wanted["solution"] not in {cell.name for cell in notebook.solution_cells}:
            db.add(api.SolutionCell(name=wanted["solution"], notebook=notebook))
        written = {cell.name for cell in notebook.source_cells}  # those of a notebook that nbgrader knows
        for name, cell in cells.items():
            if name not in wanted["cells"] and name not in written:
                self._retire(cell)
        return notebook

    def _retire(self, cell: Any) -> None:
        """A check that is gone goes from here too, unless an instructor gave something for it."""
        by_hand = [each for each in cell.grades if each.manual_score is not None or each.extra_credit is not None]
        for grade in cell.grades:
            if by_hand:
                self._set(grade, auto_score=0.0, needs_manual_grade=False)
            else:
                self.db.delete(grade)
        if by_hand:
            self._set(cell, max_score=0.0)
        else:
            self.db.delete(cell)
        self.db.flush()

    def _students(self) -> None:
        known = {id for (id,) in self.db.query(self.api.Student.id)}
        self._insert(
            self.api.Student, [{"id": each["id"]} for each in self.book["students"] if each["id"] not in known]
        )

    def _submissions(self, notebooks: Mapping[str, Any]) -> None:
        """A submission for each student, a notebook in it for each notebook; `self.parts` has their ids."""
        api, db = self.api, self.db
        wholes = {
            each.student_id: each
            for each in db.query(api.SubmittedAssignment).filter_by(assignment_id=self.assignment.id)
        }
        new = [each["id"] for each in self.book["students"] if each["id"] not in wholes]
        ids = {student: whole.id for student, whole in wholes.items()} | {id: api.new_uuid() for id in new}
        self._insert(
            api.SubmittedAssignment,
            [{"id": ids[id], "assignment_id": self.assignment.id, "student_id": id} for id in new],
        )
        for each in self.book["students"]:
            if not each["due"] and not each["submitted"]:
                continue
            whole = wholes.get(each["id"]) or db.get(api.SubmittedAssignment, ids[each["id"]])
            if each["due"]:
                extension = _utc(each["due"]) - _utc(self.book["due"])
                self._set(whole, extension=extension or None)
            if each["submitted"]:
                self._set(whole, timestamp=_utc(each["submitted"]))
        columns = api.SubmittedNotebook.assignment_id, api.SubmittedNotebook.notebook_id
        found = db.query(*columns, api.SubmittedNotebook.id, api.SubmittedNotebook.late_submission_penalty).filter(
            api.SubmittedNotebook.notebook_id.in_([each.id for each in notebooks.values()])
        )
        known = {(whole, notebook): (id, penalty or 0.0) for whole, notebook, id, penalty in found}
        self.parts: dict[tuple[str, str], str] = {}
        added, changed = [], []
        for student in self.book["students"]:
            for name, said in student["notebooks"].items():
                place = ids[student["id"]], notebooks[name].id
                id, penalty = known.get(place, ("", 0.0))
                values = {"id": id or api.new_uuid(), "late_submission_penalty": said["penalty"] or None}
                self.parts[student["id"], name] = values["id"]
                if not id:
                    added.append({**values, "assignment_id": place[0], "notebook_id": place[1]})
                elif penalty != said["penalty"]:
                    changed.append(values)
        self._insert(api.SubmittedNotebook, added)
        self._update(api.SubmittedNotebook, changed)

    def _scores(self, wanted: Mapping[str, Any], notebook: Any) -> None:
        """A grade in every grade cell for every student; those of cells that are not ours wait for a person."""
        api = self.api
        self.db.expire(notebook, ["_base_cells"])
        cells = {cell.id: cell.name for cell in notebook.grade_cells}
        columns = api.Grade.id, api.Grade.notebook_id, api.Grade.cell_id, api.Grade.auto_score, api.Grade.manual_score
        found = self.db.query(*columns, api.Grade.needs_manual_grade).filter(api.Grade.cell_id.in_(cells))
        known = {(part, cell): (id, auto, manual, waits) for id, part, cell, auto, manual, waits in found}
        added, changed = [], []
        for student, said in self._said(wanted["name"]):
            part = self.parts[student, wanted["name"]]
            for cell, name in cells.items():
                score = said["scores"].get(name)
                old = known.get((part, cell))
                if old is None:
                    row = {"id": api.new_uuid(), "notebook_id": part, "cell_id": cell, "auto_score": score}
                    added.append({**row, "needs_manual_grade": score is None})
                elif name in said["scores"]:
                    id, auto, manual, waits = old
                    # As nbgrader does: an instructor's score for work that has changed is to be looked at again.
                    needs = score is None if manual is None else (waits or auto != score)
                    if (auto, waits) != (score, needs):
                        changed.append({"id": id, "auto_score": score, "needs_manual_grade": needs})
        self._insert(api.Grade, added)
        self._update(api.Grade, changed)

    def _comments(self, wanted: Mapping[str, Any], notebook: Any) -> None:
        api = self.api
        cells = {cell.id: cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]}
        columns = api.Comment.id, api.Comment.notebook_id, api.Comment.cell_id, api.Comment.auto_comment
        found = self.db.query(*columns).filter(api.Comment.cell_id.in_(cells))
        known = {(part, cell): (id, text) for id, part, cell, text in found}
        added, changed = [], []
        for student, said in self._said(wanted["name"]):
            part = self.parts[student, wanted["name"]]
            for cell, name in cells.items():
                comment = said["comment"] or None if name == wanted["solution"] else None
                old = known.get((part, cell))
                if old is None:
                    row = {"id": api.new_uuid(), "notebook_id": part, "cell_id": cell, "auto_comment": comment}
                    added.append(row)
                elif name == wanted["solution"] and old[1] != comment:
                    changed.append({"id": old[0], "auto_comment": comment})
        self._insert(api.Comment, added)
        self._update(api.Comment, changed)

    def _said(self, notebook: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        return [(each["id"], each["notebooks"][notebook]) for each in self.book["students"]]

    def _insert(self, model: Any, rows: list[_ROWS]) -> None:
        from sqlalchemy import insert

        if rows:
            self.db.execute(insert(model), rows)

    def _update(self, model: Any, rows: list[_ROWS]) -> None:
        from sqlalchemy import update

        if rows:
            self.db.execute(update(model), rows)


def _utc(moment: str) -> datetime:
    """As nbgrader keeps times: in UTC, without saying so."""
    return datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)
