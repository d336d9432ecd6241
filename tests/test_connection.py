"""The trusted end of a worker, with anything at all on the other end.

`Fake` plays a worker that was taken over, and the warm process that buries it. Whatever it sends, the
grader must get a checked reply, `WorkerCrashed` or `WorkerTimeout`, and nothing else.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import MachineryError, WorkerCrashed, WorkerTimeout
from autograder.sandbox import connection, wire
from autograder.sandbox.connection import Batch, Worker
from autograder.sandbox.spawn import HELLO
from autograder.sandbox.warm import WarmProcess

REQUEST = {"op": "call", "target": "f", "args": [1]}
ERROR = {"type": "ValueError", "bases": ["Exception"], "message": "no", "file": "f.py", "line": 3}
SOON = 0.3  # seconds until a deadline that is meant to pass


class Fake:
    """The other end: what a script sends over `data` and prints to `output`, and how it is said to have ended."""

    def __init__(self) -> None:
        ours, self.data = socket.socketpair()
        status, self.status = socket.socketpair()
        output, self.output = os.pipe()
        os.set_blocking(output, False)
        self.ending: dict[str, Any] = {"signal": 0, "cpu_seconds": 0.0, "peak_kb": 1}
        self.worker = Worker(ours, output, status, None)
        self.nonce = 0
        self.threads: list[threading.Thread] = []
        self._start(self._bury)

    def play(self, script: Callable[[Fake], None], *, hello: bytes = HELLO) -> Worker:
        """Run the script beside the test, after the greeting; the worker's end of everything closes with it."""

        def life() -> None:
            with suppress(OSError):
                self.data.sendall(hello)
                script(self)
            self.data.close()

        self._start(life)
        self.worker.deadline = time.monotonic() + 30
        return self.worker

    def request(self) -> Any:
        """The next request, decoded; from now on `reply` knows its nonce."""
        _, self.nonce, length = wire.header(self.take(wire.HEADER.size), 1 << 40)
        return wire.decode(self.take(length), strided=True)

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            piece = self.data.recv(size - len(taken))
            if not piece:
                raise ConnectionResetError
            taken += piece
        return taken

    def reply(self, value: Any, kind: int = wire.REPLY) -> None:
        self.data.sendall(wire.frame(kind, self.nonce, wire.encode(value)))

    def close(self) -> None:
        self.worker.close()
        for end in (self.data, self.status):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.data.close()
        with suppress(OSError):
            os.close(self.output)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        self.threads.append(thread)

    def _bury(self) -> None:
        """As the warm process does: when the grader hangs up, report how the worker ended."""
        with suppress(OSError):
            self.status.recv(1)
            self.status.sendall(json.dumps(self.ending).encode() + b"\n")
        self.status.close()


@pytest.fixture
def fake() -> Iterator[Fake]:
    fake = Fake()
    yield fake
    fake.close()


def crash(worker: Worker, request: Mapping[str, Any] = REQUEST) -> str:
    """Ask; the worker must be found dead. Why, in words."""
    with pytest.raises(WorkerCrashed) as caught:
        worker.ask(request)
    assert not worker.alive
    with pytest.raises(WorkerCrashed, match="gone"):
        worker.ask(request)
    return str(caught.value)


class TestHonest:
    def test_a_reply(self, fake: Fake) -> None:
        asked = []

        def script(fake: Fake) -> None:
            asked.append(fake.request())
            fake.reply({"ok": True, "value": torch.ones(2)})
            asked.append(fake.request())
            fake.reply({"ok": False, "error": ERROR})

        worker = fake.play(script)
        assert worker.ask(REQUEST)["value"].tolist() == [1, 1]
        worker.forget("object", 3)
        assert worker.ask(REQUEST) == {"ok": False, "error": ERROR}
        assert asked == [REQUEST | {"forget": []}, REQUEST | {"forget": [("object", 3)]}]
        assert worker.alive

    def test_every_request_has_a_nonce_of_its_own(self, fake: Fake) -> None:
        nonces = []

        def script(fake: Fake) -> None:
            for _ in range(20):
                fake.request()
                nonces.append(fake.nonce)
                fake.reply({"ok": True})

        worker = fake.play(script)
        for _ in range(20):
            worker.ask(REQUEST)
        assert len(set(nonces)) == 20
        assert max(nonces) > 1 << 56

    def test_a_batch(self, fake: Fake) -> None:
        asked = []

        def script(fake: Fake) -> None:
            asked.append(fake.request())
            fake.reply({"ok": True, "replies": [{"ok": True, "value": 1}, {"ok": False, "undefined": "g"}]})

        batch = Batch([REQUEST, {"op": "vjp"}])
        answers = fake.play(script).ask_all(batch)
        assert answers is not None
        assert answers.replies == [{"ok": True, "value": 1}, {"ok": False, "undefined": "g"}]
        assert asked == [{"op": "batch", "requests": [REQUEST, {"op": "vjp"}]}]

    def test_answers_that_have_passed_are_known_again_to_the_last_bit(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            for value in (torch.tensor([1.0]), torch.tensor([1.0]), torch.tensor([1.0 + 2**-23])):
                fake.request()
                fake.reply({"ok": True, "replies": [{"ok": True, "value": value}]})

        batch, worker = Batch([REQUEST]), fake.play(script)
        first = worker.ask_all(batch)
        assert first is not None
        batch.pass_with(first)
        assert worker.ask_all(batch) is None
        assert worker.ask_all(batch) is not None

    def test_questions_are_answered_in_the_middle_of_a_request(self, fake: Fake) -> None:
        class Supplier:
            def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
                return {"ok": True, "value": question["x"] + 1}

            def forget(self, kind: str, id: int) -> None: ...

        def script(fake: Fake) -> None:
            fake.request()
            answer = 0
            for _ in range(3):
                fake.reply({"x": answer}, wire.QUESTION)
                kind, nonce, length = wire.header(fake.take(wire.HEADER.size), 1000)
                assert (kind, nonce) == (wire.ANSWER, fake.nonce)
                answer = wire.decode(fake.take(length))["value"]
            fake.reply({"ok": True, "value": answer})

        worker = fake.play(script)
        worker.supplier = Supplier()
        assert worker.ask(REQUEST) == {"ok": True, "value": 3}

    def test_a_reply_that_comes_in_pieces(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            for byte in wire.frame(wire.REPLY, fake.nonce, wire.encode({"ok": True, "value": 5})):
                fake.data.sendall(bytes([byte]))

        assert fake.play(script).ask(REQUEST)["value"] == 5

    def test_large_requests_and_replies(self, fake: Fake) -> None:
        large = torch.arange(1 << 20)

        def script(fake: Fake) -> None:
            fake.reply({"ok": True, "value": fake.request()["args"][0] + 1})

        assert torch.equal(fake.play(script).ask({"args": [large]})["value"], large + 1)


def replying(raw: Callable[[int], bytes]) -> Callable[[Fake], None]:
    """A script that answers the request with the bytes that `raw` makes of its nonce, and waits for the end."""

    def script(fake: Fake) -> None:
        fake.request()
        fake.data.sendall(raw(fake.nonce))
        fake.data.recv(1)

    return script


class TestLies:
    @pytest.mark.parametrize(
        "raw",
        [
            lambda nonce: wire.frame(wire.REPLY, nonce + 1 & (1 << 64) - 1, wire.encode({"ok": True})),
            lambda nonce: wire.frame(wire.REPLY, 0, wire.encode({"ok": True})),
            lambda nonce: wire.frame(wire.REQUEST, nonce, wire.encode({"ok": True})),
            lambda nonce: wire.frame(wire.ANSWER, nonce, wire.encode({"ok": True})),
            lambda nonce: wire.frame(99, nonce, wire.encode({"ok": True})),
            lambda nonce: b"HTTP/1.1 200 OK\r\n\r\n" + b"\0" * 20,
            lambda nonce: wire.HEADER.pack(wire.MAGIC, wire.REPLY, nonce, connection.REPLY_CAP + 1),
            lambda nonce: wire.HEADER.pack(wire.MAGIC, wire.REPLY, nonce, 2**64 - 1),
            lambda nonce: wire.frame(wire.REPLY, nonce, b""),
            lambda nonce: wire.frame(wire.REPLY, nonce, b"\x80\x04pickle."),
            lambda nonce: wire.frame(wire.REPLY, nonce, wire.encode({"ok": True}) + b"N"),
            lambda nonce: wire.frame(wire.REPLY, nonce, wire.encode(torch.ones(4, 4).T)),
        ],
    )  # fmt: skip
    def test_frames_that_answer_nothing(self, fake: Fake, raw: Callable[[int], bytes]) -> None:
        assert "broke the connection" in crash(fake.play(replying(raw)))

    @pytest.mark.parametrize(
        "value",
        [
            None, 3, [], "ok", torch.ones(2), {}, {"ok": 1}, {"ok": None}, {"ok": torch.tensor(True)}, {"OK": True},
            {"ok": False}, {"ok": False, "error": None}, {"ok": False, "error": "no"}, {"ok": False, "error": {}},
            {"ok": False, "error": ERROR, "undefined": None}, {"ok": False, "undefined": 3},
            {"ok": False, "undefined": "x" * 3000},
            *({"ok": False, "error": {k: v for k, v in ERROR.items() if k != key}} for key in ERROR),
            *({"ok": False, "error": ERROR | {key: None}} for key in ERROR),
            *({"ok": False, "error": ERROR | {key: "x" * 3000}} for key in ERROR),
            {"ok": False, "error": ERROR | {"line": 1.0}}, {"ok": False, "error": ERROR | {"line": True}},
            {"ok": False, "error": ERROR | {"bases": ("Exception",)}}, {"ok": False, "error": ERROR | {"bases": [3]}},
            {"ok": False, "error": ERROR | {"bases": ["x" * 3000]}}, {"ok": False, "error": list(ERROR)},
        ],
    )  # fmt: skip
    def test_replies_of_the_wrong_form(self, fake: Fake, value: Any) -> None:
        reply = wire.encode(value)
        assert "wrong form" in crash(fake.play(replying(lambda nonce: wire.frame(wire.REPLY, nonce, reply))))

    @pytest.mark.parametrize(
        "value",
        [
            {"ok": True}, {"ok": True, "replies": None}, {"ok": True, "replies": []}, {"ok": True, "replies": {}},
            {"ok": True, "replies": [{"ok": True}] * 3}, {"ok": True, "replies": [{"ok": True}, None]},
            {"ok": True, "replies": [{"ok": True}, {"ok": False}]}, {"ok": True, "replies": torch.ones(2)},
            {"ok": False, "error": ERROR}, {"ok": False, "undefined": "f"},
        ],
    )  # fmt: skip
    def test_batches_of_the_wrong_form(self, fake: Fake, value: Any) -> None:
        reply = wire.encode(value)
        worker = fake.play(replying(lambda nonce: wire.frame(wire.REPLY, nonce, reply)))
        with pytest.raises(WorkerCrashed, match="broke the connection"):
            worker.ask_all(Batch([REQUEST] * 2))
        assert not worker.alive

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(st.binary(max_size=60), st.booleans())
    def test_noise(self, noise: bytes, magic: bool) -> None:
        fake = Fake()
        try:

            def script(fake: Fake) -> None:
                fake.request()
                start = wire.MAGIC + bytes([wire.REPLY]) + struct.pack("<Q", fake.nonce) if magic else b""
                fake.data.sendall(start + noise)

            crash(fake.play(script))
        finally:
            fake.close()

    def test_a_reply_sent_before_it_was_asked_for(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.reply({"ok": True, "value": 1})
            fake.data.recv(1)

        assert "no question" in crash(fake.play(script))

    def test_a_second_reply_answers_nothing(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            fake.reply({"ok": True, "value": 1})
            fake.reply({"ok": True, "value": 2})
            fake.data.recv(1)

        worker = fake.play(script)
        assert worker.ask(REQUEST)["value"] == 1
        assert "no question" in crash(worker)

    def test_more_than_any_worker_has_to_say(self, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "TOTAL_CAP", 10_000)

        def script(fake: Fake) -> None:
            while True:
                fake.request()
                fake.reply({"ok": True, "value": "x" * 900})

        worker = fake.play(script)
        for _ in range(10):
            worker.ask(REQUEST)
        assert "too much" in crash(worker)


class TestQuestions:
    class Supplier:
        def __init__(self, answer: Any = None) -> None:
            self.answer = answer

        def ask(self, question: Mapping[str, Any]) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        def forget(self, kind: str, id: int) -> None: ...

    @staticmethod
    def asking(question: Any) -> Callable[[Fake], None]:
        def script(fake: Fake) -> None:
            fake.request()
            while True:
                fake.reply(question, wire.QUESTION)
                fake.take(wire.HEADER.size)

        return script

    def test_where_nobody_answers(self, fake: Fake) -> None:
        assert "nobody answers" in crash(fake.play(self.asking({"op": "call"})))

    @pytest.mark.parametrize("question", [None, 3, [], "call", torch.ones(2)])
    def test_of_the_wrong_form(self, fake: Fake, question: Any) -> None:
        worker = fake.play(self.asking(question))
        worker.supplier = self.Supplier({})
        assert "nobody answers" in crash(worker)

    def test_that_the_supplier_refuses(self, fake: Fake) -> None:
        worker = fake.play(self.asking({}))
        worker.supplier = self.Supplier(wire.WireError("not that"))
        assert "not that" in crash(worker)

    def test_whose_answer_cannot_be_sent(self, fake: Fake) -> None:
        worker = fake.play(self.asking({}))
        worker.supplier = self.Supplier(object())
        assert "cannot be sent" in crash(worker)

    @pytest.mark.parametrize("kind", [wire.REQUEST, wire.ANSWER, 0, 99])
    def test_that_are_none(self, fake: Fake, kind: int) -> None:
        worker = fake.play(replying(lambda nonce: wire.frame(kind, nonce, wire.encode({}))))
        worker.supplier = self.Supplier({})
        assert "no question" in crash(worker)

    def test_without_end(self, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "MAX_QUESTIONS", 20)

        def script(fake: Fake) -> None:
            fake.request()
            for _ in range(20):
                fake.reply({}, wire.QUESTION)
                fake.take(wire.HEADER.size + 1)
            fake.data.recv(1)

        worker = fake.play(script)
        worker.supplier = self.Supplier()
        assert "too many questions" in crash(worker)

    def test_without_end_until_the_deadline(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            while True:
                fake.reply({}, wire.QUESTION)
                fake.take(wire.HEADER.size + 1)

        worker = fake.play(script)
        worker.supplier = self.Supplier()
        worker.deadline = time.monotonic() + SOON
        with pytest.raises((WorkerTimeout, WorkerCrashed)):
            worker.ask(REQUEST)


class TestEndings:
    @pytest.mark.parametrize("part", [0, 1, wire.HEADER.size, wire.HEADER.size + 1])
    def test_hanging_up(self, fake: Fake, part: int) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            fake.data.sendall(wire.frame(wire.REPLY, fake.nonce, wire.encode({"ok": True}))[:part])

        assert crash(fake.play(script)) == "it ended itself"

    def test_hanging_up_before_it_has_read_all(self, fake: Fake) -> None:
        worker = fake.play(lambda fake: fake.take(10))
        assert crash(worker, {"args": [torch.zeros(1 << 22)]}) == "it ended itself"

    def test_a_signal_is_named(self, fake: Fake) -> None:
        fake.ending["signal"] = 11
        assert crash(fake.play(lambda fake: fake.request())) == "signal 11"

    def test_a_worker_that_could_not_be_confined_is_our_failure(self, fake: Fake) -> None:
        fake.ending = {"refused": "landlock: no such thing"}
        with pytest.raises(MachineryError, match="landlock: no such thing"):
            fake.play(lambda fake: None, hello=b"").ask(REQUEST)
        assert not fake.worker.alive

    def test_another_greeting_is_our_failure(self, fake: Fake) -> None:
        with pytest.raises(MachineryError, match="greeting"):
            fake.play(lambda fake: fake.data.recv(1), hello=b"-").ask(REQUEST)

    def test_an_end_can_come_twice(self, fake: Fake) -> None:
        worker = fake.play(lambda fake: fake.request())
        crash(worker)
        worker.kill()
        worker.close()

    def test_the_request_that_cannot_be_sent_is_no_fault_of_the_worker(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            fake.reply({"ok": True})

        worker = fake.play(script)
        with pytest.raises(wire.Unencodable):
            worker.ask({"args": [object()]})
        assert worker.ask(REQUEST) == {"ok": True}


def late(fake: Fake, script: Callable[[Fake], None], request: Mapping[str, Any] = REQUEST) -> None:
    """Ask with a deadline that passes while the script runs."""
    worker = fake.play(script)
    worker.deadline = time.monotonic() + SOON
    with pytest.raises(WorkerTimeout):
        worker.ask(request)
    assert not worker.alive


class TestDeadline:
    def test_silence(self, fake: Fake) -> None:
        late(fake, lambda fake: fake.take(1 << 30))

    def test_drops_now_and_then(self, fake: Fake) -> None:
        """Each byte comes in time; the reply does not."""

        def script(fake: Fake) -> None:
            fake.request()
            for byte in wire.frame(wire.REPLY, fake.nonce, wire.encode({"ok": True, "value": "x" * 10_000})):
                fake.data.sendall(bytes([byte]))
                time.sleep(0.01)

        late(fake, script)

    def test_drops_without_a_pause(self, fake: Fake) -> None:
        """There is always a byte to read, so that nobody ever has to wait for one."""

        class Dripping:
            def send(self, data: memoryview) -> int:
                self.start = wire.HEADER.pack(
                    wire.MAGIC, wire.REPLY, wire.header(data[: wire.HEADER.size], 999)[1], 1 << 26
                )
                return len(data)

            def recv(self, size: int) -> bytes:
                drop, self.start = self.start[:1] or b"x", self.start[1:]
                return drop

            def close(self) -> None: ...

        fake.worker.data.close()
        fake.worker.confined, fake.worker.data = True, Dripping()  # type: ignore[assignment]
        fake.worker.deadline = time.monotonic() + SOON
        with pytest.raises(WorkerTimeout):
            fake.worker.ask(REQUEST)

    def test_a_request_that_is_not_read(self, fake: Fake) -> None:
        late(fake, lambda fake: time.sleep(2 * SOON), {"args": [torch.zeros(1 << 22)]})

    def test_printing_without_end(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            while True:
                os.write(fake.output, b"x" * 4096)
                fake.data.send(b"", socket.MSG_DONTWAIT)

        late(fake, script)

    def test_that_is_over_already(self, fake: Fake) -> None:
        worker = fake.play(lambda fake: fake.reply({"ok": fake.request() is not None}))
        worker.deadline = time.monotonic() - 1
        with pytest.raises(WorkerTimeout):
            worker.ask(REQUEST)


class TestOutput:
    def test_what_is_printed_is_kept_up_to_a_bound(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            os.write(fake.output, b"first ")
            for _ in range(100):
                os.write(fake.output, b"x" * 10_000)
            fake.reply({"ok": True})

        worker = fake.play(script)
        assert worker.ask(REQUEST) == {"ok": True}
        worker.close()
        assert worker.output.startswith(b"first xxx")
        assert len(worker.output) == connection.OUTPUT_CAP

    def test_what_is_printed_last_is_kept(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            fake.request()
            os.write(fake.output, b"goodbye")

        worker = fake.play(script)
        crash(worker)
        assert worker.output == b"goodbye"

    def test_closing_the_output_does_no_harm(self, fake: Fake) -> None:
        def script(fake: Fake) -> None:
            os.close(fake.output)
            for _ in range(2):
                fake.request()
                time.sleep(0.05)
                fake.reply({"ok": True})

        worker = fake.play(script)
        assert worker.ask(REQUEST) == worker.ask(REQUEST) == {"ok": True}

    def test_an_endless_printer_does_not_keep_anyone_from_hanging_up(
        self, fake: Fake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stop = threading.Event()

        def printing(fd: int, size: int) -> bytes:
            return b"" if stop.is_set() else b"x" * size

        with monkeypatch.context() as patch:
            patch.setattr(connection.os, "read", printing)
            closing = threading.Thread(target=fake.worker.close)
            closing.start()
            closing.join(10)
            hung = closing.is_alive()
            stop.set()
            closing.join()
        assert not hung


SOURCE = """
import os, sys, time

print("imported")

def exit(): os._exit(3)
def loop():
    while True: pass
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def swarm():
    import hashlib, threading
    def hash():  # without the interpreter's lock
        while True: hashlib.sha256(bytes(1 << 20))
    for _ in range(12): threading.Thread(target=hash, daemon=True).start()
    hash()
def fill(): return bytearray(1 << 33)
def double(x):
    print("doubling")
    return 2 * x
def printer():
    import threading
    def flood():
        while True: os.write(1, b"x" * 4096)
    threading.Thread(target=flood, daemon=True).start()
"""


@contextmanager
def crowded(core: int) -> Iterator[None]:
    """Five processes busy on this core, each in a session of its own: some kernels share cores among sessions first."""
    program = "print(flush=True)\nwhile True: pass"
    options: Any = {"stdout": subprocess.PIPE, "start_new_session": True}
    busy = [subprocess.Popen([sys.executable, "-c", program], **options) for _ in range(5)]
    try:
        for each in busy:
            assert each.stdout is not None
            each.stdout.read(1)
            os.sched_setaffinity(each.pid, {core})
        yield
    finally:
        for each in busy:
            each.kill()
            each.communicate()


def pid_of(worker: Worker) -> str:
    """As this process sees it. Skips where the system does not say how long a process has waited for a core."""
    pid = worker.waiting.pid()
    if not pid or not Path("/proc/self/schedstat").exists():
        pytest.skip("this system does not say how long a process has waited for a core")
    return pid


class TestReal:
    """A real worker, confined."""

    @pytest.fixture
    def worker(self, warm: WarmProcess) -> Iterator[Worker]:
        worker = warm.spawn()
        worker.deadline = time.monotonic() + 60
        load = {"op": "load", "module": "mine", "file": "mine.py", "text": SOURCE, "helpers": {}, "supplied": {}}
        assert worker.ask(load) == {"ok": True}
        yield worker
        worker.close()

    @staticmethod
    def call(name: str, *args: Any) -> dict[str, Any]:
        return {"op": "call", "target": name, "args": list(args), "grad": False}

    def test_a_call(self, worker: Worker) -> None:
        assert worker.ask(self.call("double", torch.tensor([1.5])))["value"].tolist() == [3.0]
        worker.close()
        assert worker.output == b"imported\ndoubling\n"

    def test_an_exit(self, worker: Worker) -> None:
        assert crash(worker, self.call("exit")) == "it ended itself"
        assert worker.output == b"imported\n"

    def test_an_endless_loop(self, worker: Worker) -> None:
        worker.deadline = time.monotonic() + SOON
        with pytest.raises(WorkerTimeout):
            worker.ask(self.call("loop"))
        assert worker.ending.signal == 9

    def test_time_for_which_the_machine_has_no_core_is_not_counted(self, worker: Worker) -> None:
        """On one core with five others a loop takes six times as long; one without end still comes to its deadline."""
        core = min(os.sched_getaffinity(0))
        try:
            os.sched_setaffinity(int(pid_of(worker)), {core})
        except PermissionError:
            pytest.skip("this user may not say on which core a worker runs")
        with crowded(core):
            worker.deadline = time.monotonic() + 0.8
            assert worker.ask(self.call("spin", 0.3))["ok"]
            assert worker.excused > 0.5
            worker.deadline = time.monotonic() + SOON
            with pytest.raises(WorkerTimeout):
                worker.ask(self.call("loop"))

    def test_who_keeps_itself_from_a_core_is_not_excused(self, worker: Worker) -> None:
        pid_of(worker)
        worker.deadline = time.monotonic() + 1
        with pytest.raises(WorkerTimeout):
            worker.ask(self.call("swarm"))
        assert worker.excused < 0.5

    def test_memory_has_a_bound_where_limits_hold(self, worker: Worker, warm: WarmProcess) -> None:
        if "rlimits" not in warm.layers:
            pytest.skip("no limits here")
        assert worker.ask(self.call("fill"))["error"]["type"] == "MemoryError"

    def test_an_endless_printer(self, worker: Worker) -> None:
        worker.ask(self.call("printer"))
        for _ in range(1000):  # on a busy machine it takes a while to print that much
            assert worker.ask(self.call("double", 2))["value"] == 4
            if len(worker.output) == connection.OUTPUT_CAP:
                break
        worker.close()
        assert len(worker.output) == connection.OUTPUT_CAP

    def test_the_warm_process_outlives_a_worker_that_ends_as_its_grader_hangs_up(
        self, worker: Worker, warm: WarmProcess
    ) -> None:
        """It sleeps until both has happened, and learns of both at once."""
        os.killpg(warm.process.pid, signal.SIGSTOP)
        waking = threading.Timer(0.3, os.killpg, (warm.process.pid, signal.SIGCONT))
        waking.start()
        assert crash(worker, self.call("exit")) == "it ended itself"
        waking.join()
        another = warm.spawn()
        load = {"op": "load", "module": "m", "file": "m.py", "text": "", "helpers": {}, "supplied": {}}
        assert another.ask(load) == {"ok": True}
        another.close()
