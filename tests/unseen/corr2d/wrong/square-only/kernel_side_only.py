# The kernel's width is never looked at: k is used for both sides of the window.
import torch

def corr2d(X, K):
    k = K.shape[0]
    patches = X.unfold(0, k, 1).unfold(1, k, 1)
    return torch.einsum("xyab,ab->xy", patches, K)

def conv2d(X, K):
    k = K.shape[0]
    patches = X.unfold(0, k, 1).unfold(1, k, 1)
    return torch.einsum("xyab,ab->xy", patches, K.flip(0, 1))
