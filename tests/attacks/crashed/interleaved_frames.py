"""Puts a question into the middle of its answer; must break the connection."""

import os

import kit


def corr2d(X, K):
    nonce = kit.of_server("nonce")
    answer = kit.frame(kit.REPLY, nonce, kit.ok(kit.tensor(tuple(X.shape), bytes(4 * X.numel()))))
    question = kit.frame(kit.QUESTION, nonce, kit.encode({"op": "call", "exercise": "corr2d", "target": "corr2d"}))
    kit.data_socket().sendall(answer[:40] + question + answer[40:])
    os._exit(0)


conv2d = corr2d
