"""Each element of X is overwritten by the result once its window is done, to save memory."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n, m = X.shape[0] - h + 1, X.shape[1] - w + 1
    for i in range(n):
        for j in range(m):
            X[i, j] = (X[i:i + h, j:j + w].clone() * K).sum()
    return X[:n, :m].clone()


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
