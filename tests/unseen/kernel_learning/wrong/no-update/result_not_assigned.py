# K - lr * grad is computed and goes nowhere.
import torch

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    h, w = kernel_size
    A = X.unfold(0, h, 1).unfold(1, w, 1)
    K = torch.randn(h, w, dtype=X.dtype, device=X.device)
    losses = []
    for _ in range(num_steps):
        E = torch.einsum('ijab,ab->ij', A, K) - Y
        losses.append((E ** 2).sum().item())
        g = 2 * torch.einsum('ijab,ij->ab', A, E)
        new_K = K - lr * g      # 更新
    return K, losses
