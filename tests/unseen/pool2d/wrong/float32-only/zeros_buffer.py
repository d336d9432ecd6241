# The buffers are float32 whatever the dtype of X.
import torch

def pool2d(X, pool_size, mode="max"):
    p_h, p_w = pool_size
    Y = torch.zeros((X.shape[0] - p_h + 1, X.shape[1] - p_w + 1), device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            if mode == "max":
                Y[i, j] = X[i:i + p_h, j:j + p_w].max()
            elif mode == "avg":
                Y[i, j] = X[i:i + p_h, j:j + p_w].mean()
            else:
                raise ValueError(mode)
    return Y

def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    stride = pool_size if stride is None else stride
    if isinstance(stride, int): stride = (stride,) * 2
    if isinstance(padding, int): padding = (padding,) * 2
    C, H, W = X.shape
    P = torch.zeros((C, H + 2 * padding[0], W + 2 * padding[1]), device=X.device)
    if mode == "max":
        P -= float("inf")
    P[:, padding[0]:padding[0] + H, padding[1]:padding[1] + W] = X
    return torch.stack([pool2d(p, pool_size, mode)[::stride[0], ::stride[1]] for p in P])
