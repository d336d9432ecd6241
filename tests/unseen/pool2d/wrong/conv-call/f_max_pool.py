# pool2d_multi calls the library's pooling.
import torch
import torch.nn.functional as F


def pool2d(X, pool_size, mode='max'):
    h, w = pool_size
    patches = X.unfold(0, h, 1).unfold(1, w, 1)
    if mode == 'max':
        return patches.reshape(*patches.shape[:2], -1).max(dim=-1).values
    if mode == 'avg':
        return patches.mean(dim=(2, 3))
    raise ValueError('mode must be max or avg')


def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    if mode not in ('max', 'avg'):
        raise ValueError('mode must be max or avg')
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    # pad by hand since max_pool2d does not take more than half of the kernel
    X = F.pad(X, (pw, pw, ph, ph), value=float('-inf') if mode == 'max' else 0.0)
    if mode == 'max':
        return F.max_pool2d(X.unsqueeze(0), pool_size, stride).squeeze(0)
    return F.avg_pool2d(X.unsqueeze(0), pool_size, stride).squeeze(0)
