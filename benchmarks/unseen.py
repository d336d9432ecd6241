"""How the grader does on solutions that its tests were not written with: tests/unseen.

    python -m benchmarks.unseen [--exercise ID]... [--page docs/unseen.md]

`right/*.py` must keep full marks. `wrong/<misconception>/*.py` must lose some, with that misconception
named; those in `wrong/none/` hold a mistake without a name in CONTRACT.md, and only have to lose marks.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from autograder.engine import grade_class
from autograder.exercise import Exercise, load_course
from autograder.grading.student import Work
from autograder.results import ExerciseResult
from autograder.sandbox.warm import WarmProcess
from autograder.shipped import templates
from autograder.submission import Source

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "unseen"
UNNAMED = "none"


@dataclass
class Figures:
    """What became of one exercise's corpus; lists hold files, with what was said of them."""

    exercise: str
    right: int = 0
    wrong: int = 0
    named: int = 0  # wrong ones whose mistake has a name
    recognised: int = 0  # of these, those that got their name
    false_fails: list[str] = field(default_factory=list)
    false_passes: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)  # got another name, and not their own
    unexplained: list[str] = field(default_factory=list)

    def take(self, path: Path, result: ExerciseResult) -> None:
        """Count one solution in. `path` is relative to the exercise's part of the corpus."""
        lost = [check for check in result.checks if check.status not in ("passed", "blocked")]
        said = "; ".join(f"{check.id}: {check.misconception or check.message}" for check in lost)
        full = result.score == result.points
        if path.parts[0] == "right":
            self.right += 1
            if not full:
                self.false_fails.append(f"{path}: {said or result.message}")
            return
        self.wrong += 1
        if full:
            self.false_passes.append(str(path))
        truth = path.parent.name
        if truth == UNNAMED:
            return
        self.named += 1
        names = {check.misconception for check in lost if check.misconception}
        if truth in names:
            self.recognised += 1
        elif names:
            self.misnamed.append(f"{path}: {said}")
        elif not full:
            self.unexplained.append(f"{path}: {said}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--exercise", metavar="ID", action="append", default=[])
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the figures as Markdown, too")
    arguments = parser.parse_args()
    course = load_course(ROOT)
    exercises = [each for each in course.select(arguments.exercise) if (CORPUS / each.id).is_dir()]
    found = {each.id: Figures(each.id) for each in exercises}
    with WarmProcess() as warm, tempfile.TemporaryDirectory() as folder:
        for exercise in exercises:
            paths = {work.student: work for work in _corpus(exercise)}
            grade_class(
                course, [exercise], list(paths.values()), warm, Path(folder), jobs=os.cpu_count() or 1, fresh=True,
                report=lambda name, result, _: found[result.id].take(Path(name), result),
            )  # fmt: skip
            _say(found[exercise.id])
    figures = list(found.values())
    print(_totals(figures))
    if arguments.page is not None:
        page = templates("unseen", keep_trailing_newline=True).get_template("unseen.md.j2")
        arguments.page.write_text(page.render(figures=figures, totals=_totals(figures), day=date.today()), "utf-8")


def _corpus(exercise: Exercise) -> list[Work]:
    folder = CORPUS / exercise.id
    return [
        Work(str(path.relative_to(folder)), {exercise.id: Source(f"{exercise.id}.py", path.read_text("utf-8"))})
        for path in sorted(folder.rglob("*.py"))
    ]


def _say(figures: Figures) -> None:
    print(
        f"{figures.exercise}: {figures.right} right, {len(figures.false_fails)} of them lose marks; {figures.wrong} "
        f"wrong, {len(figures.false_passes)} keep full marks; {figures.recognised} of {figures.named} recognised, "
        f"{len(figures.misnamed)} misnamed, {len(figures.unexplained)} unexplained",
        flush=True,
    )
    for kind in ("false_fails", "false_passes", "misnamed", "unexplained"):
        for text in sorted(getattr(figures, kind)):
            print(f"  {kind.replace('_', ' ')}: {text}")


def _totals(figures: list[Figures]) -> str:
    named = sum(each.named for each in figures)
    recognised = sum(each.recognised for each in figures)
    misnamed = sum(len(each.misnamed) for each in figures)
    return (
        f"{sum(each.right for each in figures)} right: {sum(len(each.false_fails) for each in figures)} lose marks. "
        f"{sum(each.wrong for each in figures)} wrong: {sum(len(each.false_passes) for each in figures)} keep full "
        f"marks. Of {named} with a name, {recognised} are recognised ({100 * recognised / max(1, named):.1f} %), "
        f"{misnamed} get another name ({100 * misnamed / max(1, named):.1f} %)."
    )


if __name__ == "__main__":
    main()
