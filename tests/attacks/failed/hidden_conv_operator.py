"""Calls the operator of torch by a path that is put together; must be found out."""
# like: convolution
# check: no_conv_call

import torch


def corr2d(X, K):
    packet = torch.ops.aten
    for name in ("convol" + "ution", "default"):
        packet = getattr(packet, name)
    return packet(X[None, None], K[None, None], None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
