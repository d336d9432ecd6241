"""One student's page: what each check found, and the student's own code with the places that it names.

Only what results.json says to the student goes in, what the student wrote, and pictures of public checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.language import N_, _
from autograder.pictures import Picture
from autograder.report.clusters import LOST
from autograder.report.heatmaps import ComparisonView, TrainingView, draw, size
from autograder.report.instructor import by_hand, late_sentence
from autograder.report.listing import Listing, listing, named_line
from autograder.report.text import MAX_MESSAGE, Allowance, clip, shown_name
from autograder.results import CheckResult, ExerciseResult, Record, SubmissionResult
from autograder.submission import Source

TEXT_ROOM = 80_000  # bytes of a page for messages and hints
SOURCE_ROOM = 100_000  # bytes of a page for the student's code
PICTURE_ROOM = 200_000
MAX_TITLE = 200
MAX_COMMENT = 4000

HELD = N_("This could not be graded through no fault of yours. It has no score yet, and staff have been told.")


@dataclass(frozen=True)
class CheckView:
    """A check as a page shows it; `line` of the student's code, by them called `place`, is what its message names."""

    name: str
    title: str
    kind: str
    status: str
    score: float
    points: float
    message: str
    hint: str
    misconception: str
    line: int | None
    place: str


@dataclass(frozen=True)
class Card:
    """One exercise: `lost` comes first, then what `waiting` checks need, `skipped` ones and those `passed`."""

    id: str
    title: str
    status: str
    score: float | None
    points: float
    message: str
    lost: tuple[CheckView, ...]
    waiting: tuple[CheckView, ...]
    skipped: tuple[CheckView, ...]
    passed: tuple[CheckView, ...]
    source: Listing | None
    comparisons: tuple[ComparisonView, ...] = ()
    trainings: tuple[TrainingView, ...] = ()
    extra_credit: bool = False
    by_hand: tuple[str, ...] = ()  # sentences on what an instructor gave
    comment: str = ""  # an instructor's


@dataclass(frozen=True)
class Feedback:
    student: str
    course: str
    score: float
    points: float
    is_held: bool  # so that the score is none yet
    cards: tuple[Card, ...]
    late: str  # a sentence on what it cost to be late


def feedback(
    record: Record,
    submission: SubmissionResult,
    sources: Mapping[str, tuple[str, Source]],
    drawn: Mapping[str, tuple[str, Sequence[Picture]]],
) -> Feedback:
    """The page of one student; exercises are mapped to a digest and to what was handed in, or to its pictures."""
    titles = {id: title for id, title, _ in record.exercises}
    text, room, picture_room = Allowance(TEXT_ROOM), SOURCE_ROOM, PICTURE_ROOM
    cards = []
    for number, result in enumerate(submission.exercises):
        digest, source = sources.get(result.id, ("", None))
        share = room // (len(submission.exercises) - number)
        card, used = _card(
            result, titles.get(result.id, result.id), source if digest == result.digest else None, text, share
        )
        room -= used
        digest, pictures = drawn.get(result.id, ("", ()))
        card, used = with_pictures(card, pictures if digest == result.digest else (), picture_room)
        picture_room -= used
        cards.append(card)
    return Feedback(
        shown_name(submission.student), record.course, submission.score, submission.points, submission.is_held,
        tuple(cards), late_sentence(submission),
    )  # fmt: skip


def with_pictures(card: Card, pictures: Iterable[Picture], room: int = PICTURE_ROOM) -> tuple[Card, int]:
    """The card with as many pictures as fit into `room` bytes, and about how many they take."""
    used = 0
    shown: list[ComparisonView | TrainingView] = []
    for view in draw(pictures):
        if used + size(view) <= room:
            used += size(view)
            shown.append(view)
    comparisons = tuple(each for each in shown if isinstance(each, ComparisonView))
    trainings = tuple(each for each in shown if isinstance(each, TrainingView))
    return replace(card, comparisons=comparisons, trainings=trainings), used


def own_card(result: ExerciseResult, title: str, pictures: Iterable[Picture]) -> Card:
    """What public checks found, for the student who ran them."""
    card, _size = _card(result, title, None, Allowance(TEXT_ROOM), 0)
    return with_pictures(replace(card, message=clip(result.message, MAX_MESSAGE)), pictures)[0]


def _card(result: ExerciseResult, title: str, source: Source | None, text: Allowance, room: int) -> tuple[Card, int]:
    """The card of one exercise, and about how many bytes its source takes."""
    checks = [_check(check, source, text) for check in result.checks]
    shown, used = None, 0
    if source is not None:
        shown = listing(source, (each.line for each in checks if each.line is not None), room)
        used = sum(len(line.text) + 40 for line in shown.lines)
    message = _(HELD) if result.status == "ungraded" else result.message
    card = Card(
        result.id, clip(title, MAX_TITLE), result.status, result.score, result.points, text.take(message),
        lost=tuple(each for each in checks if each.status in LOST),
        waiting=tuple(each for each in checks if each.status == "blocked"),
        skipped=tuple(each for each in checks if each.status == "skipped"),
        passed=tuple(each for each in checks if each.status == "passed"),
        source=shown,
        extra_credit=result.extra_credit,
        by_hand=tuple(by_hand(result)),
        comment=text.take(result.comment, MAX_COMMENT),
    )  # fmt: skip
    return card, used


def _check(check: CheckResult, source: Source | None, text: Allowance) -> CheckView:
    line = named_line(source, check.message[: 2 * MAX_MESSAGE]) if source and check.status in LOST else None
    place = source.where(line).removeprefix(source.name).lstrip(", ") if source and line else ""
    return CheckView(
        check.id.partition("/")[2], clip(check.title, MAX_TITLE), check.kind, check.status, check.score,
        check.points, text.take(check.message), text.take(check.hint), text.take(check.misconception or "", MAX_TITLE),
        line, place,
    )  # fmt: skip
