"""Asks the grader for a function that nobody supplies; must not be answered."""

import struct

import kit


def corr2d(X, K):
    question = {"op": "call", "exercise": "corr2d", "target": "corr2d", "args": [X, K], "seed": 0, "forget": []}
    kit.send(question, kind=kit.QUESTION)
    _, _, answer = __import__("autograder.sandbox.worker", fromlist=["_receive"])._receive(kit.data_socket())
    kit.gained(answer)


conv2d = corr2d
