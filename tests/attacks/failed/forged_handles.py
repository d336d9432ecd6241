"""Answers with handles: of objects that are not there, of the grader's ids, called Tensor; must not pass for a tensor."""

import itertools

import kit
from autograder.sandbox import worker
from autograder.sandbox.wire import Handle

ids = itertools.cycle([0, 1, 1 << 20, (1 << 64) - 1])


def call(self, request):
    about = {"parameters": {"weight": request["args"][0]}, "buffers": {}, "training": True}
    number = next(ids)
    return {"value": Handle(number, "Tensor", about if number % 2 else None), "graph": number}


worker.Executor._call = call
corr2d, conv2d = kit.correlate, kit.convolve
