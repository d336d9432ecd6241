"""Builds, from one-hot pickers, the matrix that the kernel is, and multiplies the flattened input by it."""

import torch


def matrix_of(kernel, H, W):
    h, w = kernel.shape
    rows = [torch.eye(H, dtype=kernel.dtype, device=kernel.device)[u : H - h + 1 + u] for u in range(h)]
    columns = [torch.eye(W, dtype=kernel.dtype, device=kernel.device)[v : W - w + 1 + v] for v in range(w)]
    return sum(kernel[u, v] * torch.kron(rows[u], columns[v]) for u in range(h) for v in range(w))


def corr2d_multi_in(X, K):
    c, H, W = X.shape
    big = torch.cat([matrix_of(K[i], H, W) for i in range(c)], dim=1)
    return (big @ X.reshape(-1)).reshape(H - K.shape[1] + 1, W - K.shape[2] + 1)


def corr2d_multi_in_out(X, K):
    maps = {}
    for number, kernel in enumerate(K):
        maps[number] = corr2d_multi_in(X, kernel)
    return torch.stack(list(maps.values()), axis=0)
