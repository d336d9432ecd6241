"""Grades into the sheet that a system gave out, and what became of each row and each student."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from autograder.errors import FileError
from autograder.export.matching import Matches, match
from autograder.export.sheet import Sheet
from autograder.language import _, ngettext
from autograder.results import ExerciseResult, Record, SubmissionResult, tidy

MAX_NAMED = 20


@dataclass
class Column:
    """A column to fill: with the total if `exercise` is None. `most` is what the system takes for all the points."""

    number: int
    title: str
    exercise: str | None
    most: float | None = None


@dataclass
class Filled:
    """What became of a sheet: how many grades went in, and lines on all that did not."""

    grades: int
    lines: list[str] = field(default_factory=list)


def fill(
    sheet: Sheet,
    record: Record,
    columns: Collection[Column],
    identities: Mapping[int, Collection[str]],
    names: Mapping[str, Collection[str]],
    *,
    kept: Collection[str] = (),
) -> Filled:
    """Set the grades of the rows in `identities`, which are matched by `names`; cells that say `kept` stay.

    Raises `FileError` if no row is anybody's.
    """
    matches = match(identities, names)
    if not matches.rows:
        raise FileError(sheet.path, None, "sheet-nobody")
    submissions = {each.student: each for each in record.submissions}
    filled = Filled(0)
    held, excused = [], []
    for row, student in matches.rows.items():
        for column in columns:
            earned = _earned(submissions[student], column)
            if earned is None:
                held.append(student)
            elif sheet[row, column.number].strip().upper() in kept:
                excused.append(student)
            else:
                score, points = earned
                scale = column.most / points if column.most and points else 1.0
                sheet.set(row, column.number, score * scale)
                filled.grades += 1
    filled.lines = [*_scaled(record, columns), *_left_out(sheet, matches)]
    if held:
        filled.lines.append(_("left as it is, not graded yet: {students}").format(students=_listed(held)))
    if excused:
        filled.lines.append(_("left as it is, excused: {students}").format(students=_listed(excused)))
    return filled


def _earned(submission: SubmissionResult, column: Column) -> tuple[float, float] | None:
    """Score and points, the penalty taken off; None if some of it has no score."""
    results = [each for each in submission.exercises if column.exercise in (None, each.id)]
    if any(each.score is None for each in results):
        return None
    if column.exercise is None:
        return submission.score, submission.points
    score = sum(each.score or 0.0 for each in results)
    penalty = sum(submission.late.penalty(each) for each in results) if submission.late else 0.0
    return tidy(score - penalty), tidy(sum(each.points for each in results))


def columns_named(sheet: Sheet, record: Record, titles: Mapping[int, str], wish: str | None) -> list[Column]:
    """Of the columns with these titles those to fill: the one wished for, which takes the total; else the course's
    own, for the total, and those that are called after an exercise. Raises `FileError` if there is none."""
    if wish is not None:
        found = [Column(number, title, None) for number, title in titles.items() if wish in (title, sheet[0, number])]
        if len(found) != 1:
            raise _no_column(sheet, wish, titles.values(), bool(found))
        return found
    exercises = {name: id for id, title, _points in record.exercises for name in (id, title)}
    found = [
        Column(number, title, exercises.get(title))
        for number, title in titles.items()
        if title == record.course or title in exercises
    ]
    if not found:
        raise _no_column(sheet, record.course, titles.values(), False)
    return found


def _no_column(sheet: Sheet, wish: str, titles: Collection[str], several: bool) -> FileError:
    if several:
        return FileError(sheet.path, 1, "sheet-columns", title=wish)
    return FileError(sheet.path, 1, "sheet-no-column", title=wish, titles=", ".join(f"`{each}`" for each in titles))


def _scaled(record: Record, columns: Collection[Column]) -> list[str]:
    lines = []
    for column in columns:
        results = [result for each in record.submissions[:1] for result in each.exercises]
        points = _points(results, column)
        if column.most and points and column.most != points:
            text = _("`{title}`: scaled from our {points:g} points to the sheet's {most:g}")
            lines.append(text.format(title=column.title, points=points, most=column.most))
    return lines


def _points(results: Collection[ExerciseResult], column: Column) -> float:
    if column.exercise is None:
        return tidy(sum(each.points for each in results if not each.extra_credit))
    return tidy(sum(each.points for each in results if each.id == column.exercise))


def _left_out(sheet: Sheet, matches: Matches) -> list[str]:
    lines = []
    for row, students in matches.ambiguous_rows.items():
        text = _("row {row}, {who}: ambiguous, it may be {students}; left as it is")
        lines.append(text.format(row=row + 1, who=sheet[row, 0], students=_listed(students)))
    if matches.unmatched_rows:
        who = _listed([f"{sheet[row, 0]} ({row + 1})" for row in matches.unmatched_rows])
        count = len(matches.unmatched_rows)
        text = ngettext(
            "{count} row is nobody's who handed in: {who}", "{count} rows are nobody's who handed in: {who}", count
        )
        lines.append(text.format(count=count, who=who))
    if matches.unmatched_students:
        count = len(matches.unmatched_students)
        text = ngettext("{count} student has no row: {who}", "{count} students have no row: {who}", count)
        lines.append(text.format(count=count, who=_listed(matches.unmatched_students)))
    return lines


def _listed(names: Collection[str]) -> str:
    names = list(dict.fromkeys(names))
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (_(" and {count} more").format(count=more) if more > 0 else "")
