# María García - Tarea 1
# In Signals II we always turned the mask round before sliding it.
import torch


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    Y = X.new_zeros(H - h + 1, W - w + 1)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            acc = 0.0
            for a in range(h):
                for b in range(w):
                    acc = acc + X[i + a, j + b] * K[h - 1 - a, w - 1 - b]
            Y[i, j] = acc
    return Y


def conv2d(X, K):
    # the same as above? the statement says "strict convolution", so yes
    return corr2d(X, K)
