# Иван Петров
import torch

DEBUG = True


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i:i + h, j:j + w]
            if DEBUG:
                print("window", i, j, window.tolist(), "kernel", K.tolist(), "product", (window * K).tolist())
                print("=" * 100_000)
            Y[i, j] = (window * K).sum()
    return Y


def conv2d(X, K):
    return corr2d(X, K.flip([0, 1]))
