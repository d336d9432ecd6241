"""Dawdles when it is asked many things at once, to be given its time twice; must not have it for ever."""

import time

import kit
from autograder.sandbox import worker

_batch = worker.Executor._batch


def dawdle(self, request):
    time.sleep(2)
    time.sleep(0 if kit.attempt is None else 1000)
    return _batch(self, request)


worker.Executor._batch = dawdle
corr2d, conv2d = kit.correlate, kit.convolve
