"""What a process on a machine of the cluster does: it is told everything through a pipe, and writes nothing.

Its standard input brings a `Setup` as a line of JSON, the packed course, and then a line per student. Its
standard output has a `Ready` or a refusal, and then a line per result, as `messages` has them.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

from autograder import __version__, language
from autograder.cluster.shipping import DATA, unpacked
from autograder.device import choose
from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.exercise import Course, load_course
from autograder.grading.session import GradingSession, collect_public
from autograder.grading.student import StudentGrader, Work
from autograder.results import Isolation
from autograder.sandbox.gpu import hide
from autograder.sandbox.isolation import require
from autograder.sandbox.limits import hold_memory
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Source

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Setup:
    """What a process is told first: a course of `size` bytes follows.

    `slot` is a number that no other process has, `gpu` whether it is to use one, and `device` what the run's
    results are said to be of. `language` and versions decide what a result is kept under.
    """

    size: int
    digest: str
    exercises: tuple[str, ...]
    device: str
    gpu: bool
    level: str
    language: str
    slot: int


@dataclass(frozen=True)
class Ready:
    """What a process says of its machine, once it can grade."""

    machine: str
    level: str
    layers: tuple[str, ...]
    missing: Mapping[str, str]
    grader: str
    torch: str

    @property
    def isolation(self) -> Isolation:
        return Isolation(self.level, self.layers, self.missing)


def read_report(line: str) -> Ready:
    """The first line of a process. Raises `IsolationError` or `MachineryError` if it refuses to grade."""
    told = json.loads(line)
    if "refused" in told:
        kind = IsolationError if told["isolation"] else MachineryError
        raise kind("cluster-refused", machine=told["machine"], reason=told["refused"])
    return Ready(**told | {"layers": tuple(told["layers"])})


def order(work: Work, exercises: tuple[str, ...]) -> str:
    """A line that asks for these exercises of a student."""
    sources = {
        id: each if isinstance(each, str) else asdict(replace(each, helpers=dict(each.helpers)))
        for id, each in work.sources.items()
    }
    return json.dumps({"student": work.student, "sources": sources, "notes": work.notes, "exercises": exercises})


def read_order(line: str | bytes) -> tuple[Work, tuple[str, ...]]:
    """What `order` said."""
    told = json.loads(line)
    sources = {id: each if isinstance(each, str) else _source(each) for id, each in told["sources"].items()}
    return Work(told["student"], sources, tuple(told["notes"])), tuple(told["exercises"])


def _source(raw: Mapping[str, Any]) -> Source:
    return Source(**{**raw, "cells": tuple((cell, line) for cell, line in raw["cells"])})


def main() -> None:
    """The life of the process; it ends when its input does."""
    hide()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what anything prints is no answer

    def tell(line: str) -> None:
        answers.write(f"{line}\n")
        answers.flush()

    orders = sys.stdin.buffer
    raw = json.loads(orders.readline())
    setup = Setup(**raw | {"exercises": tuple(raw["exercises"])})
    language.use(setup.language)
    try:
        _serve(setup, orders.read(setup.size), orders, tell)
    except (IsolationError, MachineryError, UsageError) as error:
        refusal = {"machine": socket.gethostname(), "refused": error.sentence}
        tell(json.dumps(refusal | {"isolation": isinstance(error, IsolationError)}))


def _serve(setup: Setup, packed: bytes, orders: BinaryIO, tell: Tell) -> None:
    import torch

    torch.set_num_threads(1)
    with unpacked(packed, setup.digest) as root, WarmProcess() as warm:
        course = load_course(root)
        if (root / DATA).is_dir():
            course = replace(course, data=root / DATA)
        isolation = require(warm, setup.level, private=[root])
        device = torch.device(setup.device)
        if setup.gpu:
            device, isolation = choose("cuda", warm, isolation, setup.level)
        warm.use_slot(setup.slot)
        exercises = course.select(setup.exercises)
        public = collect_public(course, exercises)

        def run(session: GradingSession) -> None:
            session.prepare()
            hold_memory()
            ready = Ready(
                socket.gethostname(), isolation.level, isolation.layers, isolation.missing,
                __version__, str(torch.__version__),
            )  # fmt: skip
            tell(json.dumps(asdict(ready)))
            _grade(course, StudentGrader(session, warm, None, public), warm, orders, tell)

        GradingSession(course, exercises, public=False, device=device).run(run)


def _grade(course: Course, grader: StudentGrader, warm: WarmProcess, orders: BinaryIO, tell: Tell) -> None:
    for line in orders:
        work, ids = read_order(line)
        for told in grader.messages(work, course.select(ids)):
            if warm.process.poll() is not None:  # nothing that follows would be a verdict: another machine may do it
                raise SystemExit("the warm process is gone")
            tell(told)
