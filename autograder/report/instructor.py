"""What an instructor gave or a deadline took, in sentences for the student's page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from autograder.language import _, ngettext
from autograder.report.text import clip
from autograder.results import ExerciseResult, SubmissionResult

_MAX_TITLE = 200


def by_hand(result: ExerciseResult) -> Iterator[str]:
    """What an instructor gave for an exercise, in place of the grader's scores and on top of them."""
    for check in result.checks:
        title = clip(check.title, _MAX_TITLE)
        if check.auto_score is not None:
            text = _("{title} Your instructor gave {score:g} of {points:g} in place of {auto:g}.")
            yield text.format(title=title, score=check.score, points=check.points, auto=check.auto_score)
        if check.extra_credit:
            text = _("{title} Your instructor gave {extra:g} on top.")
            yield text.format(title=title, extra=check.extra_credit)
    if result.manual_score is not None:
        yield _("Your instructor gave {score:g} points.").format(score=result.manual_score)


def late_sentence(submission: SubmissionResult) -> str:
    """When it was due, how late it came and what that costs; nothing for work that loses nothing."""
    late = submission.late
    if late is None or late.factor == 1:
        return ""
    hours = max(1, round(late.seconds / 3600))
    after = ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    if hours >= 48:
        after = ngettext("{n} day", "{n} days", round(hours / 24)).format(n=round(hours / 24))
    text = _("Handed in {after} after the deadline, {due}: of {raw:g} points {percent:g} % are left.")
    due = datetime.fromisoformat(late.due).strftime("%Y-%m-%d %H:%M %z")
    return text.format(after=after, due=due, raw=submission.raw_score, percent=round(100 * late.factor, 2))
