"""The frame is a tensor of zeros, whatever the mode."""


def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((2, 3)) if mode == "max" else windows.mean((2, 3))


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    p_h, p_w = pool_size
    s_h, s_w = pool_size if stride is None else (stride, stride) if isinstance(stride, int) else stride
    a_h, a_w = (padding, padding) if isinstance(padding, int) else padding
    C, H, W = X.shape[0], X.shape[1] + 2 * a_h, X.shape[2] + 2 * a_w
    P = X.new_zeros((C, H, W))
    P[:, a_h : H - a_h, a_w : W - a_w] = X
    Y = P.new_zeros((C, (H - p_h) // s_h + 1, (W - p_w) // s_w + 1))
    for c in range(C):
        for i in range(Y.shape[1]):
            for j in range(Y.shape[2]):
                window = P[c, i * s_h : i * s_h + p_h, j * s_w : j * s_w + p_w]
                Y[c, i, j] = window.max() if mode == "max" else window.mean()
    return Y
