# The library convolution under another name, bound when the module loads.
import torch

_slide = torch.nn.functional.conv2d

def corr2d(X, K):
    Y = _slide(X[None, None], K[None, None])
    return Y[0, 0]

def conv2d(X, K):
    return _slide(X[None, None], K.flip(0, 1)[None, None])[0, 0]
