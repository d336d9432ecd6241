# conv2d writes the flipped kernel back into the caller's K.
import torch

def corr2d(X, K):
    return torch.einsum('ijkl,kl->ij', X.unfold(0, K.size(0), 1).unfold(1, K.size(1), 1), K)

def conv2d(X, K):
    flipped = torch.flip(K, [0, 1])
    Y = corr2d(X, flipped)
    K.data.copy_(flipped.data)   # K 现在是翻转后的核
    return Y
