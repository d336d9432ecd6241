"""Prove that the hidden tests are right, with solutions whose verdict is known.

The reference and every wheat get full marks, the stub gets none, and every chaff is caught by the
check that its folder names, is diagnosed, and loses nothing that it does not deserve to lose. All
are graded as submissions are, in a worker each. So are the reference's mutants, if they are asked for, and
each must lose a mark. Impostors, which give zeros or a coarse copy of the right result, must be found out.
"""

from __future__ import annotations

import doctest
import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder import terminal
from autograder.engine import StudentGrader
from autograder.errors import CourseError, MachineryError
from autograder.exercise import Course, Exercise, misconception_of
from autograder.grading.code import AuthorCode, suppliable
from autograder.grading.grader import Graded, grade
from autograder.grading.session import GradingSession
from autograder.impostors import unmasked
from autograder.mutants import Outcome, kill, operators
from autograder.mutants.forks import Died, each
from autograder.results import CheckResult, points_of, tidy
from autograder.sandbox.warm import WarmProcess
from autograder.stub import stub

PART = 40  # solutions


@dataclass
class Proof:
    """What was found about one exercise; `caught` maps each chaff to the checks that it lost."""

    exercise: str
    problems: list[str] = field(default_factory=list)
    reference: float = 0.0
    stub: float = 0.0
    points: float = 0.0
    wheats: dict[str, float] = field(default_factory=dict)
    caught: dict[str, list[str]] = field(default_factory=dict)
    mutants: Outcome | None = None


def validate(
    course: Course, exercises: Sequence[Exercise], warm: WarmProcess, json_file: Path | None, mutants: bool = False
) -> int:
    """Print a line per proof, and every problem. Returns 0 if everything is proved, else 1.

    `mutants` are proved as well if that is wished. Raises `UsageError` if what makes them is not installed.
    """
    if mutants:
        operators()
    proofs = {exercise.id: Proof(exercise.id, points=exercise.points) for exercise in exercises}

    def hidden(session: GradingSession) -> None:
        _Proving(session, warm, exercises, proofs).run()

    def public(session: GradingSession) -> None:
        grader = StudentGrader(session, warm, None)
        for exercise in exercises:
            _prove_public(session, grader, exercise, proofs[exercise.id])

    GradingSession(course, exercises, public=True).run(public)
    GradingSession(course, exercises, public=False).run(hidden)
    for exercise in exercises:
        _say(exercise, proofs[exercise.id])
    if mutants:
        for id, outcome in kill(course, exercises, warm, terminal.counting).items():
            proofs[id].mutants = outcome
            proofs[id].problems += outcome.complaints
            _print(f"{id}: {outcome}", outcome.complaints)
    if json_file is not None:
        json_file.write_text(
            json.dumps([asdict(proof) for proof in proofs.values()], indent=2) + "\n", encoding="utf-8"
        )
    problems = sum(len(proof.problems) for proof in proofs.values())
    print(f"{len(proofs)} exercises proved" if not problems else f"{problems} problems")
    return 1 if problems else 0


def _say(exercise: Exercise, proof: Proof) -> None:
    caught = sum(bool(lost) for lost in proof.caught.values())
    line = (
        f"{exercise.id}: reference {proof.reference:g}/{exercise.points:g}, stub {proof.stub:g}, "
        f"{sum(score == exercise.points for score in proof.wheats.values())} of {len(proof.wheats)} wheats full, "
        f"{caught} of {len(proof.caught)} chaffs caught"
    )
    _print(line, proof.problems)


def _print(line: str, problems: Sequence[str]) -> None:
    for text in (line, *(f"  {problem}" for problem in problems)):
        print(text, flush=True)


def _prove_public(session: GradingSession, grader: StudentGrader, exercise: Exercise, proof: Proof) -> None:
    for name, text in (("solution.py", AuthorCode.of(exercise.solution).text), ("the stub", _stub(exercise))):
        checks = _graded(session, grader, exercise, AuthorCode(f"{exercise.id}.py", text)).checks
        lost = [check for check in checks if check.status != "passed"]
        if name == "solution.py" and lost:
            proof.problems.append(f"{name}: loses the public check {_what(lost[0])}")
        if name == "the stub" and not lost:
            proof.problems.append("the stub passes every public check")


class _Proving:
    """Grades what is known of the exercises, in as many processes as there are cores."""

    def __init__(
        self, session: GradingSession, warm: WarmProcess, exercises: Sequence[Exercise], proofs: Mapping[str, Proof]
    ) -> None:
        self.session, self.warm, self.exercises, self.proofs = session, warm, exercises, proofs
        self.grader = StudentGrader(session, warm, None)

    def run(self) -> None:
        self.warm.ready()
        self.session.prepare()
        tasks: list[tuple[Exercise, Callable[[], list[Any]], Callable[[list[Any]], None]]] = []
        for exercise in self.exercises:
            proof = self.proofs[exercise.id]
            proof.problems += _layout_problems(self.session, exercise)
            proof.problems += _doctest_problems(exercise)
            texts = {"": _stub(exercise)} | {
                _where(exercise, path): AuthorCode.of(path).text
                for path in (exercise.solution, *exercise.wheats, *exercise.chaffs)
            }
            for part in _parts(list(texts)):
                grade = partial(self._grade, exercise, {name: texts[name] for name in part})
                tasks.append((exercise, grade, partial(self._take, exercise)))
            tasks.append((exercise, partial(self._unmasked, exercise), proof.problems.extend))
        with terminal.counting("proving", len(tasks)) as advance:
            for number, answer in each([task for _, task, _ in tasks], min(os.cpu_count() or 1, len(tasks)), self._be):
                exercise, _, take = tasks[number]
                if isinstance(answer, Died):
                    raise MachineryError(f"{exercise.id}: a process died while it was proved (status {answer.status})")
                take(answer)
                advance(f"{exercise.id}: a part is proved")
        for exercise in self.exercises:  # as the folders list them, whichever process was first
            proof = self.proofs[exercise.id]
            proof.problems.sort()
            proof.wheats, proof.caught = dict(sorted(proof.wheats.items())), dict(sorted(proof.caught.items()))

    def _be(self, slot: int) -> None:
        self.warm.use_slot(slot)

    def _grade(self, exercise: Exercise, texts: Mapping[str, str]) -> list[Any]:
        return [
            (name, [asdict(check) for check in self._checks(exercise, AuthorCode(Path(name).name, text))])
            for name, text in texts.items()
        ]

    def _checks(self, exercise: Exercise, code: AuthorCode) -> list[CheckResult]:
        name = code.name or f"{exercise.id}.py"
        return _graded(self.session, self.grader, exercise, replace(code, name=name)).checks

    def _unmasked(self, exercise: Exercise) -> list[str]:
        return list(unmasked(self.session, exercise))

    def _take(self, exercise: Exercise, answer: list[Any]) -> None:
        """Judge what a task has graded."""
        proof = self.proofs[exercise.id]
        for name, raw in answer:
            checks = [CheckResult(**each) for each in raw]
            lost = [check for check in checks if check.status != "passed"]
            score, _ = points_of(checks)
            kind = name.partition("/")[0]
            if not name:
                proof.stub = score
                proof.problems += [f"the stub passes {check.id}" for check in checks if check.status == "passed"]
            elif kind == "chaff":
                proof.caught[name] = [check.id for check in lost if check.status != "blocked"]
                proof.problems += [f"{name}: {problem}" for problem in _chaff_problems(exercise.folder / name, lost)]
            else:
                if kind == "wheat":
                    proof.wheats[Path(name).stem] = score
                else:
                    proof.reference = score
                proof.problems += [f"{name}: loses {_what(check)}" for check in lost]


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """What one process grades: enough that it learns only once what chaffs do."""
    return (names[start : start + PART] for start in range(0, len(names), PART))


def _layout_problems(session: GradingSession, exercise: Exercise) -> Iterator[str]:
    checks = {item.check.name: item.check for item in session.items[exercise.id]}
    total = tidy(sum(check.points for check in checks.values()))
    if total != exercise.points:
        yield f"the checks are worth {total:g} points, exercise.yaml says {exercise.points:g}"
    for path in exercise.chaffs:
        if path.parent.name not in checks:
            yield f"{_where(exercise, path)}: there is no check `{path.parent.name}`"
        if misconception_of(path) not in exercise.misconceptions:
            yield f"{_where(exercise, path)}: exercise.yaml has no hint for `{misconception_of(path)}`"
    embodied = {misconception_of(path) for path in exercise.chaffs}
    yield from (f"no chaff embodies `{id}`" for id in exercise.misconceptions if id not in embodied)


def _doctest_problems(exercise: Exercise) -> Iterator[str]:
    """The worked examples of the docstrings must hold; the author's code is trusted, and run here."""
    spec = importlib.util.spec_from_file_location(f"_doctest_{exercise.id}", exercise.solution)
    if spec is None or spec.loader is None:
        raise CourseError(exercise.solution, None, "cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(test, out=said.append)
    if runner.tries == 0:
        yield "solution.py: no docstring holds a worked example"
    if runner.failures:
        yield f"solution.py: a worked example does not hold: {' '.join(''.join(said).split())[:300]}"


def _chaff_problems(path: Path, lost: Sequence[CheckResult]) -> Iterator[str]:
    by_name = {check.id.partition("/")[2]: check for check in lost}
    caught = by_name.get(path.parent.name)
    if caught is None:
        yield f"is not caught by `{path.parent.name}`"
        return
    if caught.status == "blocked":
        yield f"never reaches `{path.parent.name}`: {caught.message}"
        return
    if caught.misconception != misconception_of(path):
        yield f"`{path.parent.name}` takes it for {caught.misconception or 'nothing known'}"
    deserved = {caught.kind, *_also(path)}
    for check in lost:
        if check.status != "blocked" and check.kind not in deserved:
            yield f"loses {_what(check)}, of a kind that it does not deserve to lose"


def _also(path: Path) -> list[str]:
    """Further kinds of check that a chaff deserves to lose: `Also loses: training, value` in its docstring.

    It need not parse: a slip of syntax is a chaff, too.
    """
    found = re.search(r"Also loses: ([\w, ]+)", AuthorCode.of(path).text)
    return re.findall(r"\w+", found[1]) if found else []


def _graded(session: GradingSession, grader: StudentGrader, exercise: Exercise, code: AuthorCode) -> Graded:
    supplied = {} if session.public else suppliable(session.course, exercise, code)
    return grade(session, exercise, code, grader.connect, supplied=supplied, diagnose=grader.diagnose)


def _stub(exercise: Exercise) -> str:
    return stub(AuthorCode.of(exercise.solution).text, exercise.implement)


def _where(exercise: Exercise, path: Path) -> str:
    return path.relative_to(exercise.folder).as_posix()


def _what(check: CheckResult) -> str:
    return f"`{check.id.partition('/')[2]}` ({check.status}: {check.message})"
