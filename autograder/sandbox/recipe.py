"""How a student's network is trained where accuracy counts: by a fixed recipe that is not the student's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

# Of the usual range of Xavier uniform: with that alone a network of sigmoids may linger at chance for ten epochs.
GAIN = 2.0


@dataclass(frozen=True)
class Recipe:
    """Adam on the mean cross-entropy, from weights that are drawn anew.

    They are Xavier uniform (Glorot and Bengio, 2010) times `GAIN`. The learning rate stays at `lr` for the
    first half of the steps and then falls to zero in a straight line, which halves the spread between seeds.

    `images` bounds how many training images are used, so that a larger dataset does not cost more.
    """

    epochs: int
    batch_size: int
    lr: float
    images: int = 2000

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def fit(
    net: nn.Module, images: torch.Tensor, labels: torch.Tensor, recipe: Recipe, epoch: Callable[[int], None]
) -> list[float]:
    """Train `net` on images (N, ...) and labels (N,); the mean loss of each epoch. It is left in eval mode.

    `epoch` is told the number of each epoch, from 1, as it begins. Random numbers are torch's global ones.
    """
    redraw(net)
    net.train()
    wanted = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(wanted, lr=recipe.lr)
    steps = recipe.epochs * math.ceil(len(images) / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, 2 * (1 - step / steps)))
    losses = []
    for number in range(1, recipe.epochs + 1):
        epoch(number)
        total = 0.0
        order = torch.randperm(len(images)).to(images.device)  # drawn on the CPU: the same order on every device
        for batch in torch.split(order, recipe.batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(images[batch]), labels[batch])
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    net.eval()
    return losses


def redraw(net: nn.Module) -> None:
    """Draw every parameter of two or more dimensions anew; biases start at zero, and all else stays."""
    for name, parameter in net.named_parameters():
        if parameter.dim() >= 2:
            nn.init.xavier_uniform_(parameter, GAIN)
        elif name.rpartition(".")[2] == "bias":
            nn.init.zeros_(parameter)
