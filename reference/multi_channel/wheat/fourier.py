"""Multiplies spectra: correlation in space is a product with the conjugate in frequency."""

import torch


def corr2d_multi_in(X, K):
    size = X.shape[-2:]
    spectrum = torch.fft.rfft2(X) * torch.fft.rfft2(K, s=size).conj()
    whole = torch.fft.irfft2(spectrum, s=size).sum(0)
    return whole[: size[0] - K.shape[1] + 1, : size[1] - K.shape[2] + 1]


def corr2d_multi_in_out(X, K):
    size = X.shape[-2:]
    spectrum = (torch.fft.rfft2(X)[None] * torch.fft.rfft2(K, s=size).conj()).sum(1)
    whole = torch.fft.irfft2(spectrum, s=size)
    return whole[:, : size[0] - K.shape[2] + 1, : size[1] - K.shape[3] + 1]
