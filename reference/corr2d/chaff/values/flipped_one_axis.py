"""corr2d runs backwards along the rows of the kernel."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n, m = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = torch.zeros(n, m, dtype=X.dtype)
    for a in range(h):
        for b in range(w):
            Y = Y + K[h - 1 - a, b] * X[a:a + n, b:b + m]
    return Y


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
