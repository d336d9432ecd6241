"""What a class's results say: of students, of exercises, and of the checks themselves."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import CheckResult, ExerciseResult, Record, SubmissionResult, tidy

BINS = 10
ENOUGH = 10  # students, before a check is said to be suspicious
SUSPICIOUS = 0.1


@dataclass(frozen=True)
class ExerciseStatistics:
    """One exercise in a class. Shares are between 0 and 1, or None where nobody counts."""

    id: str
    title: str
    points: float
    graded: int
    missing: int
    rejected: int
    ungraded: int
    full: int
    mean: float | None  # share of the points, of those who are graded
    seconds: float  # of all
    slowest: float


@dataclass(frozen=True)
class CheckStatistics:
    """One check in a class.

    `passed` of `counted` students passed it; for `blocked` of them another check came first. `discrimination`
    is the point-biserial correlation of passing it with the rest of the student's score.
    """

    exercise: str
    check: str
    title: str
    kind: str
    points: float
    counted: int
    passed: int
    blocked: int
    skipped: int
    discrimination: float | None

    @property
    def share(self) -> float | None:
        return self.passed / self.counted if self.counted else None

    @property
    def suspicious(self) -> bool:
        """Whether those who pass it are hardly better than those who do not: the check may be wrong."""
        return self.counted >= ENOUGH and self.discrimination is not None and self.discrimination < SUSPICIOUS


def point_biserial(passed: Sequence[bool], scores: Sequence[float]) -> float | None:
    """The correlation of a yes or no with a number; None if either is the same for all."""
    yes = [score for score, ok in zip(scores, passed, strict=True) if ok]
    no = [score for score, ok in zip(scores, passed, strict=True) if not ok]
    if not yes or not no:
        return None
    spread = statistics.pstdev(scores)
    if spread < 1e-9:
        return None
    share = len(yes) / len(passed)
    return (statistics.fmean(yes) - statistics.fmean(no)) / spread * math.sqrt(share * (1 - share))


def fraction(each: SubmissionResult) -> float:
    """A student's share of the points."""
    return min(1.0, max(0.0, each.score / each.points)) if each.points else 0.0


def histogram(fractions: Sequence[float]) -> list[int]:
    """How many lie in each tenth; full marks belong to the last."""
    counts = [0] * BINS
    for each in fractions:
        counts[min(BINS - 1, int(each * BINS + 1e-9))] += 1
    return counts


def of_exercises(record: Record) -> list[ExerciseStatistics]:
    return [_of_exercise(id, title, points, _results(record, id)) for id, title, points in record.exercises]


def _results(record: Record, id: str) -> list[ExerciseResult]:
    return [result for each in record.submissions for result in each.exercises if result.id == id]


def _of_exercise(id: str, title: str, points: float, results: Sequence[ExerciseResult]) -> ExerciseStatistics:
    counts = {status: sum(each.status == status for each in results) for status in ("missing", "rejected", "ungraded")}
    graded = [each for each in results if each.status == "graded"]
    shares = [(each.score or 0.0) / each.points for each in graded if each.points]
    seconds = [each.seconds for each in results]
    return ExerciseStatistics(
        id, title, points, len(graded), counts["missing"], counts["rejected"], counts["ungraded"],
        full=sum(share > 1 - 1e-9 for share in shares), mean=statistics.fmean(shares) if shares else None,
        seconds=sum(seconds), slowest=max(seconds, default=0.0),
    )  # fmt: skip


def of_checks(record: Record) -> list[CheckStatistics]:
    """Every check that some student met, in the order of the course."""
    met: dict[str, list[tuple[CheckResult, float | None]]] = {}
    for each in record.submissions:
        held = any(result.score is None for result in each.exercises)
        for result in each.exercises:
            for check in result.checks:
                rest = None if held else tidy(each.raw_score - check.score)
                met.setdefault(check.id, []).append((check, rest))
    order = {id: number for number, (id, _, _) in enumerate(record.exercises)}
    ids = sorted(met, key=lambda id: order.get(id.partition("/")[0], len(order)))
    return [_of_check(met[id]) for id in ids]


def _of_check(found: Sequence[tuple[CheckResult, float | None]]) -> CheckStatistics:
    first = found[0][0]
    counted = [(check, rest) for check, rest in found if check.status != "skipped"]
    whole = [(check.status == "passed", rest) for check, rest in counted if rest is not None]
    exercise, _, name = first.id.partition("/")
    return CheckStatistics(
        exercise, name, first.title, first.kind, first.points,
        counted=len(counted),
        passed=sum(check.status == "passed" for check, _ in counted),
        blocked=sum(check.status == "blocked" for check, _ in counted),
        skipped=len(found) - len(counted),
        discrimination=point_biserial([ok for ok, _ in whole], [rest for _, rest in whole]),
    )  # fmt: skip
