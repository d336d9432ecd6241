"""Cross-correlation with several input and output channels."""

import torch
from torch import Tensor


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlate every channel of X with its own slice of K and add the maps up.

    X has shape (c, H, W) and K has shape (c, h, w); the result has shape (H - h + 1, W - w + 1).

    >>> X = torch.tensor([[[1., 2., 0.], [0., 1., 3.], [2., 0., 1.]],
    ...                   [[0., 1., 1.], [1., 0., 2.], [0., 3., 1.]]])
    >>> K = torch.tensor([[[1., 0.], [0., 1.]], [[0., 1.], [1., 0.]]])
    >>> corr2d_multi_in(X, K)
    tensor([[4., 6.],
            [0., 7.]])
    """
    raise NotImplementedError("corr2d_multi_in")


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """Compute one map per kernel of K, each over all channels of X.

    X has shape (c, H, W) and K has shape (o, c, h, w); the result has shape (o, H - h + 1, W - w + 1).

    >>> X = torch.tensor([[[1., 2.], [3., 4.]], [[5., 6.], [7., 8.]]])
    >>> K = torch.tensor([[[[1.]], [[1.]]], [[[2.]], [[0.]]], [[[0.]], [[-1.]]]])
    >>> corr2d_multi_in_out(X, K)
    tensor([[[ 6.,  8.],
             [10., 12.]],
    <BLANKLINE>
            [[ 2.,  4.],
             [ 6.,  8.]],
    <BLANKLINE>
            [[-5., -6.],
             [-7., -8.]]])
    """
    raise NotImplementedError("corr2d_multi_in_out")
