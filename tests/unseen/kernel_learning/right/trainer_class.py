import torch
from dataclasses import dataclass, field
from torch import nn


class TinyConv(nn.Module):
    def __init__(self, size, like):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(size, dtype=torch.float64).to(like))

    def forward(self, image):
        kh, kw = self.kernel.shape
        return (image.unfold(0, kh, 1).unfold(1, kw, 1) * self.kernel).sum((-1, -2))


@dataclass
class Trainer:
    net: nn.Module
    lr: float
    log: list = field(default_factory=list)

    def step(self, X, Y):
        self.net.zero_grad(set_to_none=True)
        loss = ((self.net(X) - Y) ** 2).sum()
        self.log.append(loss.detach().cpu().item())
        loss.backward()
        with torch.no_grad():
            for p in self.net.parameters():
                p.add_(p.grad, alpha=-self.lr)


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    trainer = Trainer(TinyConv(kernel_size, X), lr)
    for _ in range(num_steps):
        trainer.step(X, Y)
    return trainer.net.kernel.detach().clone(), trainer.log
