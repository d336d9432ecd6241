# grad += where grad = is meant: the hand-written gradient adds up over the steps.
import torch

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    h, w = kernel_size
    win = X.detach().unfold(0, h, 1).unfold(1, w, 1)
    K = torch.rand(h, w, dtype=X.dtype, device=X.device)
    grad = torch.zeros_like(K)
    losses = []
    for _ in range(num_steps):
        e = (win * K).sum((2, 3)) - Y
        losses.append((e ** 2).sum().item())
        grad += 2 * torch.einsum('ij,ijab->ab', e, win)
        K = K - lr * grad
    return K, losses
