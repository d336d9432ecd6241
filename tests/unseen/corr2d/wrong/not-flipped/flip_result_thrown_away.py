# flip returns a new tensor; its result is never used in conv2d.
import torch
def corr2d(X, K):
    h, w = K.shape
    return torch.stack([torch.stack([(X[i:i+h, j:j+w] * K).sum() for j in range(X.shape[1] - w + 1)])
                        for i in range(X.shape[0] - h + 1)])
def conv2d(X, K):
    K.flip(0, 1)
    return corr2d(X, K)
