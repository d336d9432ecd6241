# Loss and gradient are divided by the number of output elements.
import torch

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    h, w = kernel_size
    A = X.unfold(0, h, 1).unfold(1, w, 1).reshape(-1, h * w)
    b = Y.reshape(-1)
    n = b.shape[0]
    k = torch.randn(h * w, dtype=X.dtype, device=X.device)
    losses = []
    for _ in range(num_steps):
        r = A @ k - b
        losses.append(float((r ** 2).sum() / n))
        k = k - lr * 2 / n * (A.T @ r)
    return k.reshape(h, w), losses
