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
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def conv_params(c_in: int, c_out: int, kernel_size: int | tuple[int, int], bias: bool = True) -> int:
    """Count the parameters of a convolution from c_in to c_out channels.

    kernel_size is an int, for a square kernel, or a pair (height, width).

    >>> conv_params(2, 4, 3)
    76
    >>> conv_params(2, 4, (1, 3), False)
    24
    """
    height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    weights = c_in * c_out * height * width
    return weights + c_out if bias else weights


def stack_depth(kernel_size: int, small: int = 3) -> int:
    """Say how many convolutions with a kernel of `small` and stride 1 see at least what one of kernel_size sees.

    >>> stack_depth(5), stack_depth(6)
    (2, 3)
    """
    return -((1 - kernel_size) // (small - 1))


class StageNet(nn.Module):
    """Classify images of many sizes: stages that halve the image and double the channels, an average, one Linear.

    >>> import torch
    >>> net = StageNet(3, 8, 2, 10)
    >>> tuple(net(torch.zeros(2, 3, 12, 20)).shape)
    (2, 10)
    """

    def __init__(self, in_channels: int, base_channels: int, num_stages: int, num_classes: int) -> None:
        """Set up num_stages stages, the first from in_channels to base_channels, and the head."""
        super().__init__()
        stages: list[nn.Module] = []
        channels = in_channels
        for stage in range(num_stages):
            width = base_channels * 2**stage
            stages += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map x of shape (N, in_channels, H, W) to logits of shape (N, num_classes).

        H and W are any multiples of 2 ** num_stages.
        """
        return self.head(self.stages(x).mean((2, 3)))
