"""Two-dimensional cross-correlation and convolution."""

import torch
from torch import Tensor


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate the input X with the kernel K: slide, multiply elementwise, add up.

    X has shape (H, W) and K has shape (h, w) with h <= H and w <= W; the result has shape
    (H - h + 1, W - w + 1), X's dtype and X's device.

    >>> X = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]])
    >>> K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    >>> corr2d(X, K)
    tensor([[19., 25.],
            [37., 43.]])
    """
    raise NotImplementedError("corr2d")


def conv2d(X: Tensor, K: Tensor) -> Tensor:
    """Convolve the input X with the kernel K in the strict sense: K is turned round on both axes.

    Shapes, dtype and device are those of `corr2d`.

    >>> X = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]])
    >>> K = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    >>> conv2d(X, K)
    tensor([[ 5., 11.],
            [23., 29.]])
    """
    raise NotImplementedError("conv2d")
