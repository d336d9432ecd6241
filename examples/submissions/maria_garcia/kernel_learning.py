# María García - Tarea 3
import torch
import torch.nn.functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.randn(kernel_size, dtype=X.dtype, requires_grad=True)
    losses = []
    for paso in range(num_steps):
        Y_hat = F.conv2d(X[None, None], K[None, None])[0, 0]
        loss = torch.sum((Y_hat - Y) ** 2)
        grad, = torch.autograd.grad(loss, K)
        K = (K - lr * grad).detach().requires_grad_(True)
        losses.append(loss.item())
    return K.detach(), losses
