# The mean is computed with a library convolution whose kernel is 1 / (p_h * p_w).
import torch
from torch.nn.functional import conv2d, pad


def pool2d(X, pool_size, mode='max'):
    return pool2d_multi(X.unsqueeze(0), pool_size, mode, stride=1)[0]


def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    stride = pool_size if stride is None else stride
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(padding, int):
        padding = (padding, padding)
    kh, kw = pool_size
    if mode == 'avg':
        kernel = torch.ones(1, 1, kh, kw, dtype=X.dtype, device=X.device) / (kh * kw)
        return conv2d(X[:, None], kernel, stride=tuple(stride), padding=tuple(padding))[:, 0]
    elif mode == 'max':
        X = pad(X, (padding[1], padding[1], padding[0], padding[0]), value=float('-inf'))
        w = X.unfold(1, kh, stride[0]).unfold(2, kw, stride[1])
        return w.amax((-1, -2))
    raise ValueError(mode)
