"""Maximum and average pooling."""

import torch
from torch import Tensor


def pool2d(X: Tensor, pool_size: tuple[int, int], mode: str = "max") -> Tensor:
    """Slide a window over X, one step at a time, and keep one number of each place.

    X has shape (H, W) and pool_size is (p_h, p_w); the result has shape (H - p_h + 1, W - p_w + 1). Mode "max" keeps
    the largest element of the window, mode "avg" the mean; any other mode is a ValueError.

    >>> X = torch.tensor([[1., 3., 2.], [7., 0., 4.], [5., 6., 9.]])
    >>> pool2d(X, (2, 2))
    tensor([[7., 4.],
            [7., 9.]])
    >>> pool2d(X, (2, 2), "avg")
    tensor([[2.7500, 2.2500],
            [4.5000, 4.7500]])
    """
    raise NotImplementedError("pool2d")


def pool2d_multi(
    X: Tensor,
    pool_size: tuple[int, int],
    mode: str = "max",
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = (0, 0),
) -> Tensor:
    """Pool every channel of X on its own, with a stride and with padding.

    X has shape (C, H, W), pool_size is (p_h, p_w), stride (s_h, s_w) and padding (a_h, a_w); an int stands for both
    directions, and no stride for pool_size. The result has shape (C, H', W') with H' = (H + 2 a_h - p_h) // s_h + 1
    and W' alike. Padding never wins in mode "max"; in mode "avg" it consists of zeros that count as elements.

    >>> X = torch.tensor([[[-1., -3., -2.], [-7., -5., -4.], [-6., -8., -9.]]])
    >>> pool2d_multi(X, (2, 2))
    tensor([[[-1.]]])
    >>> pool2d_multi(X, (2, 2), "max", 2, 1)
    tensor([[[-1., -2.],
             [-6., -4.]]])
    >>> pool2d_multi(X, (2, 2), "avg", (2, 2), (1, 1))
    tensor([[[-0.2500, -1.2500],
             [-3.2500, -6.5000]]])
    """
    raise NotImplementedError("pool2d_multi")
