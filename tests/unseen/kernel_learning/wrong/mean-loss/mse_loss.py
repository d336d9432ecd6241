# F.mse_loss averages over the elements.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)
    opt = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(num_steps):
        opt.zero_grad()
        loss = F.mse_loss(F.conv2d(X[None, None], kernel[None, None])[0, 0], Y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return kernel.detach(), losses
