"""The class's page, for staff: who stands where, which ideas went wrong, and whether the checks are good."""

from __future__ import annotations

import shlex
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.report import statistics as measures
from autograder.report.clusters import Cluster, Idea, clusters, ideas, unfinished
from autograder.report.sources import FOLDER
from autograder.report.statistics import CheckStatistics, ExerciseStatistics, fraction
from autograder.report.text import clip, shown_name
from autograder.results import ExerciseResult, Record, SubmissionResult

MAX_GROUPS = 40  # unexplained mistakes that are shown: of several students, and again of one
MAX_LINKS = 8  # students named under one misconception; the table shows all of them
MAX_NAME = 120
MAX_TEXT = 400


@dataclass(frozen=True)
class Cell:
    """A student's score in one exercise: `level` is `q0` (nothing) to `q4` (everything), or the status."""

    text: str
    level: str


@dataclass(frozen=True)
class Row:
    """A student. `tags` is what the filters look for."""

    student: str
    link: str
    score: float
    points: float
    share: float
    cells: tuple[Cell, ...]
    seconds: float
    tags: str
    held: bool
    penalty: float  # what lateness takes


@dataclass(frozen=True)
class Link:
    student: str
    href: str


@dataclass(frozen=True)
class Group:
    """Students who share a mistake, named or not; `tag` finds all of them in the table."""

    tag: str
    exercise: str
    name: str
    text: str
    students: int
    links: tuple[Link, ...]
    points: float = 0.0
    checks: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Trouble:
    """What could not be graded or read, and why."""

    student: Link
    exercises: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Bar:
    low: int
    count: int


@dataclass(frozen=True)
class Dashboard:
    course: str
    device: str
    level: str
    layers: tuple[str, ...]
    missing_layers: tuple[str, ...]
    exercises: tuple[ExerciseStatistics, ...]
    checks: tuple[CheckStatistics, ...]
    rows: tuple[Row, ...]
    ideas: tuple[Group, ...]
    clusters: tuple[Group, ...]
    shared: int  # unexplained mistakes of several students, also those that are not shown
    single: int
    absent: tuple[Link, ...]
    ungraded: tuple[Trouble, ...]
    held: int  # results without a score
    rejected: tuple[Trouble, ...]
    bars: tuple[Bar, ...]
    points: float  # of all exercises
    counted: int  # students in the distribution
    mean: float | None
    median: float | None
    full: int
    unfinished: int
    seconds: float


def dashboard(record: Record, folders: Mapping[str, str], out: Path, course: Path | None) -> Dashboard:
    """Everything that the page shows; `folders` maps students to the names of their folders."""
    links = {student: Link(shown_name(student), _href(folder)) for student, folder in folders.items()}
    found_ideas, found_clusters = ideas(record), clusters(record)
    shared = [each for each in found_clusters if len(each.students) > 1]
    single = found_clusters[len(shared) :]
    shown_clusters = shared[:MAX_GROUPS] + single[:MAX_GROUPS]
    tags: dict[str, list[str]] = {}
    sharing = [(f"i{number}", idea.students) for number, idea in enumerate(found_ideas)]
    sharing += [(f"c{number}", cluster.students) for number, cluster in enumerate(shown_clusters)]
    for tag, students in sharing:
        for student in students:
            tags.setdefault(student, []).append(tag)
    present = [each for each in record.submissions if _handed_in(each) and not each.is_held]
    fractions = [fraction(each) for each in present]
    exercises = measures.of_exercises(record)
    return Dashboard(
        course=clip(record.course, MAX_NAME),
        device=record.device,
        level=record.isolation.level,
        layers=record.isolation.layers,
        missing_layers=tuple(sorted(record.isolation.missing)),
        exercises=tuple(exercises),
        checks=tuple(measures.of_checks(record)),
        rows=tuple(_row(each, links[each.student], tags.get(each.student, [])) for each in record.submissions),
        ideas=tuple(_of_idea(number, each, links) for number, each in enumerate(found_ideas)),
        clusters=tuple(
            _of_cluster(number, each, links, folders, out, course) for number, each in enumerate(shown_clusters)
        ),
        shared=len(shared),
        single=len(single),
        absent=tuple(links[each.student] for each in record.submissions if not _handed_in(each)),
        ungraded=_troubles(record, links, "ungraded"),
        held=sum(each.ungraded for each in exercises),
        rejected=_troubles(record, links, "rejected"),
        bars=tuple(Bar(10 * low, count) for low, count in enumerate(measures.histogram(fractions))),
        points=sum(each.points for each in exercises if each.id not in record.extra_credit),
        counted=len(present),
        mean=statistics.fmean(fractions) if fractions else None,
        median=statistics.median(fractions) if fractions else None,
        full=sum(each > 1 - 1e-9 for each in fractions),
        unfinished=unfinished(record),
        seconds=sum(each.seconds for each in exercises),
    )


def _href(folder: str) -> str:
    return f"feedback/{quote(folder)}/index.html"


def _handed_in(each: SubmissionResult) -> bool:
    return any(result.status != "missing" for result in each.exercises)


def _row(each: SubmissionResult, link: Link, tags: Sequence[str]) -> Row:
    statuses = {result.status for result in each.exercises}
    words: list[str] = [status for status in ("missing", "rejected", "ungraded") if status in statuses]
    if not _handed_in(each):
        words.append("absent")
    elif each.points and fraction(each) > 1 - 1e-9:
        words.append("full")
    elif not each.is_held:
        words.append("lost")
    if each.penalty:
        words.append("late")
    return Row(
        link.student, link.href, each.score, each.points, fraction(each),
        tuple(_cell(result) for result in each.exercises), sum(result.seconds for result in each.exercises),
        " ".join([*words, *tags]), each.is_held, each.penalty,
    )  # fmt: skip


def _cell(result: ExerciseResult) -> Cell:
    if result.score is None or (result.status != "graded" and result.manual_score is None):
        text = {"missing": "–", "rejected": "✕", "ungraded": "?"}.get(result.status, "?")
        return Cell(text, result.status)
    share = result.score / result.points if result.points else 1.0
    level = 4 if share > 1 - 1e-9 else 0 if share <= 0 else min(3, 1 + int(share * 3))
    return Cell(f"{round(result.score, 2):g}", f"q{level}")


def _of_idea(number: int, idea: Idea, links: Mapping[str, Link]) -> Group:
    return Group(
        f"i{number}", idea.exercise, clip(idea.id, MAX_NAME), clip(idea.hint, MAX_TEXT), len(idea.students),
        tuple(links[student] for student in idea.students[:MAX_LINKS]), points=idea.points,
    )  # fmt: skip


def _of_cluster(
    number: int, cluster: Cluster, links: Mapping[str, Link], folders: Mapping[str, str], out: Path, course: Path | None
) -> Group:
    path = out / FOLDER / folders[cluster.students[0]] / f"{cluster.exercise}.py"
    words = ["autograde", "new", "--chaff", "MISCONCEPTION", "--from", path.as_posix()]
    words += ["--exercise", cluster.exercise, "--check", cluster.checks[0]]
    words += ["--course", course.as_posix()] if course is not None else []
    return Group(
        f"c{number}", cluster.exercise, "", clip(cluster.message, MAX_TEXT), len(cluster.students),
        tuple(links[student] for student in cluster.students[:MAX_LINKS]), checks=cluster.checks,
        command=shlex.join(words),
    )  # fmt: skip


def _troubles(record: Record, links: Mapping[str, Link], status: str) -> tuple[Trouble, ...]:
    """One for each student and reason: what makes an archive unreadable is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in record.submissions:
        for result in each.exercises:
            if result.status == status:
                found.setdefault((each.student, result.message), []).append(result.id)
    return tuple(
        Trouble(links[student], tuple(exercises), clip(reason, MAX_TEXT))
        for (student, reason), exercises in found.items()
    )
