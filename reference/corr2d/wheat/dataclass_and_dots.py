"""A dataclass holds the geometry, torch.dot takes each pair of flattened windows."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Geometry:
    height: int
    width: int
    k_height: int
    k_width: int

    @property
    def out(self) -> tuple[int, int]:
        return self.height - self.k_height + 1, self.width - self.k_width + 1

    def windows(self, X: torch.Tensor):
        rows, cols = self.out
        for n in range(rows * cols):
            top, left = divmod(n, cols)
            yield X[top : top + self.k_height, left : left + self.k_width].flatten()


def corr2d(X, K, *, verbose=False):
    g = Geometry(*X.shape, *K.shape)
    flat = K.flatten()
    Y = torch.stack([torch.dot(window, flat) for window in g.windows(X)]).reshape(g.out)
    if verbose:
        print(Y)
    return Y


def conv2d(X, K, *, verbose=False):
    return corr2d(X, torch.rot90(K, k=2, dims=(0, 1)), verbose=verbose)
