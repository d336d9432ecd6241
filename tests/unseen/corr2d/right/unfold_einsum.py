import torch
from torch import Tensor

def _windows(img: Tensor, kh: int, kw: int) -> Tensor:
    return img.unfold(0, kh, 1).unfold(1, kw, 1)   # (out_h, out_w, kh, kw)

def corr2d(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("ijab,ab->ij", _windows(X, *K.shape), K)

def conv2d(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("ijab,ab->ij", _windows(X, *K.shape), K.flip(0).flip(1))
