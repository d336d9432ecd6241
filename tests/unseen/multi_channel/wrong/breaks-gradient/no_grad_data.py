# Works on X.data and K.data ("faster"), so no gradient flows.
import torch

def _c(X, K):
    return torch.einsum('cijab,ocab->oij', X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1), K)

def corr2d_multi_in(X, K):
    return _c(X.data, K.data[None])[0]

def corr2d_multi_in_out(X, K):
    return _c(X.data, K.data)
