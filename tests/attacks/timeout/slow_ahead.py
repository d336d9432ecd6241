"""Hangs when it is asked many things at once, to be given its time twice; must not be given it again and again."""
# like: right
# check: conv_interface

import time

import kit
from autograder.sandbox import worker

worker.Executor._batch = lambda self, request: time.sleep(1000)
corr2d, conv2d = kit.correlate, kit.convolve
