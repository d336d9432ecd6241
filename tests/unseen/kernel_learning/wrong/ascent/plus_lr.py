# Adds the gradient: the loss is climbed.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)
    losses = []
    for _ in range(num_steps):
        loss = (F.conv2d(X[None, None], K[None, None])[0, 0] - Y).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            K += lr * K.grad
            K.grad.zero_()
        losses.append(loss.item())
    return K.detach(), losses
