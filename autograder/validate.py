"""Prove that the hidden tests are right, with solutions whose verdict is known.

The reference and every wheat get full marks, the stub gets none, and every chaff is caught by the
check that its folder names, is diagnosed, and loses nothing that it does not deserve to lose; under several
salts. All are graded as submissions are, in a worker each. So are the reference's mutants, if they are asked
for, and each must lose a mark. Impostors, which give zeros or a coarse copy of the right result, must be found
out, and no right solution may come near a tolerance, nor a wrong one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder import terminal
from autograder.exercise import Course, Exercise
from autograder.grading.code import AuthorCode
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader
from autograder.language import _, ngettext
from autograder.mutants import kill, operators
from autograder.proof.grading import Proving, graded, what
from autograder.proof.record import Proof
from autograder.sandbox.warm import WarmProcess
from autograder.stub import stub_of


def validate(course: Course, exercises: Sequence[Exercise], warm: WarmProcess, mutants: bool = False) -> list[Proof]:
    """Print a line per proof, and every problem; what was found, in the order of the exercises.

    `mutants` are proved as well if that is wished. Raises `UsageError` if what makes them is not installed.
    """
    if mutants:
        operators()
    proofs = {exercise.id: Proof(exercise.id, points=exercise.points) for exercise in exercises}

    def hidden(session: GradingSession) -> None:
        Proving(session, warm, exercises, proofs).run()

    def public(session: GradingSession) -> None:
        grader = StudentGrader(session, warm, None)
        for exercise in exercises:
            _prove_public(session, grader, exercise, proofs[exercise.id])

    GradingSession(course, exercises, public=True).run(public)
    GradingSession(course, exercises, public=False).run(hidden)
    for proof in proofs.values():
        _print(_in_a_line(proof), proof.problems)
    if mutants:
        for id, outcome in kill(course, exercises, warm, terminal.counting).items():
            proofs[id].mutants = outcome
            proofs[id].problems += outcome.complaints
            _print(f"{id}: {outcome}", outcome.complaints)
    return [*proofs.values()]


def conclude(proofs: Sequence[Proof], json_file: Path | None) -> int:
    """Print the last line and write the file. Returns 0 if everything is proved, else 1."""
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(proof) for proof in proofs], indent=2) + "\n", encoding="utf-8")
    problems = sum(len(proof.problems) for proof in proofs)
    if problems:
        print(ngettext("{count} problem", "{count} problems", problems).format(count=problems))
    else:
        print(ngettext("{count} exercise proved", "{count} exercises proved", len(proofs)).format(count=len(proofs)))
    return 1 if problems else 0


def _in_a_line(proof: Proof) -> str:
    told = _(
        "{id}: reference {reference:g}/{points:g}, stub {stub:g}, {full} of {wheats} wheats full, "
        "{caught} of {chaffs} chaffs caught"
    )
    return told.format(
        id=proof.exercise, reference=proof.reference, points=proof.points, stub=proof.stub,
        full=sum(score == proof.points for score in proof.wheats.values()), wheats=len(proof.wheats),
        caught=sum(bool(lost) for lost in proof.caught.values()), chaffs=len(proof.caught),
    )  # fmt: skip


def _print(line: str, problems: Sequence[str]) -> None:
    for text in (line, *(f"  {problem}" for problem in problems)):
        print(text, flush=True)


def _prove_public(session: GradingSession, grader: StudentGrader, exercise: Exercise, proof: Proof) -> None:
    solution = AuthorCode.of(exercise.solution).text
    own, of_stub = (
        graded(session, grader, exercise, AuthorCode(f"{exercise.id}.py", text), lambda item, transcript: None).checks
        for text in (solution, stub_of(exercise, solution))
    )
    lost = [check for check in own if check.status != "passed"]
    if lost:
        proof.problems.append(_("solution.py: loses the public check {check}").format(check=what(lost[0])))
    if all(check.status == "passed" for check in of_stub):
        proof.problems.append(_("test_public.py: the stub passes every public check"))
