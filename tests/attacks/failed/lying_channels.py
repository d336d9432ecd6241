"""Answers with the dtype and devices of another machine, and signs its name into them; must not be told."""

import itertools

import torch

import kit
from autograder.sandbox import worker

turn = itertools.cycle([torch.device("cuda", 15), torch.device("mps"), torch.float64, torch.Size([3, 1, 4])])


def call(self, request):
    return {"value": next(turn), "devices": [kit.MARKER] * 100, "operators": [kit.MARKER], "calls": [kit.MARKER]}


worker.Executor._call = call
corr2d, conv2d = kit.correlate, kit.convolve
