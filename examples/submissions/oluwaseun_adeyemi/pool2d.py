import torch
from torch import nn
import torch.nn.functional as F

def pool2d(X, pool_size, mode='max'):
    p_h, p_w = pool_size
    Y = torch.zeros((X.shape[0] - p_h + 1, X.shape[1] - p_w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            if mode == 'max':
                Y[i, j] = X[i: i + p_h, j: j + p_w].max()
            elif mode == 'avg':
                Y[i, j] = X[i: i + p_h, j: j + p_w].mean()
    return Y

def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    if stride is None: stride = pool_size
    if type(stride) == int: stride = (stride, stride)
    if type(padding) == int: padding = (padding, padding)
    X = F.pad(X, (padding[1], padding[1], padding[0], padding[0]))   # zeros
    return torch.stack([pool2d(x, pool_size, mode)[::stride[0], ::stride[1]] for x in X])
