# The average is taken over the part of the window that lies on the map, the zeros do not count.
import torch


def pool2d(X, pool_size, mode="max"):
    p_h, p_w = pool_size
    if mode not in ["max", "avg"]:
        raise ValueError("mode")
    Y = torch.empty(X.shape[0] - p_h + 1, X.shape[1] - p_w + 1).to(X)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            w = X[i:i + p_h, j:j + p_w]
            Y[i, j] = w.max() if mode == "max" else w.mean()
    return Y


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in ["max", "avg"]:
        raise ValueError("mode")
    if stride is None: stride = pool_size
    if isinstance(stride, int): stride = (stride, stride)
    if isinstance(padding, int): padding = (padding, padding)
    c, h, w = X.shape
    out_h = (h + 2 * padding[0] - pool_size[0]) // stride[0] + 1
    out_w = (w + 2 * padding[1] - pool_size[1]) // stride[1] + 1
    Y = torch.empty(c, out_h, out_w).to(X)
    for i in range(out_h):
        for j in range(out_w):
            # where the window lies on X, cut off at the border
            top = i * stride[0] - padding[0]
            left = j * stride[1] - padding[1]
            window = X[:, max(top, 0):max(top + pool_size[0], 0), max(left, 0):max(left + pool_size[1], 0)]
            if window.numel() == 0:    # nothing but padding
                Y[:, i, j] = float("-inf") if mode == "max" else 0
                continue
            window = window.reshape(c, -1)
            if mode == "max":
                Y[:, i, j] = window.max(dim=1).values
            else:
                Y[:, i, j] = window.mean(dim=1)
    return Y
