import torch
import torch.nn.functional as F

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.randn(kernel_size, dtype=X.dtype, requires_grad=True)
    losses = []
    for i in range(num_steps):
        Y_hat = F.conv2d(X[None, None], K[None, None])[0, 0]
        loss = ((Y_hat - Y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            K -= lr * K.grad
            K.grad.zero_()
        losses.append(loss.item())
        print('step', i, 'loss', loss.item())
    return K.detach(), losses
