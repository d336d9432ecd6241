"""Grade a whole class: many submissions, several processes, nothing graded twice, nothing lost.

The session's tests are collected once. Then this process forks one trusted process per job, which
share the warm process; each takes one student at a time, exercise after exercise, and sends every
result back as a line of JSON. This process alone writes, so that a kill at any moment loses at most
what was being graded.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from autograder.errors import MachineryError
from autograder.exercise import Course, Exercise
from autograder.grading.session import CPU, GradingSession, collect_public
from autograder.grading.student import StudentGrader, Work, ungraded
from autograder.interrupts import raise_if_noticed
from autograder.messages import Draw, Receiver, Report
from autograder.sandbox.limits import hold_memory
from autograder.sandbox.warm import WarmProcess
from autograder.store import Store


def grade_class(
    course: Course,
    exercises: Sequence[Exercise],
    work: Sequence[Work],
    warm: WarmProcess,
    folder: Path,
    *,
    jobs: int,
    fresh: bool,
    report: Report,
    draw: Draw | None = None,
    device: torch.device = CPU,
) -> None:
    """Grade `work`, and what is about a device on `device`.

    `report` gets (student, result, what the code printed) for each as it is known, and `draw`, called before
    it, (student, result, pictures); without it none are made. Results are kept in `folder` and taken from
    there unless `fresh`. Raises `CourseError` if a test file is broken.
    """
    public = collect_public(course, exercises) if draw is not None else None
    torch.set_num_threads(1)  # a fork of a process whose OpenMP has threads waits for them for ever
    with Store(folder) as store:
        session = GradingSession(course, exercises, public=False, device=device)

        def run(session: GradingSession) -> None:
            session.prepare()
            warm.ready()  # it loads torch meanwhile
            receiver = Receiver(store, report, draw)
            _Pool(session, public, exercises, work, warm, receiver, folder, fresh).run(min(jobs, len(work)))

        session.run(run)


@dataclass
class _Job:
    """A forked process, the student it has in hand, and the exercises of theirs still to come."""

    pid: int
    orders: int
    results: int
    number: int
    student: int | None = None
    missing: list[str] | None = None
    buffer: bytes = b""


class _Pool:
    def __init__(
        self,
        session: GradingSession,
        public: GradingSession | None,
        exercises: Sequence[Exercise],
        work: Sequence[Work],
        warm: WarmProcess,
        receiver: Receiver,
        folder: Path,
        fresh: bool,
    ) -> None:
        self.session, self.public, self.exercises, self.work, self.warm = session, public, exercises, work, warm
        self.receiver, self.folder, self.fresh = receiver, folder, fresh
        self.selector = selectors.DefaultSelector()
        self.waiting = list(range(len(work)))[::-1]

    def run(self, jobs: int) -> None:
        running = [self._start(number) for number in range(jobs)]
        try:
            for job in running:
                self._hand_out(job)
            while self.selector.get_map():
                raise_if_noticed()
                for key, _ in self.selector.select():
                    self._read(key.data)
        finally:
            for key in list(self.selector.get_map().values()):
                os.kill(key.data.pid, signal.SIGKILL)
                os.waitpid(key.data.pid, 0)

    def _start(self, number: int) -> _Job:
        orders_read, orders = os.pipe()
        results, results_write = os.pipe()
        gc.freeze()  # for the job: a collection there would look at all that is here by now, and copy its pages
        pid = os.fork()
        if pid == 0:
            os.close(orders)
            os.close(results)
            _be_job(self, number, orders_read, results_write)
        gc.unfreeze()
        os.close(orders_read)
        os.close(results_write)
        job = _Job(pid, orders, results, number)
        self.selector.register(results, selectors.EVENT_READ, job)
        return job

    def _hand_out(self, job: _Job) -> None:
        """Give the job its next student, or send it home."""
        if not self.waiting:
            job.student = None
            os.close(job.orders)
            return
        job.student = self.waiting.pop()
        job.missing = [exercise.id for exercise in self.exercises]
        with suppress(BrokenPipeError):  # it has just died, which `_ended` is about to see
            os.write(job.orders, f"{job.student}\n".encode())

    def _read(self, job: _Job) -> None:
        piece = os.read(job.results, 1 << 20)
        if not piece:
            self._ended(job)
            return
        *lines, job.buffer = (job.buffer + piece).split(b"\n")
        for line in lines:
            self._take(job, line)

    def _take(self, job: _Job, line: bytes) -> None:
        assert job.student is not None
        assert job.missing is not None
        job.missing.remove(self.receiver.take(self.work[job.student].student, line).id)
        if not job.missing:
            self._hand_out(job)

    def _ended(self, job: _Job) -> None:
        """The job is gone: sent home, or it died, which is our fault and never the student's."""
        self.selector.unregister(job.results)
        os.close(job.results)
        status = os.waitpid(job.pid, 0)[1]
        if job.student is None:
            return
        for exercise in self.exercises:
            if exercise.id in (job.missing or ()):
                died = MachineryError("job-died", status=status)
                self.receiver.report(self.work[job.student].student, ungraded(exercise, died.in_a_line()), "")
        os.close(job.orders)
        self._hand_out(self._start(job.number))


def _be_job(pool: _Pool, number: int, orders: int, results: int) -> None:
    """The life of a forked job; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
        hold_memory()
        pool.warm.use_slot(number)
        with Store(pool.folder) as store, open(orders) as lines, open(results, "w", encoding="utf-8") as out:
            student = StudentGrader(pool.session, pool.warm, None if pool.fresh else store, pool.public)
            for line in lines:
                for told in student.messages(pool.work[int(line)], pool.exercises):
                    out.write(f"{told}\n")
                    out.flush()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
