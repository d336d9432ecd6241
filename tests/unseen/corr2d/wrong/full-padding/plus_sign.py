# Size computed with a plus (H + h - 1) and the missing pixels taken as zero.
import torch

def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    Y = torch.zeros(H + h - 1, W + w - 1, dtype=X.dtype, device=X.device)
    for i in range(H + h - 1):
        for j in range(W + w - 1):
            for a in range(h):
                for b in range(w):
                    r, c = i + a - h + 1, j + b - w + 1
                    if 0 <= r < H and 0 <= c < W:
                        Y[i, j] = Y[i, j] + X[r, c] * K[a, b]
    return Y

def conv2d(X, K):
    return corr2d(X, torch.flip(K, [0, 1]))
