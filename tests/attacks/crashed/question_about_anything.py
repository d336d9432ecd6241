"""Asks the grader to load code, to fetch attributes and to open files; must not be answered."""

import struct

import kit


def corr2d(X, K):
    for op, target in (("fetch", "corr2d.__globals__"), ("load", "reference"), ("call", "__import__")):
        kit.send({"op": op, "exercise": "corr2d", "target": target, "args": ["os"], "forget": []}, kind=kit.QUESTION)
    kit.gained(kit.data_socket().recv(1000))


conv2d = corr2d
