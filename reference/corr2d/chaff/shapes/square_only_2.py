"""The result is made square: its height is used for its width too."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n = X.shape[0] - h + 1
    elements = [(X[i:i + h, j:j + w] * K).sum() for i in range(n) for j in range(n)]
    return torch.stack(elements).reshape(n, n)


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
