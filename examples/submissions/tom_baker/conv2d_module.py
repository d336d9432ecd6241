"""A convolutional layer with parameters of its own."""

import torch
from torch import Tensor, nn


class Conv2D(nn.Module):
    """Cross-correlate a matrix with a kernel that can be learned, and add a bias to every element.

    >>> layer = Conv2D((1, 2))
    >>> with torch.no_grad():
    ...     _ = layer.weight.copy_(torch.tensor([[1.0, -1.0]]))
    ...     _ = layer.bias.fill_(0.5)
    >>> layer(torch.tensor([[3.0, 1.0, 1.0], [0.0, 0.0, 2.0]])).tolist()
    [[2.5, 0.5], [0.5, -1.5]]
    """

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        """Set up two parameters: `weight`, random, of shape kernel_size = (h, w), and `bias`, zero, of shape (1,)."""
        raise NotImplementedError("Conv2D.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Map x of shape (H, W) to a result of shape (H - h + 1, W - w + 1)."""
        raise NotImplementedError("Conv2D.forward")
