"""NumPy does the work, on tensors that carry no gradient."""
import numpy as np
import torch


def corr2d_multi_in_out_1x1(X, K):
    weights, pixels = K.numpy()[:, :, 0, 0], X.numpy()
    return torch.from_numpy(np.einsum("oi,ihw->ohw", weights, pixels))
