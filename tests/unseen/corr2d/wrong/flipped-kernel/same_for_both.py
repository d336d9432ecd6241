# Both functions are the true convolution: corr2d just calls conv2d.
import torch

def conv2d(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    return sum(K[h - 1 - a, w - 1 - b] * X[a:a + oh, b:b + ow] for a in range(h) for b in range(w))

def corr2d(X, K):
    return conv2d(X, K)
