# Every mode that is not max is taken for avg, no ValueError.
import torch, torch.nn.functional as F

def pool2d(X, pool_size, mode='max'):
    return pool2d_multi(X[None], pool_size, mode, (1, 1))[0]

def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    sh, sw = pool_size if stride is None else (stride, stride) if isinstance(stride, int) else stride
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    X = F.pad(X, (pw, pw, ph, ph), value=float('-inf') if mode == 'max' else 0.)
    U = X.unfold(1, pool_size[0], sh).unfold(2, pool_size[1], sw).flatten(-2)
    if mode == 'max':
        return U.max(-1)[0]
    else:
        return U.mean(-1)
