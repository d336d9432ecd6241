# Divides by the number of channels at the end.
import torch

def corr2d_multi_in(X, K):
    c, h, w = K.shape
    Y = torch.zeros(X.shape[1] - h + 1, X.shape[2] - w + 1, dtype=X.dtype, device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[:, i:i + h, j:j + w] * K).sum() / c
    return Y

def corr2d_multi_in_out(X, K):
    Y = []
    for k in K:
        Y.append(corr2d_multi_in(X, k))
    return torch.stack(Y)
