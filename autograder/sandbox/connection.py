"""The trusted end of one worker: questions out, checked replies in, absolute deadlines, a kill switch."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import select
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.errors import MachineryError, WorkerCrashed, WorkerTimeout
from autograder.language import _
from autograder.sandbox import wire
from autograder.sandbox.remote import Peer
from autograder.sandbox.spawn import HELLO
from autograder.sandbox.waiting import Waiting

Reply = TypeVar("Reply")

REPLY_CAP = 80 << 20
TOTAL_CAP = 256 << 20  # of what one worker may send in all its life: the grader keeps much of it for a check's length
OUTPUT_CAP = 64 << 10
MAX_QUESTIONS = 5000
MAX_PASSED = 1000  # ways to be right, of one check
MAX_TEXT = 2000  # characters of an error's text, or of a name
GRACE = 10.0  # seconds that the warm process has to confine a worker, or to report its end
LEAST_WAIT = 0.01  # seconds without a core that are worth counting


@dataclass
class Ending:
    """Why a worker is gone, as the warm process saw it."""

    refused: str = ""
    signal: int = 0
    cpu_seconds: float = 0.0
    peak_kb: int = 0
    unseen: bool = False  # the warm process is gone, which takes its workers along


class Worker:
    """One worker process. `ask` is the only way in; every reply has been checked for form.

    `supplier` answers the worker's own questions, for functions that the grader supplies. A deadline that passes moves
    by the seconds for which, since the worker was made, the machine had no core for its first thread or for us;
    `excused` is the sum, complete when it has ended.
    After `WorkerTimeout` or `WorkerCrashed` the process is dead and the object of no more use.
    """

    def __init__(self, data: socket.socket, output: int, status: socket.socket, supplier: Peer | None = None) -> None:
        self.data, self.status, self.supplier = data, status, supplier
        self.output_fd = output
        self.output = bytearray()
        self.received = 0
        self.alive = True
        self.deadline, self.excused = time.monotonic() + GRACE, 0.0
        self.waiting = Waiting(status)
        self.confined = False
        self.epoch = 0  # how far a training has come, by the worker's own account
        self.forgotten: list[tuple[str, int]] = []
        self.ending = Ending()
        data.setblocking(False)
        self.poller = select.poll()
        self.poller.register(output, select.POLLIN)
        self.poller.register(data, select.POLLIN)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its reply until `self.deadline` (monotonic, absolute)."""
        forgotten, self.forgotten = self.forgotten, []
        return self._exchange(wire.encode({**request, "forget": forgotten}), lambda body: _checked(wire.decode(body)))

    def ask_all(self, batch: Batch) -> Answers | None:
        """The replies to a whole check's requests, in one round trip; None if the check has passed with the same."""
        self.forgotten = []  # a check begins, and nothing earlier is kept
        return self._exchange(batch.body, batch.answers)

    def _exchange(self, body: bytes, checked: Callable[[bytes], Reply]) -> Reply:
        if not self.alive:
            raise WorkerCrashed(_("the process that ran the submission is gone"))
        if not self.confined:
            self._await_hello()
        nonce, self.epoch = secrets.randbits(64), 0
        try:
            self._send(wire.frame(wire.REQUEST, nonce, body))
            for _question in range(MAX_QUESTIONS):
                kind, received = self._receive(nonce)
                if kind == wire.REPLY:
                    return checked(received)
                value = wire.decode(received)
                if kind == wire.NOTE:
                    self._note(value)
                    continue
                self._send(wire.frame(wire.ANSWER, nonce, self._answer(value)))
            raise wire.WireError("too many questions")
        except wire.WireError as error:
            self.kill()
            told = _("the submission broke the connection to the grader ({reason})").format(reason=error)
            raise WorkerCrashed(told) from None
        except MemoryError:
            self.kill()
            raise WorkerCrashed(_("the submission sent more than the grader can hold")) from None
        except (ConnectionError, _HungUp):
            self.kill()
            if self.ending.unseen:
                raise MachineryError("warm-process-gone", reason=_("it ended while a check ran")) from None
            raise WorkerCrashed(self._why()) from None
        except WorkerTimeout:
            self.kill()
            raise

    def forget(self, kind: str, id: int) -> None:
        self.forgotten.append((kind, id))

    def kill(self) -> None:
        """End the process now, learn why it ended if it already had, and take what it printed last."""
        if self.alive:
            self._settle()
            self.data.close()
            with suppress(OSError):
                self.status.shutdown(socket.SHUT_WR)  # the warm process sees the hang-up and kills
            self._read_ending()
            self.close()

    def close(self) -> None:
        """Hang up: the warm process ends the worker, and nobody waits for it."""
        if self.alive:
            self._settle()
            self.alive = False
            self.data.close()
            self._drain()
            os.close(self.output_fd)
            self.status.close()
            self.waiting.close()

    def _await_hello(self) -> None:
        """Until the worker is confined; if that fails no student code has run, and it is our failure."""
        began, deadline = time.monotonic(), self.deadline
        self.deadline = began + GRACE
        try:
            if self._exactly(len(HELLO)) != HELLO:
                reason = _("it began with something else than its greeting")
                raise MachineryError("worker-unconfined", reason=reason)
        except (ConnectionError, _HungUp, WorkerTimeout):
            self.kill()
            said = self.output.decode("utf-8", "replace").strip().splitlines()[-1:]
            reason = "; ".join([self.ending.refused or self._why(), *said])
            raise MachineryError("worker-unconfined", reason=reason) from None
        self.deadline, self.confined = deadline + time.monotonic() - began, True

    def _answer(self, question: Any) -> bytes:
        if self.supplier is None or type(question) is not dict:
            raise wire.WireError("a question that nobody answers")
        try:
            return wire.encode(self.supplier.ask(question))
        except wire.Unencodable:
            raise wire.WireError("a question whose answer cannot be sent") from None

    def _note(self, number: Any) -> None:
        if type(number) is not int or not 0 < number <= wire.MAX_NOTE:
            raise wire.WireError("a note that is no number of an epoch")
        self.epoch = number

    def _send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            try:
                view = view[self.data.send(view) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)

    def _receive(self, nonce: int) -> tuple[int, bytes]:
        kind, echoed, length = wire.header(self._exactly(wire.HEADER.size), REPLY_CAP)
        if kind not in (wire.REPLY, wire.QUESTION, wire.NOTE) or echoed != nonce:
            raise wire.WireError("an answer to no question")
        self.received += length
        if self.received > TOTAL_CAP:
            raise wire.WireError("too much was sent")
        return kind, self._exactly(length)

    def _exactly(self, size: int) -> bytes:
        received = bytearray()  # grows with what is there: neither a claim nor many small pieces cost memory
        while len(received) < size:
            self._left()  # here too: a worker that always has a byte ready never makes us wait
            try:
                piece = self.data.recv(min(size - len(received), 1 << 20))
            except BlockingIOError:
                self._wait(select.POLLIN)
                continue
            if not piece:
                raise _HungUp
            received += piece
        return bytes(received)

    def _left(self) -> float:
        """The seconds that are left."""
        left = self.deadline - time.monotonic()
        if left <= 0 and (more := self.waiting.seconds(self.confined) - self.excused) > LEAST_WAIT:
            self.deadline, self.excused, left = self.deadline + more, self.excused + more, left + more
        if left <= 0:
            raise WorkerTimeout(_("no answer in time"))
        return left

    def _settle(self) -> None:
        self.excused = max(self.excused, self.waiting.seconds(self.confined))

    def _wait(self, event: int) -> None:
        """Until the data socket is ready; what the worker prints is drained meanwhile."""
        self.poller.modify(self.data, event)
        while True:
            ready = dict(self.poller.poll(self._left() * 1000))
            if self.output_fd in ready:
                self._drain(reads=1)
            if self.data.fileno() in ready:
                return

    def _drain(self, reads: int = OUTPUT_CAP >> 12) -> None:
        """Take what the worker has printed. Bounded: it may print faster than anyone can read."""
        for _piece in range(reads):
            try:
                piece = os.read(self.output_fd, 1 << 16)
            except BlockingIOError:
                return
            self.output += piece[: OUTPUT_CAP - len(self.output)]
            if not piece:
                with suppress(KeyError):
                    self.poller.unregister(self.output_fd)
                return

    def _read_ending(self) -> None:
        self.status.settimeout(GRACE)
        with suppress(OSError, ValueError):
            ended = False
            for line in self.status.makefile():
                report = json.loads(line)
                ended = "signal" in report
                for name, value in report.items():
                    setattr(self.ending, name, value)
            self.ending.unseen = not ended

    def _why(self) -> str:
        if self.ending.signal:
            return _("signal {number}").format(number=self.ending.signal)
        return _("it ended itself")


class _HungUp(Exception):
    """The worker has closed its end."""


@dataclass(frozen=True)
class Answers:
    """The replies to a batch, and what tells them from others."""

    replies: list[dict[str, Any]]
    digest: bytes


class Batch:
    """A check's requests, encoded once for all the submissions that are asked them.

    `passed` holds the digests of answers with which the check has passed: it need not look at the same again.
    """

    def __init__(self, requests: Sequence[dict[str, Any]]) -> None:
        self.requests = tuple(requests)
        self.body = wire.encode({"op": "batch", "requests": [*requests]})
        self.passed: set[bytes] = set()

    def pass_with(self, answers: Answers) -> None:
        """The check has passed, and nothing but these answers spoke for it."""
        if len(self.passed) < MAX_PASSED:
            self.passed.add(answers.digest)

    def answers(self, body: bytes) -> Answers | None:
        """What a reply says, or None if the check has passed with it. Raises `WireError`."""
        digest = hashlib.sha256(body).digest()
        if digest in self.passed:
            return None
        replies = _checked(wire.decode(body)).get("replies")
        if type(replies) is not list or len(replies) != len(self.requests):
            raise wire.WireError("another number of replies than of requests")
        return Answers([_checked(reply) for reply in replies], digest)


def _checked(value: Any) -> dict[str, Any]:
    """The reply, if it has the form that every reply has."""
    if type(value) is not dict or type(value.get("ok")) is not bool:
        raise wire.WireError("a reply of the wrong form")
    if value["ok"]:
        return value
    if not (_is_text(value["undefined"]) if "undefined" in value else _is_error(value.get("error"))):
        raise wire.WireError("an error of the wrong form")
    return value


def _is_error(error: Any) -> bool:
    if type(error) is not dict or type(error.get("line")) is not int or type(error.get("bases")) is not list:
        return False
    return all(map(_is_text, (error.get("type"), error.get("message"), error.get("file"), *error["bases"])))


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= MAX_TEXT
