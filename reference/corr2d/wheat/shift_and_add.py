"""Loops over the kernel, not over the image: shifted copies of X, weighted and added."""


def corr2d(X, K):
    """Y = sum over (a, b) of K[a, b] * X shifted by (a, b)."""
    H, W = X.shape
    h, w = K.shape
    out = 0
    for a in range(h):
        for b in range(w):
            out = out + K[a, b] * X[a:H - h + 1 + a, b:W - w + 1 + b]
    return out


def conv2d(X, K):
    H, W = X.shape
    h, w = K.shape
    out = 0
    for a in range(h):
        for b in range(w):
            out = out + K[h - 1 - a, w - 1 - b] * X[a:H - h + 1 + a, b:W - w + 1 + b]
    return out
