"""Returns memory that it never wrote, in case the right result was there before; must find nothing of use there."""
# like: zeros
# check: values

import torch


def corr2d(X, K):
    return torch.empty(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1, dtype=X.dtype)


conv2d = corr2d
