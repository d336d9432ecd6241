# Casts both inputs with .float() "to be safe".
import torch

def corr2d(X, K):
    X, K = X.float(), K.float()
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum(dim=[2, 3])

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
