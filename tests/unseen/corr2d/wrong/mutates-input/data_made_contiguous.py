# Replaces the storage of the caller's X by a contiguous copy: its strides change.
import torch

def corr2d(X, K):
    if not X.is_contiguous():
        X.data = X.data.contiguous()
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    cols = torch.stack([X[a:a + oh, b:b + ow] for a in range(h) for b in range(w)], dim=-1)
    return cols @ K.reshape(-1)

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
