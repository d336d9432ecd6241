"""Image and kernel have one side each."""
import torch


def corr2d(X, K):
    side, k = X.shape[0], K.shape[0]
    out = X.new_zeros(side - k + 1, side - k + 1)
    for row in range(out.shape[0]):
        for column in range(out.shape[0]):
            out[row, column] = torch.sum(X[row:row + k, column:column + k] * K)
    return out


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
