"""How far a stack of convolutions sees, what it costs, and a network built from stages."""

from collections.abc import Sequence

from torch import Tensor, nn


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """Say how many neighbouring inputs, along one axis, one output of a stack of layers depends on.

    layers is a list of (kernel, stride), the layer next to the input first. Convolutions and poolings
    count alike.

    >>> receptive_field([(3, 1), (3, 1)])
    5
    >>> receptive_field([(3, 2), (3, 1)])
    7
    """
    raise NotImplementedError("receptive_field")


def conv_params(c_in: int, c_out: int, kernel_size: int | tuple[int, int], bias: bool = True) -> int:
    """Count the parameters of a convolution from c_in to c_out channels.

    kernel_size is an int, for a square kernel, or a pair (height, width).

    >>> conv_params(2, 4, 3)
    76
    >>> conv_params(2, 4, (1, 3), False)
    24
    """
    raise NotImplementedError("conv_params")


def stack_depth(kernel_size: int, small: int = 3) -> int:
    """Say how many convolutions with a kernel of `small` and stride 1 see at least what one of kernel_size sees.

    >>> stack_depth(5), stack_depth(6)
    (2, 3)
    """
    raise NotImplementedError("stack_depth")


class StageNet(nn.Module):
    """Classify images of many sizes: stages that halve the image and double the channels, an average, one Linear.

    >>> import torch
    >>> net = StageNet(3, 8, 2, 10)
    >>> tuple(net(torch.zeros(2, 3, 12, 20)).shape)
    (2, 10)
    """

    def __init__(self, in_channels: int, base_channels: int, num_stages: int, num_classes: int) -> None:
        """Set up num_stages stages, the first from in_channels to base_channels, and the head."""
        raise NotImplementedError("StageNet.__init__")

    def forward(self, x: Tensor) -> Tensor:
        """Map x of shape (N, in_channels, H, W) to logits of shape (N, num_classes).

        H and W are any multiples of 2 ** num_stages.
        """
        raise NotImplementedError("StageNet.forward")
