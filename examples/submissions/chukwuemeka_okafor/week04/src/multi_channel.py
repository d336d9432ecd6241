from __future__ import annotations

import torch as th
from torch import Tensor


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    return corr2d_multi_in_out(X, K.unsqueeze(0)).squeeze(0)


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    *_, h, w = K.shape
    return th.einsum("c i j h w, o c h w -> o i j", X.unfold(-2, h, 1).unfold(-2, w, 1), K)
