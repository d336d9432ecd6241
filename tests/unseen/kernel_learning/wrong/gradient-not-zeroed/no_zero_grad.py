# optimizer.zero_grad() is never called, so the gradients pile up.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)
    optimizer = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(num_steps):
        loss = ((F.conv2d(X[None, None], kernel[None, None])[0, 0] - Y) ** 2).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return kernel.detach(), losses
