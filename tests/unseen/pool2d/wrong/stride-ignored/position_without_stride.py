# The size of the output knows the stride, but the windows move by 1.
import torch


def pool2d(X, pool_size, mode='max'):
    p_h, p_w = pool_size
    if mode not in ('max', 'avg'):
        raise ValueError(f"unknown mode {mode!r}")
    # new_zeros keeps dtype and device of X
    Y = X.new_zeros((X.shape[0] - p_h + 1, X.shape[1] - p_w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            if mode == 'max':
                Y[i, j] = X[i: i + p_h, j: j + p_w].max()
            elif mode == 'avg':
                Y[i, j] = X[i: i + p_h, j: j + p_w].mean()
    return Y


def pool2d_multi(X, pool_size, mode='max', stride=None, padding=(0, 0)):
    p_h, p_w = pool_size
    if mode not in ('max', 'avg'):
        raise ValueError(f"unknown mode {mode!r}")
    if stride is None:
        stride = pool_size
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(padding, int):
        padding = (padding, padding)
    s_h, s_w = stride
    a_h, a_w = padding
    C, H, W = X.shape

    fill = float('-inf') if mode == 'max' else 0.0
    P = torch.full((C, H + 2 * a_h, W + 2 * a_w), fill, dtype=X.dtype, device=X.device)
    P[:, a_h:a_h + H, a_w:a_w + W] = X

    out_h = (H + 2 * a_h - p_h) // s_h + 1
    out_w = (W + 2 * a_w - p_w) // s_w + 1
    Y = torch.zeros(C, out_h, out_w, dtype=X.dtype, device=X.device)
    for c in range(C):
        for i in range(out_h):
            for j in range(out_w):
                window = P[c, i:i + p_h, j:j + p_w]
                Y[c, i, j] = window.max() if mode == 'max' else window.mean()
    return Y


if __name__ == '__main__':
    X = torch.arange(9.0).reshape(3, 3)
    print(pool2d(X, (2, 2)))
    print(torch.nn.functional.max_pool2d(X[None, None], 2, 1))
