"""多输入多输出通道"""
import torch

class ChannelCorr:
    """One object per kernel bank."""
    def __init__(self, bank):
        self.bank = bank
        self.h, self.w = bank.shape[2], bank.shape[3]

    def __call__(self, X):
        oh, ow = X.shape[1] - self.h + 1, X.shape[2] - self.w + 1
        total = None
        for u in range(self.h):
            for v in range(self.w):
                term = torch.tensordot(self.bank[:, :, u, v], X[:, u:u + oh, v:v + ow], dims=([1], [0]))
                total = term if total is None else total + term
        return total

def corr2d_multi_in(X, K, debug=False):
    if debug:
        print(X.shape, K.shape)
    return ChannelCorr(K[None])(X)[0]

def corr2d_multi_in_out(X, K):
    return ChannelCorr(K)(X)
