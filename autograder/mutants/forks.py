"""Many small tasks, each in a process of its own that is forked from this one: what dies takes nothing along."""

from __future__ import annotations

import json
import os
import selectors
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.interrupts import raise_if_noticed


@dataclass(frozen=True)
class Died:
    """The process ended without an answer."""

    status: int


@dataclass
class _Running:
    number: int
    pid: int
    slot: int
    answer: bytes = b""


def each(tasks: Sequence[Callable[[], Any]], jobs: int, prepare: Callable[[int], None]) -> Iterator[tuple[int, Any]]:
    """Run the tasks, `jobs` at a time; yields (its number, its answer or `Died`) as they end.

    An answer is what JSON can hold. `prepare` is called first in each process, with a number below `jobs`
    that no other process has at the time.
    """
    waiting = iter(enumerate(tasks))
    slots = [*range(jobs)]
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while slots and (task := next(waiting, None)) is not None:
                    _start(selector, *task, slots.pop(), prepare)
                if not selector.get_map():
                    return
                raise_if_noticed()
                for key, _ in selector.select():
                    if piece := os.read(key.fd, 1 << 16):
                        key.data.answer += piece
                        continue
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    _, status = os.waitpid(key.data.pid, 0)
                    slots.append(key.data.slot)
                    yield key.data.number, Died(status) if status else json.loads(key.data.answer)
        finally:
            for key in [*selector.get_map().values()]:
                os.kill(key.data.pid, signal.SIGKILL)
                os.waitpid(key.data.pid, 0)
                os.close(key.fd)


def _start(
    selector: selectors.BaseSelector, number: int, task: Callable[[], Any], slot: int, prepare: Callable[[int], None]
) -> None:
    answer, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Whoever holds a reading end keeps its writer waiting, also when the parent has been killed.
        for reading in (answer, *(key.fd for key in selector.get_map().values())):
            os.close(reading)
        _be(task, slot, prepare, write)
    os.close(write)
    selector.register(answer, selectors.EVENT_READ, _Running(number, pid, slot))


def _be(task: Callable[[], Any], slot: int, prepare: Callable[[int], None], write: int) -> None:
    """The life of a forked process; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
        prepare(slot)
        with open(write, "w", encoding="utf-8") as out:
            json.dump(task(), out)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
