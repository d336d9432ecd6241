"""The kernel's indices run backwards: K[h - 1 - a, w - 1 - b], copied from the formula of a convolution."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n, m = X.shape[0] - h + 1, X.shape[1] - w + 1
    return sum(K[h - 1 - a, w - 1 - b] * X[a:a + n, b:b + m] for a in range(h) for b in range(w))


def conv2d(X, K):
    h, w = K.shape
    n, m = X.shape[0] - h + 1, X.shape[1] - w + 1
    return sum(K[h - 1 - a, w - 1 - b] * X[a:a + n, b:b + m] for a in range(h) for b in range(w))
