"""Never convolves forwards: the result is the gradient of a transposed convolution; must be found out."""
# like: convolution
# check: no_conv_call

import torch


def corr2d(X, K):
    Y = torch.zeros(1, 1, X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1, dtype=X.dtype, requires_grad=True)
    spread = torch.nn.grad.conv2d_input(X[None, None].shape, K[None, None], Y)
    return torch.autograd.grad(spread, Y, X[None, None], create_graph=True)[0][0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
