import torch
import torch.nn.functional as F
from torch import Tensor

def learn_kernel(X: Tensor, Y: Tensor, kernel_size: tuple[int, int],
                 num_steps: int = 10, lr: float = 3e-2) -> tuple[Tensor, list[float]]:
    h, w = kernel_size
    kernel = torch.randn(h, w, dtype=X.dtype, device=X.device, requires_grad=True)
    opt = torch.optim.SGD([kernel], lr=lr)
    losses: list[float] = []
    for _ in range(num_steps):
        opt.zero_grad()
        pred = F.conv2d(X[None, None], kernel[None, None])[0, 0]
        loss = F.mse_loss(pred, Y, reduction="sum")
        loss.backward()
        losses.append(float(loss))
        opt.step()
    return kernel.detach(), losses
