# The loss is computed again after the step, and that one is recorded.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)

    def loss_fn():
        return ((F.conv2d(X[None, None], K[None, None])[0, 0] - Y) ** 2).sum()

    opt = torch.optim.SGD([K], lr=lr)
    losses = []
    for _ in range(num_steps):
        opt.zero_grad()
        loss_fn().backward()
        opt.step()
        losses.append(loss_fn().item())
    return K.detach(), losses
