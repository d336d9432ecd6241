# The products are never added up: the result still has the two window axes.
import torch

def corr2d(X, K):
    h, w = K.shape
    return X.unfold(0, h, 1).unfold(1, w, 1) * K

def conv2d(X, K):
    return corr2d(X, K.flip((0, 1)))
