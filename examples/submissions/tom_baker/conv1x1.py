"""The 1x1 convolution: one matrix product over the channels."""

import torch
from torch import Tensor


def corr2d_multi_in_out_1x1(X: Tensor, K: Tensor) -> Tensor:
    """Mix the channels of X at every pixel with the weights K.

    X has shape (c_i, h, w) and K has shape (c_o, c_i, 1, 1); the result has shape (c_o, h, w),
    X's dtype and X's device.

    >>> X = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    >>> K = torch.tensor([[1.0, 10.0], [0.0, -1.0]]).reshape(2, 2, 1, 1)
    >>> corr2d_multi_in_out_1x1(X, K)
    tensor([[[51., 62.],
             [73., 84.]],
    <BLANKLINE>
            [[-5., -6.],
             [-7., -8.]]])
    """
    raise NotImplementedError("corr2d_multi_in_out_1x1")
