"""Grades what is known of the exercises, as submissions are graded, under several salts and on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder import terminal
from autograder.errors import MachineryError
from autograder.exercise import Exercise, also_loses, misconception_of
from autograder.grading.code import AuthorCode, suppliable
from autograder.grading.grader import Graded, grade
from autograder.grading.session import CheckItem, GradingSession
from autograder.grading.student import StudentGrader
from autograder.impostors import unmaskings
from autograder.language import _
from autograder.mutants.forks import Died, each
from autograder.mutants.likeness import resalted
from autograder.proof.layout import doctest_problems, layout_problems, where
from autograder.proof.margins import Chaffs, again, of_right, provable
from autograder.proof.record import LEAST_BEYOND, MOST_USED, Proof, Tolerance
from autograder.results import CheckResult, points_of
from autograder.sandbox.warm import WarmProcess
from autograder.stub import stub_of

PART = 40  # solutions
MORE_SALTS = (1, 2)  # beside the course's own

Task = tuple[Exercise, Callable[[], list[Any]], Callable[[list[Any]], None]]


class Proving:
    """One proof of each exercise; `proofs` are filled in."""

    def __init__(
        self, session: GradingSession, warm: WarmProcess, exercises: Sequence[Exercise], proofs: Mapping[str, Proof]
    ) -> None:
        self.sessions = {0: session} | {number: _without_training(resalted(session, number)) for number in MORE_SALTS}
        self.session, self.warm, self.exercises, self.proofs = session, warm, exercises, proofs
        self.grader = StudentGrader(session, warm, None)
        self.verdicts: dict[tuple[str, str], dict[int, list[CheckResult]]] = {}

    def run(self) -> None:
        for session in self.sessions.values():
            session.prepare()
        self.warm.ready()  # it loads torch meanwhile
        for exercise in self.exercises:
            proof = self.proofs[exercise.id]
            proof.problems += layout_problems(self.session, exercise)
            proof.problems += doctest_problems(exercise)
        self._all([task for exercise in self.exercises for task in self._gradings(exercise)])
        self._all([task for exercise in self.exercises for task in self._comparisons(exercise)])
        for exercise in self.exercises:  # as the folders list them, whichever process was first
            proof = self.proofs[exercise.id]
            self._compare_salts(exercise, proof)
            proof.wheats, proof.caught = dict(sorted(proof.wheats.items())), dict(sorted(proof.caught.items()))
            order = [item.check.name for item in self.session.items[exercise.id]]
            measured = [check for check in order if check in proof.tolerances]
            # Where no right solution is compared with anything, wrong ones were with what else they might have meant.
            proof.tolerances = {
                check: proof.tolerances[check] for check in measured if proof.tolerances[check].used is not None
            }
            _judge_tolerances(proof)
            proof.problems.sort()

    def _all(self, tasks: Sequence[Task]) -> None:
        with terminal.counting("proving", len(tasks)) as advance:
            jobs = min(os.cpu_count() or 1, len(tasks))
            for number, answer in each([task for _exercise, task, _take in tasks], jobs, self.warm.use_slot):
                exercise, _task, take = tasks[number]
                if isinstance(answer, Died):
                    raise MachineryError("proof-cut-off", exercise=exercise.id)
                take(answer)
                advance(_("{exercise}: a part is proved").format(exercise=exercise.id))

    def _gradings(self, exercise: Exercise) -> Iterator[Task]:
        texts = {"": stub_of(exercise, AuthorCode.of(exercise.solution).text)} | {
            where(exercise, path): AuthorCode.of(path).text
            for path in (exercise.solution, *exercise.wheats, *exercise.chaffs)
        }
        for salt in self.sessions:
            names = [name for name in texts if salt == 0 or (name and not name.startswith("chaff/"))]
            for start in range(0, len(names), PART):
                part = {name: texts[name] for name in names[start : start + PART]}
                yield exercise, partial(self._grade, exercise, salt, part), partial(self._take, exercise, salt)

    def _comparisons(self, exercise: Exercise) -> Iterator[Task]:
        proof = self.proofs[exercise.id]
        lost = {name: [id.partition("/")[2] for id in ids] for name, ids in proof.caught.items()}
        yield exercise, partial(self._of_chaffs, exercise, lost), partial(self._take_chaffs, exercise)
        yield exercise, partial(self._of_impostors, exercise), partial(self._take_impostors, exercise)
        caught = [
            name
            for name, checks in lost.items()
            if name.split("/")[1] in checks and self._first(exercise, name).status in ("failed", "raised")
        ]
        for salt in MORE_SALTS:
            work = partial(self._of_chaffs_again, exercise, salt, caught)
            yield exercise, work, partial(self._take_chaffs_again, exercise, salt)
        yield exercise, partial(self._of_right, exercise), partial(self._take_right, exercise)

    def _grade(self, exercise: Exercise, salt: int, texts: Mapping[str, str]) -> list[Any]:
        return [
            (name, [asdict(check) for check in self._checks(exercise, salt, name, AuthorCode(Path(name).name, text))])
            for name, text in texts.items()
        ]

    def _checks(self, exercise: Exercise, salt: int, name: str, code: AuthorCode) -> list[CheckResult]:
        made_for = Path(name).parent.name

        def diagnose(item: CheckItem, transcript: list[Any]) -> str | None:
            return self.grader.diagnose(item, transcript) if item.check.name == made_for else None

        code = replace(code, name=code.name or f"{exercise.id}.py")
        return graded(self.sessions[salt], self.grader, exercise, code, diagnose).checks

    def _first(self, exercise: Exercise, name: str) -> CheckResult:
        """What became of a chaff under the course's own salt, in the check that it is made for."""
        checks = self.verdicts[exercise.id, name][0]
        return next(check for check in checks if check.id == f"{exercise.id}/{Path(name).parent.name}")

    def _take(self, exercise: Exercise, salt: int, answer: list[Any]) -> None:
        """Judge what a task has graded."""
        for name, raw in answer:
            checks = [CheckResult(**each) for each in raw]
            self.verdicts.setdefault((exercise.id, name), {})[salt] = checks
            if salt == 0:
                self._judge(exercise, name, checks)

    def _judge(self, exercise: Exercise, name: str, checks: Sequence[CheckResult]) -> None:
        proof = self.proofs[exercise.id]
        lost = [check for check in checks if check.status != "passed"]
        score = points_of(checks)[0]
        kind = name.partition("/")[0]
        if not name:
            proof.stub = score
            told = _("solution.py: its stub passes {check}")
            proof.problems += [told.format(check=check.id) for check in checks if check.status == "passed"]
        elif kind == "chaff":
            proof.caught[name] = [check.id for check in lost if check.status != "blocked"]
            problems = [*_chaff_problems(exercise.folder / name, lost)]
            proof.named += [name] * _is_named(exercise.folder / name, lost)
            proof.problems += [f"{name}: {problem}" for problem in problems]
        else:
            if kind == "wheat":
                proof.wheats[Path(name).stem] = score
            else:
                proof.reference = score
            proof.problems += [_("{file}: loses {check}").format(file=name, check=what(check)) for check in lost]

    def _compare_salts(self, exercise: Exercise, proof: Proof) -> None:
        """Name the checks whose verdict on the same solution is another under another salt."""
        for (id, name), by_salt in self.verdicts.items():
            if id != exercise.id:
                continue
            own = {check.id: check for check in by_salt[0]}
            for salt, checks in by_salt.items():
                for check in checks:
                    first = own[check.id]
                    if check.status != first.status:
                        _flakes(proof, name, first, salt, _verdict(check))

    def _of_chaffs(self, exercise: Exercise, lost: Mapping[str, Sequence[str]]) -> list[Any]:
        chaffs = Chaffs(self.session, exercise, lost)
        measured = [*chaffs.measured()]
        return [measured, [*chaffs.indistinct(lambda name: misconception_of(Path(name)))]]

    def _take_chaffs(self, exercise: Exercise, answer: list[Any]) -> None:
        proof = self.proofs[exercise.id]
        for check, beyond, of in answer[0]:
            proof.tolerances.setdefault(check, Tolerance()).take_wrong(beyond, of)
        proof.problems += answer[1]

    def _of_chaffs_again(self, exercise: Exercise, salt: int, names: Sequence[str]) -> list[Any]:
        return [*again(self.sessions[salt], exercise, names)]

    def _take_chaffs_again(self, exercise: Exercise, salt: int, answer: list[Any]) -> None:
        for name, caught, misconception in answer:
            first = self._first(exercise, name)
            if not caught or misconception != first.misconception:
                other = (misconception or _("nothing known")) if caught else _("passed")
                _flakes(self.proofs[exercise.id], name, first, salt, other)

    def _of_impostors(self, exercise: Exercise) -> list[Any]:
        return [
            [each.problem, each.changed and not each.harmless, each.lost, each.beyond, each.named]
            for each in unmaskings(self.session, exercise)
        ]

    def _take_impostors(self, exercise: Exercise, answer: list[Any]) -> None:
        proof = self.proofs[exercise.id]
        for problem, is_impostor, lost, beyond, named in answer:
            proof.problems += [problem] if problem else []
            proof.impostors += is_impostor
            if is_impostor and beyond is not None:
                proof.tolerances.setdefault(lost, Tolerance()).take_wrong(beyond, named)

    def _of_right(self, exercise: Exercise) -> list[Any]:
        return [[*of_right(self.session, exercise)], [*provable(self.session, exercise)]]

    def _take_right(self, exercise: Exercise, answer: list[Any]) -> None:
        tolerances = self.proofs[exercise.id].tolerances
        for check, used, by in answer[0]:
            tolerances.setdefault(check, Tolerance()).take_right(used, by)
        for check, used in answer[1]:
            tolerances.setdefault(check, Tolerance()).provable = used


def _flakes(proof: Proof, name: str, first: CheckResult, salt: int, other: str) -> None:
    """Name a check whose verdict on the same file is another under another salt."""
    told = _("{file}: `{check}` flakes: under the course's salt it is {one}, under salt {salt} {other}")
    check = first.id.partition("/")[2]
    proof.problems.append(told.format(file=name, check=check, one=_verdict(first), salt=salt, other=other))
    proof.flaky += [first.id] * (first.id not in proof.flaky)


def _judge_tolerances(proof: Proof) -> None:
    """A tolerance must leave room on both sides."""
    for check, found in proof.tolerances.items():
        if found.used is not None and found.used > MOST_USED:
            told = _("{by}: right, and takes {used:.0%} of the tolerance of `{check}`; at most {most:.0%} is safe")
            proof.problems.append(told.format(by=found.by, used=found.used, check=check, most=MOST_USED))
        if found.provable is not None and found.provable > 1:
            told = _(
                "test_hidden.py: rounding may take {used:.2g} times the tolerance of `{check}`: see `rounding_bound`"
            )
            proof.problems.append(told.format(used=found.provable, check=check))
        if found.beyond is not None and found.beyond < LEAST_BEYOND:
            told = _("{of}: wrong, and only {beyond:.2g} times the tolerance of `{check}`; {least:g} times is safe")
            proof.problems.append(told.format(of=found.of, beyond=found.beyond, check=check, least=LEAST_BEYOND))


def _without_training(session: GradingSession) -> GradingSession:
    """Without checks of accuracy: `autograde calibrate` trains under many salts."""
    session.items = {id: [item for item in items if not item.measures] for id, items in session.items.items()}
    return session


def _is_named(path: Path, lost: Sequence[CheckResult]) -> bool:
    by_name = {check.id.partition("/")[2]: check for check in lost}
    caught = by_name.get(path.parent.name)
    return caught is not None and caught.misconception == misconception_of(path)


def _chaff_problems(path: Path, lost: Sequence[CheckResult]) -> Iterator[str]:
    by_name = {check.id.partition("/")[2]: check for check in lost}
    caught = by_name.get(path.parent.name)
    if caught is None:
        yield _("is not caught by `{check}`").format(check=path.parent.name)
        return
    if caught.status == "blocked":
        yield _("never reaches `{check}`: {reason}").format(check=path.parent.name, reason=caught.message)
        return
    if caught.misconception != misconception_of(path):
        told = _("{check} takes it for {taken}")
        yield told.format(check=what(caught), taken=caught.misconception or _("nothing known"))
    deserved = {caught.kind, *also_loses(AuthorCode.of(path).text)}
    for check in lost:
        if check.status != "blocked" and check.kind not in deserved:
            yield _("loses {check}, of a kind that it does not deserve to lose").format(check=what(check))


def graded(
    session: GradingSession,
    grader: StudentGrader,
    exercise: Exercise,
    code: AuthorCode,
    diagnose: Callable[[CheckItem, list[Any]], str | None],
) -> Graded:
    """Grade a file of the author's."""
    supplied = {} if session.public else suppliable(session.course, exercise, code)
    return grade(session, exercise, code, grader.connect, supplied=supplied, diagnose=diagnose)


def what(check: CheckResult) -> str:
    """A lost check with what was said of it, the call first."""
    return f"`{check.id.partition('/')[2]}` ({check.status}: {check.message})"


def _verdict(check: CheckResult) -> str:
    return ", ".join(filter(None, [check.status, check.misconception, check.message]))
