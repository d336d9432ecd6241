"""Sends half an answer and dies; must be named a crash, and what was sent must not count."""

import os

import kit


def corr2d(X, K):
    answer = kit.frame(kit.REPLY, kit.of_server("nonce"), kit.encode({"ok": True, "value": kit.zeros(X, K)}))
    kit.data_socket().sendall(answer[: len(answer) // 2])
    os._exit(0)


conv2d = corr2d
