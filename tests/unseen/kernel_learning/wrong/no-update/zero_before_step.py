# zero_grad stands between backward and step, so step has nothing to do.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.rand(kernel_size, dtype=X.dtype, device=X.device).requires_grad_()
    sgd = torch.optim.SGD([kernel], lr)
    losses = []
    for _ in range(num_steps):
        P = F.conv2d(X[None, None], kernel[None, None]).squeeze(0).squeeze(0)
        loss = torch.sum((P - Y) ** 2)
        loss.backward()
        sgd.zero_grad()
        sgd.step()
        losses.append(loss.item())
    return kernel.detach(), losses
