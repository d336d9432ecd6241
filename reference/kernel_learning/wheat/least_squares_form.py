"""im2col: the windows are the rows of a matrix, and the kernel is a vector of unknowns."""
import torch as th
from torch.nn.functional import unfold


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    A = unfold(X[None, None], kernel_size)[0].T
    y = Y.reshape(-1)
    k = th.randn(A.shape[1], dtype=A.dtype)
    history = []
    for _ in range(num_steps):
        r = A @ k - y
        history.append(th.dot(r, r).item())
        k -= lr * 2 * (A.t() @ r)
    return k.reshape(kernel_size), history
