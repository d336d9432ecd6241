# conv2d counts b from the end but leaves a as it was.
import torch

def corr2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = torch.zeros((oh, ow), dtype=X.dtype, device=X.device)
    for a in range(h):
        for b in range(w):
            Y = Y + X[a:a + oh, b:b + ow] * K[a, b]
    return Y

def conv2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = torch.zeros((oh, ow), dtype=X.dtype, device=X.device)
    for a in range(h):
        for b in range(w):
            Y = Y + X[a:a + oh, b:b + ow] * K[a, w - 1 - b]
    return Y
