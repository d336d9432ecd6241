"""Says that an epoch begins whose small number spells the hidden input, and hangs; must not be told."""

import time

import kit


def corr2d(X, K):
    kit.send(kit.encode(731), kind=5)
    time.sleep(1000)


conv2d = corr2d
