"""Prove that the hidden tests are right, with solutions whose verdict is known.

The reference and every wheat get full marks, the stub gets none, and every chaff is caught by the
check that its folder names, is diagnosed, and loses nothing that it does not deserve to lose. All
are graded as submissions are, in a worker each. So are the reference's mutants, if they are asked for, and
each must lose a mark.
"""

from __future__ import annotations

import doctest
import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder import terminal
from autograder.engine import StudentGrader
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise, misconception_of
from autograder.grading.code import AuthorCode, suppliable
from autograder.grading.grader import Graded, grade
from autograder.grading.session import GradingSession
from autograder.mutants import Outcome, kill, operators
from autograder.release import stub
from autograder.results import CheckResult, points_of, tidy
from autograder.sandbox.warm import WarmProcess


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
        grader = StudentGrader(session, warm, None)
        for exercise in exercises:
            _prove(session, grader, exercise, proofs[exercise.id])
            _say(exercise, proofs[exercise.id])

    def public(session: GradingSession) -> None:
        grader = StudentGrader(session, warm, None)
        for exercise in exercises:
            _prove_public(session, grader, exercise, proofs[exercise.id])

    GradingSession(course, exercises, public=True).run(public)
    GradingSession(course, exercises, public=False).run(hidden)
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


def _prove(session: GradingSession, grader: StudentGrader, exercise: Exercise, proof: Proof) -> None:
    proof.problems += _layout_problems(session, exercise)
    proof.problems += _doctest_problems(exercise)
    for path in (exercise.solution, *exercise.wheats):
        checks = _graded(session, grader, exercise, AuthorCode.of(path)).checks
        score, _ = points_of(checks)
        if path == exercise.solution:
            proof.reference = score
        else:
            proof.wheats[path.stem] = score
        lost = [check for check in checks if check.status != "passed"]
        proof.problems += [f"{_where(exercise, path)}: loses {_what(check)}" for check in lost]
    checks = _graded(session, grader, exercise, AuthorCode(f"{exercise.id}.py", _stub(exercise))).checks
    proof.stub, _ = points_of(checks)
    proof.problems += [f"the stub passes {check.id}" for check in checks if check.status == "passed"]
    for path in exercise.chaffs:
        checks = _graded(session, grader, exercise, AuthorCode.of(path)).checks
        lost = [check for check in checks if check.status != "passed"]
        proof.caught[_where(exercise, path)] = [check.id for check in lost if check.status != "blocked"]
        proof.problems += [f"{_where(exercise, path)}: {problem}" for problem in _chaff_problems(path, lost)]


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
