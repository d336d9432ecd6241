import torch

def conv2d(X, K):
    """convolution theorem, then cut the valid part"""
    H, W = X.shape
    h, w = K.shape
    size = (H + h - 1, W + w - 1)
    full = torch.fft.irfft2(torch.fft.rfft2(X, s=size) * torch.fft.rfft2(K, s=size), s=size)
    return full[h - 1:H, w - 1:W]

def corr2d(X, K):
    return conv2d(X, K.flip([0, 1]))
