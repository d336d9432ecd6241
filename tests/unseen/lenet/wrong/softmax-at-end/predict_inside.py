# exp and division by the sum at the end of forward: probabilities, not logits.
import torch
from torch import nn

class LeNet(nn.Module):
    """LeNet-5, my own version"""
    def __init__(self):
        super().__init__()
        sig = nn.Sigmoid()
        self.features = nn.Sequential(nn.Conv2d(1, 6, 5, 1, 2), sig, nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5), sig, nn.AvgPool2d(2, 2))
        self.dense = nn.Sequential(nn.Flatten(), nn.Linear(400, 120), sig, nn.Linear(120, 84), sig, nn.Linear(84, 10))

    def forward(self, x):
        scores = self.dense(self.features(x))
        e = torch.exp(scores)
        return e / e.sum(dim=1, keepdim=True)
