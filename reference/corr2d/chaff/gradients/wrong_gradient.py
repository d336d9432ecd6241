"""A backward of its own, which forgets to turn the kernel."""
import torch


class Correlation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, K):
        ctx.save_for_backward(X, K)
        return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))

    @staticmethod
    def backward(ctx, G):
        X, K = ctx.saved_tensors
        h, w = K.shape
        padded = torch.nn.functional.pad(G, (w - 1, w - 1, h - 1, h - 1))
        X_gradient = (padded.unfold(0, h, 1).unfold(1, w, 1) * K).sum((2, 3))
        return X_gradient, (X.unfold(0, G.shape[0], 1).unfold(1, G.shape[1], 1) * G).sum((2, 3))


def corr2d(X, K):
    return Correlation.apply(X, K)


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
