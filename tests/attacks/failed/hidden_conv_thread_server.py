"""Has a thread that was started by the import convolve, where no watch of the caller sees it; must be found out."""
# like: convolution
# check: no_conv_call

import queue
import threading

import torch
from torch.nn import functional as F

asked, answered = queue.Queue(), queue.Queue()


def serve():
    while True:
        X, K = asked.get()
        answered.put(F.conv2d(X[None, None], K[None, None])[0, 0])


threading.Thread(target=serve, daemon=True).start()


def corr2d(X, K):
    asked.put((X, K))
    return answered.get()


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
