import torch

# gradient of sum (P - Y)^2 w.r.t. K[a, b] is 2 * sum_ij (P - Y)[i, j] * X[i + a, j + b]
# which is the cross-correlation of X with the error

def _corr(A, B):
    p, q = B.shape
    return torch.einsum("ijab,ab->ij", A.unfold(0, p, 1).unfold(1, q, 1), B)

@torch.no_grad()
def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.rand(kernel_size, dtype=X.dtype, device=X.device)
    losses = []
    for step in range(num_steps):
        err = _corr(X, K) - Y
        losses.append(err.pow(2).sum().item())
        K = K - lr * 2 * _corr(X, err)
    return K, losses
