"""LeNet: two convolutions, two poolings, three linear layers."""

from torch import Tensor, nn


class LeNet(nn.Module):
    """Map images of shape (N, 1, 28, 28) to logits of shape (N, 10); 61,706 parameters.

    >>> import torch
    >>> net = LeNet()
    >>> net(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    >>> sum(parameter.numel() for parameter in net.parameters())
    61706
    """

    def __init__(self) -> None:
        """Set up the layers; what has parameters must be registered."""
        raise NotImplementedError("LeNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Map x of shape (N, 1, 28, 28) to logits of shape (N, 10); no softmax."""
        raise NotImplementedError("LeNet.forward")
