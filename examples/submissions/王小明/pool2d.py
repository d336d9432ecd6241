# 王小明 2023141452 作业六
import torch
from torch.nn import functional as F


def pool2d(X, pool_size, mode='max'):
    if mode not in ('max', 'avg'):
        raise ValueError('mode 只能是 max 或 avg')
    p_h, p_w = pool_size
    Y = torch.zeros(X.shape[0] - p_h + 1, X.shape[1] - p_w + 1, dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = X[i:i + p_h, j:j + p_w].max()
    # TODO: avg
    return Y


def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    if stride is None:
        stride = 1
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(padding, int):
        padding = (padding, padding)
    填充值 = float('-inf') if mode == 'max' else 0.0
    X = F.pad(X, (padding[1], padding[1], padding[0], padding[0]), value=填充值)
    通道 = [pool2d(x, pool_size, mode) for x in X]
    return torch.stack(通道)[:, ::stride[0], ::stride[1]]
