"""A torch.autograd.Function with its own backward pass."""

import torch


class _Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx, W, P):
        ctx.save_for_backward(W, P)
        return W @ P

    @staticmethod
    def backward(ctx, G):
        W, P = ctx.saved_tensors
        return G @ P.t(), W.t() @ G


def corr2d_multi_in_out_1x1(X, K):
    Y = _Mix.apply(K.flatten(1), X.flatten(1))
    return Y.reshape((K.shape[0],) + tuple(X.shape[1:]))
