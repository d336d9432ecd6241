"""NumPy multiplies, the result comes back without a graph."""
import numpy as np
import torch


def corr2d_multi_in_out_1x1(X, K):
    Y = np.tensordot(K.detach().cpu().numpy()[:, :, 0, 0], X.detach().cpu().numpy(), axes=1)
    return torch.from_numpy(Y)
