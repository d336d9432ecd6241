"""The convolution theorem: both functions by FFT, the valid part cut out of the full one."""

import torch


def conv2d(X, K):
    H, W = X.shape
    h, w = K.shape
    size = (H + h - 1, W + w - 1)
    full = torch.fft.irfft2(torch.fft.rfft2(X, s=size) * torch.fft.rfft2(K, s=size), s=size)
    return full[h - 1:H, w - 1:W]


def corr2d(X, K):
    return conv2d(X, torch.flip(K, (0, 1)))
