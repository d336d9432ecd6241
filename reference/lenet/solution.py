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
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, kernel_size=5),
            nn.Sigmoid(),
            nn.AvgPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(400, 120),
            nn.Sigmoid(),
            nn.Linear(120, 84),
            nn.Sigmoid(),
            nn.Linear(84, 10),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map x of shape (N, 1, 28, 28) to logits of shape (N, 10); no softmax."""
        return self.classifier(self.features(x))
