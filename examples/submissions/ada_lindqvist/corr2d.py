# Ada Lindqvist, assignment 1
import torch


def corr2d(X, K):
    """Compute the 2D cross-correlation."""
    h, w = K.shape
    # zeros_like would have the wrong shape, so pass dtype and device on by hand
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype, device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def conv2d(X, K):
    # real convolution: same thing, but the kernel is turned by 180°
    return corr2d(X, torch.flip(K, dims=(0, 1)))


if __name__ == "__main__":
    import torch.nn.functional as F

    X = torch.rand(6, 8)
    K = torch.rand(2, 3)
    print((corr2d(X, K) - F.conv2d(X[None, None], K[None, None])[0, 0]).abs().max())
