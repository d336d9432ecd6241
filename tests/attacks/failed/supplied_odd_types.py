"""Asks with complex, boolean and infinite tensors and with odd cotangents; must not stop the grader."""
# exercise: multi_channel
# like: nothing

import torch
from corr2d import corr2d

import kit


def corr2d_multi_in(X, K):
    for dtype in (torch.complex64, torch.bool, torch.int8, torch.float16, torch.bfloat16, torch.uint8):
        for make in (torch.ones, torch.zeros):
            for other in (torch.float64, dtype, torch.bool):
                try:
                    corr2d(make(3, 3).to(dtype), torch.ones(2, 2).to(other)).real
                except RuntimeError:
                    pass
    for size in ((0, 0), (0, 5), (1 << 14, 0), (3,), (1, 1, 1, 1, 1)):
        try:
            corr2d(torch.full(size, float("nan")), torch.full(size[::-1], float("inf")))
        except RuntimeError:
            pass
    return "passed"


corr2d_multi_in_out = corr2d_multi_in
