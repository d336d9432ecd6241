"""Who grades what: processes, the tasks that wait for them, and what becomes of a task whose process dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder import terminal
from autograder.cluster.node import Ready, order, read_report
from autograder.cluster.nodes import Lost
from autograder.errors import MachineryError
from autograder.exercise import Exercise
from autograder.grading.student import Work, ungraded
from autograder.interrupts import raise_if_noticed
from autograder.language import _
from autograder.messages import Receiver

TRIES = 3  # of a task: a machine that dies under it is not the student's doing; nor are three, but there is an end
FAILED_STARTS = 4  # in a row, and there is something wrong with the cluster
SAY_SECONDS = 60.0


class Nodes(Protocol):
    """A cluster, see `nodes.RayNodes`, which is the one there is."""

    def ship(self, course: bytes) -> None: ...
    def count(self, resource: str) -> float: ...
    def start(self, setup: str, gpu: float) -> Any: ...
    def wait(self, nodes: Collection[Any], seconds: float) -> Any: ...
    def close(self, nodes: Collection[Any]) -> None: ...
    def leave(self) -> None: ...


@dataclass
class Task:
    """Exercises of one student that are still to be graded."""

    work: Work
    exercises: list[Exercise]
    tries: int = 0


@dataclass(eq=False)
class _Member:
    """A process: starting until it is `ready`, and idle while it has no task."""

    node: Any
    ready: Ready | None = None
    task: Task | None = None


@dataclass
class _Crew:
    """The processes that have the same share of a GPU, and the tasks that need it."""

    gpu: float
    waiting: deque[Task] = field(default_factory=deque)
    members: list[_Member] = field(default_factory=list)


class Crews:
    """Hands tasks to processes of a cluster, one for each share of a GPU that some task needs.

    `setup` makes what a process is told first, of its number and its share of a GPU; `welcome` judges the report
    of one that has started, and may raise.
    """

    def __init__(
        self, nodes: Nodes, setup: Callable[[int, float], str], welcome: Callable[[Ready], None], jobs: int | None
    ) -> None:
        self.nodes, self.setup, self.welcome, self.jobs = nodes, setup, welcome, jobs
        self.crews: dict[float, _Crew] = {}
        self.numbers = 0
        self.failed_starts = 0

    def add(self, gpu: float, task: Task) -> None:
        """Let a task wait for a process with this share of a GPU."""
        self._crew(gpu).waiting.append(task)

    def open(self, gpu: float) -> None:
        """Have one process with this share ready before there is any task. Raises what keeps it from grading."""
        crew = self._crew(gpu)
        while not any(member.ready for member in crew.members):
            if not crew.members:
                self._start(crew)
            self._hear(crew, self._wait([crew])[1], None)

    def run(self, receiver: Receiver, is_known: Callable[[Task], bool]) -> None:
        """Grade what waits. `is_known` takes what has become known since out of a task, and says if that is all."""
        self.is_known = is_known
        for crew in self.crews.values():
            self._staff(crew)
            for member in [each for each in crew.members if each.ready]:
                self._hand_out(crew, member)
        while busy := [crew for crew in self.crews.values() if crew.waiting or any(each.task for each in crew.members)]:
            raise_if_noticed()
            crew, member = self._wait(busy)
            self._hear(crew, member, receiver)

    def close(self) -> None:
        """End all processes."""
        self.nodes.close([member.node for crew in self.crews.values() for member in crew.members])
        self.crews.clear()

    def _crew(self, gpu: float) -> _Crew:
        return self.crews.setdefault(gpu, _Crew(gpu))

    def _start(self, crew: _Crew) -> None:
        crew.members.append(_Member(self.nodes.start(self.setup(self.numbers, crew.gpu), crew.gpu)))
        self.numbers += 1

    def _staff(self, crew: _Crew) -> None:
        """As many processes as there are tasks, if the cluster has room for so many; Ray lets the others wait."""
        room = self.jobs or int(self.nodes.count("CPU"))
        if crew.gpu:
            room = min(room, int(self.nodes.count("GPU") / crew.gpu))
        free = sum(member.task is None for member in crew.members)
        for _number in range(min(len(crew.waiting) - free, max(1, room) - len(crew.members))):
            self._start(crew)

    def _wait(self, crews: Collection[_Crew]) -> tuple[_Crew, _Member]:
        """A member that has something to say, or is lost."""
        pending = {
            id(member.node): (crew, member)
            for crew in crews for member in crew.members if member.task is not None or member.ready is None
        }  # fmt: skip
        while True:
            node = self.nodes.wait([member.node for _crew, member in pending.values()], SAY_SECONDS)
            if node is not None:
                return pending[id(node)]
            if not any(member.task for _crew, member in pending.values()):
                terminal.err.print(_("waiting until the cluster has room for a process"), markup=False)

    def _hear(self, crew: _Crew, member: _Member, receiver: Receiver | None) -> None:
        try:
            line = member.node.answer()
        except Lost as lost:
            self._lost(crew, member, str(lost), receiver)
            return
        if member.ready is None:
            member.ready = read_report(line)
            self.welcome(member.ready)
            self.failed_starts = 0
        else:
            assert member.task is not None
            assert receiver is not None
            result = receiver.take(member.task.work.student, line)
            member.task.exercises = [each for each in member.task.exercises if each.id != result.id]
            if member.task.exercises:
                member.node.ask()
                return
            member.task = None
        if receiver is not None:
            self._hand_out(crew, member)

    def _hand_out(self, crew: _Crew, member: _Member) -> None:
        """Give a process the next task, or send it home, so that others have its place."""
        while crew.waiting:
            task = crew.waiting.popleft()
            if self.is_known(task):
                continue
            member.task = task
            member.node.ask(order(task.work, tuple(each.id for each in task.exercises)))
            return
        crew.members.remove(member)
        self.nodes.close([member.node])

    def _lost(self, crew: _Crew, member: _Member, reason: str, receiver: Receiver | None) -> None:
        """A process has died, or its machine: what it had in hand is for another."""
        crew.members.remove(member)
        self.nodes.close([member.node])
        machine = member.ready.machine if member.ready else _("a process that was starting")
        terminal.err.print(_("lost: {machine} ({reason})").format(machine=machine, reason=reason), markup=False)
        if member.ready is None:
            self.failed_starts += 1
            if self.failed_starts == FAILED_STARTS:
                raise MachineryError("cluster-empty", reason=reason)
        if member.task is not None:
            assert receiver is not None
            self._try_again(crew, member.task, reason, receiver)
        self._staff(crew)

    def _try_again(self, crew: _Crew, task: Task, reason: str, receiver: Receiver) -> None:
        task.tries += 1
        if task.tries < TRIES:
            crew.waiting.append(task)
            return
        for exercise in task.exercises:
            error = MachineryError("node-died", count=task.tries, reason=reason)
            result = ungraded(exercise, error.in_a_line())
            receiver.report(task.work.student, result, "")
