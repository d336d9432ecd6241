"""What a regrade changed, in a terminal."""

from __future__ import annotations

from autograder.diff import FILE, Change, Diff, Side, reason
from autograder.language import _, ngettext
from autograder.terminal import STATUSES, harmless, out

MAX_STUDENTS = 30


def show_diff(diff: Diff) -> None:
    """Whose score changed, by how much, on which check, and why."""
    count = len(diff.students)
    text = ngettext(
        "{count} student has other results than in {old}", "{count} students have other results than in {old}", count
    )
    _say(text.format(count=count, old=diff.old) + _("; unchanged: {count}").format(count=diff.unchanged))
    for each in diff.run:
        what = f"{each.what} {each.id}".strip()
        _say(_("  {what}: {before} -> {after}").format(what=what, before=_short(each.before), after=_short(each.after)))
    if diff.unknown:
        _say(_("  the earlier run has no record of: {what}").format(what=", ".join(diff.unknown)))
    for student in diff.students[:MAX_STUDENTS]:
        line = f"{student.student}: {student.before:g} -> {student.after:g} ({student.by:+g})"
        _say(f"{line}: {reason(student.causes)}" if student.causes else line)
        for change in student.exercises:
            _say(f"  {change.id}: {_sides(change)}: {reason(change.causes)}")
            for check in change.checks:
                _say(f"    {check.id}: {_sides(check)}{_told(check)}")
    if count > MAX_STUDENTS:
        _say(_("and {count} more: see {file}").format(count=count - MAX_STUDENTS, file=FILE))
    for label, students in ((_("new"), diff.appeared), (_("no longer there"), diff.gone)):
        if students:
            _say(f"{label}: {', '.join(students)}")


def _say(line: str) -> None:
    out.print(harmless(line), markup=False)


def _sides(change: Change) -> str:
    by = f" ({change.by:+g})" if change.by else ""
    return f"{_side(change.before)} -> {_side(change.after)}{by}"


def _side(side: Side) -> str:
    if not side.status:
        return _("not there")
    status = _(STATUSES[side.status]) if side.status in STATUSES else side.status
    return status if side.score is None else f"{status} {side.score:g}/{side.points:g}"


def _told(check: Change) -> str:
    """What the student is told now, or was told."""
    message = check.after.message or check.before.message
    if not message:
        return ""
    return f": {message}" if check.after.message else _("; before: {message}").format(message=message)


def _short(value: str) -> str:
    return value.removeprefix("sha256:")[:12]
