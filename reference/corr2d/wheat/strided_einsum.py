"""as_strided with the input's own strides, then einsum; typed, with optional parameters."""

from typing import Optional

import torch
from torch import Tensor


def _view(X: Tensor, h: int, w: int, stride: int = 1) -> Tensor:
    s0, s1 = X.stride()
    size = ((X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1, h, w)
    return torch.as_strided(X, size, (s0 * stride, s1 * stride, s0, s1), X.storage_offset())


def corr2d(X: Tensor, K: Tensor, stride: int = 1, bias: Optional[Tensor] = None) -> Tensor:
    Y = torch.einsum("ijab,ab->ij", _view(X, *K.shape, stride), K)
    return Y if bias is None else Y + bias


def conv2d(X: Tensor, K: Tensor, stride: int = 1, bias: Optional[Tensor] = None) -> Tensor:
    return corr2d(X, K.flip([0, 1]), stride, bias)
