import torch
from torch import Tensor

def _patches(X: Tensor, h: int, w: int) -> Tensor:
    return X.unfold(-2, h, 1).unfold(-2, w, 1)

def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("cyxuv,cuv->yx", _patches(X, *K.shape[-2:]), K)

def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    return torch.einsum("cyxuv,ocuv->oyx", _patches(X, *K.shape[-2:]), K)
