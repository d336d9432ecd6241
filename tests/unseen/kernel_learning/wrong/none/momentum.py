# SGD with momentum 0.9 is not plain gradient descent.
import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)
    opt = torch.optim.SGD([K], lr=lr, momentum=0.9)
    losses = []
    for _ in range(num_steps):
        opt.zero_grad()
        loss = ((F.conv2d(X[None, None], K[None, None])[0, 0] - Y) ** 2).sum()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return K.detach(), losses
