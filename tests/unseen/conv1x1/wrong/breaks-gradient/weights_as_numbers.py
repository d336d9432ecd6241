# The weights are taken out with .item(): gradients reach X and not K.
import torch

def corr2d_multi_in_out_1x1(X, K):
    maps = []
    for o in range(K.shape[0]):
        m = torch.zeros_like(X[0])
        for i in range(X.shape[0]):
            m = m + K[o, i, 0, 0].item() * X[i]
        maps.append(m)
    return torch.stack(maps)
