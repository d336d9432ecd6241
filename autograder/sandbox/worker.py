"""The untrusted end of the connection: receives requests, has them carried out, sends replies."""

from __future__ import annotations

import os
import socket
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.executor import Executor


class _Asking:
    """Asks the trusted side, in the middle of a request, for what the grader supplies."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.nonce = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        body = wire.encode(request, strided=False)
        self.connection.sendall(wire.frame(wire.QUESTION, self.nonce, body))
        _, _, answer = _receive(self.connection)
        return dict(answer)

    def note(self, number: int) -> None:
        """Say how far a training has come; no answer is waited for."""
        if number <= wire.MAX_NOTE:
            self.connection.sendall(wire.frame(wire.NOTE, self.nonce, wire.encode(number)))

    def forget(self, kind: str, id: int) -> None:
        raise NotImplementedError("what is no longer needed goes with the next question")


def serve(connection: socket.socket) -> None:
    """Answer requests until the other side hangs up. Never returns to a caller that matters."""
    asking = _Asking(connection)
    executor = Executor(asking, asking.note)
    while True:
        _, nonce, request = _receive(connection)
        asking.nonce = nonce
        reply = executor.execute(request)
        if "replies" in reply:
            body = wire.encode_fields({"ok": wire.encode(True), "replies": wire.encode_list(reply["replies"])})
        else:
            body = executor.encoded(reply)
        connection.sendall(wire.frame(wire.REPLY, nonce, body))


def _receive(connection: socket.socket) -> tuple[int, int, Any]:
    kind, nonce, length = wire.header(_exactly(connection, wire.HEADER.size), 1 << 40)
    return kind, nonce, wire.decode(_exactly(connection, length), strided=True)


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray(size)
    view, at = memoryview(received), 0
    while at < size:
        count = connection.recv_into(view[at:])
        if count == 0:
            os._exit(0)
        at += count
    return bytes(received)
