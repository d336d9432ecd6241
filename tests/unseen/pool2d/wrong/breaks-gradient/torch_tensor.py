# The results are collected in lists and made into a new tensor by torch.tensor, without history.
import torch

def pool2d(X, pool_size, mode="max"):
    p_h, p_w = pool_size
    if mode == "max": op = torch.max
    elif mode == "avg": op = torch.mean
    else: raise ValueError("mode is max or avg")
    return torch.tensor([[float(op(X[i:i + p_h, j:j + p_w])) for j in range(X.shape[1] - p_w + 1)]
                         for i in range(X.shape[0] - p_h + 1)], dtype=X.dtype, device=X.device)

def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if stride is None: stride = pool_size
    s = stride if not isinstance(stride, int) else (stride, stride)
    p = padding if not isinstance(padding, int) else (padding, padding)
    xs = torch.nn.functional.pad(X, (p[1], p[1], p[0], p[0]), value=float("-inf") if mode == "max" else 0)
    return torch.stack([pool2d(x, pool_size, mode)[::s[0], ::s[1]] for x in xs])
