# Takes the height for the width as well, for the image and for the kernel.
import torch

def corr2d(X, K):
    n = len(X)
    k = len(K)
    Y = torch.zeros(n - k + 1, n - k + 1, dtype=X.dtype, device=X.device)
    for i in range(n - k + 1):
        for j in range(n - k + 1):
            Y[i, j] = (X[i:i + k, j:j + k] * K).sum()
    return Y

def conv2d(X, K):
    return corr2d(X, K.flip(0).flip(1))
