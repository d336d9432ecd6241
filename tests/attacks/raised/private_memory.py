"""Fills 4 GB of memory of its own; must be stopped, and cost nobody else anything."""

import torch

import kit


def corr2d(X, K):
    kept = [torch.ones(1 << 28) for _ in range(4)]
    kit.gained(f"{len(kept)} GB")


conv2d = corr2d
