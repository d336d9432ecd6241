"""`autograde calibrate`: measure what a right network reaches, and set the threshold from that.

The reference is trained as a submission would be, in a worker, once per seed. The threshold is the
accuracy that one more run of a right solution misses less than once in a thousand times: a prediction
interval by Student's t-distribution (Hahn and Meeker, Statistical Intervals, 1991, section 4.7) of the
logarithm of the error, whose distribution is skew: a training that goes badly goes far worse than most.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from autograder import terminal
from autograder.errors import MachineryError, UsageError
from autograder.exercise import Course, Exercise
from autograder.grading.accuracy import Entry, solution_digest, write
from autograder.grading.code import AuthorCode, loading, suppliable
from autograder.grading.handles import Submission
from autograder.grading.session import CheckItem, GradingSession
from autograder.grading.student import StudentGrader
from autograder.grading.supplier import Supplier
from autograder.language import _
from autograder.sandbox.recipe import Recipe
from autograder.sandbox.warm import WarmProcess

MIN_SEEDS = 20
LEAST_ERROR = 1e-3  # less than one image of a thousand is none
# 0.999 quantiles of Student's t-distribution by degrees of freedom; between them the larger one is taken.
T_QUANTILES = {19: 3.579, 29: 3.396, 39: 3.313, 59: 3.232, 99: 3.174, 199: 3.131, 499: 3.107, 999: 3.098}


def calibrate(
    course: Course, exercises: Sequence[Exercise], warm: WarmProcess, seeds: int, device: torch.device
) -> None:
    """Measure every accuracy check of the exercises, and write calibration.json beside their tests.

    Raises `UsageError` for fewer than MIN_SEEDS seeds, or exercises without such a check.
    """
    if seeds < MIN_SEEDS:
        raise UsageError("too-few-seeds", least=MIN_SEEDS, seeds=seeds)

    def run(session: GradingSession) -> None:
        items = [item for each in exercises for item in session.items[each.id] if item.measures]
        if not items:
            raise UsageError("nothing-measured", ids=", ".join(each.id for each in exercises))
        with terminal.counting(_("training"), seeds * len(items)) as advance:
            for item in items:
                found = []
                for recipe, accuracy in _runs(session, warm, item, seeds):
                    found.append((recipe, accuracy))
                    advance(f"{item.exercise.id}/{item.check.name}: {accuracy:.4f}")
                _keep(session, item, found)

    GradingSession(course, exercises, public=False, device=device).run(run)


def threshold_of(accuracies: Sequence[float]) -> float:
    """The accuracy that one more run misses less than once in a thousand times; never above the lowest one seen."""
    degrees = max(each for each in T_QUANTILES if each < len(accuracies))
    errors = [math.log(max(1 - accuracy, LEAST_ERROR)) for accuracy in accuracies]
    margin = T_QUANTILES[degrees] * statistics.stdev(errors) * (1 + 1 / len(errors)) ** 0.5
    return float(round(min(1 - math.exp(statistics.mean(errors) + margin), *accuracies), 4))


def _runs(session: GradingSession, warm: WarmProcess, item: CheckItem, seeds: int) -> Iterator[tuple[Recipe, float]]:
    """The recipe and the accuracy of the reference for each seed."""
    exercise, course = item.exercise, session.course
    code = AuthorCode.of(exercise.solution)
    supplied = suppliable(course, exercise, code)
    grader = StudentGrader(session, warm, None)
    for seed in range(seeds):
        session.course = replace(course, salt=f"{course.salt}/calibration/{seed}")
        recording = session.calibration.recording = []
        worker = grader.connect(exercise, Supplier(supplied), session.device.type == "cuda")
        worker.deadline = time.monotonic() + exercise.limits.total
        try:
            worker.ask(loading(exercise, code, supplied))
            error = session.run_check(item, Submission(lambda seen: None), worker, ahead=False)
        finally:
            worker.close()
        if error is not None or not recording:
            raise MachineryError("check-broken", check=item.check.name, reason=error)
        yield recording[0]
    session.course, session.calibration.recording = course, None


def _keep(session: GradingSession, item: CheckItem, runs: Sequence[tuple[Recipe, float]]) -> None:
    """Write the entry, and say what it is."""
    accuracies = [accuracy for _, accuracy in runs]
    calibration, exercise = session.calibration, item.exercise
    entry = Entry(
        dataset=session.course.dataset,
        dataset_digest=calibration.dataset().digest,
        recipe=runs[0][0].to_json(),
        solution=solution_digest(exercise),
        device=session.device.type,
        torch=torch.__version__,
        seeds=len(runs),
        mean=round(statistics.mean(accuracies), 4),
        spread=round(statistics.stdev(accuracies), 4),
        lowest=round(min(accuracies), 4),
        threshold=threshold_of(accuracies),
    )
    calibration.entries[exercise.id].setdefault(item.check.name, {})[entry.dataset] = entry
    path = write(exercise, calibration.entries[exercise.id])
    told = _(
        "{check} on {entry.dataset}: mean {entry.mean:.4f}, spread {entry.spread:.4f}, "
        "lowest {entry.lowest:.4f} of {entry.seeds}; threshold {entry.threshold:.4f}, in {path}"
    )
    print(told.format(check=f"{exercise.id}/{item.check.name}", entry=entry, path=path))
