"""torch.autograd.grad, loops over the kernel's entries, and losses in a tuple."""
import torch


def predict(X, K, shape):
    out = torch.zeros(shape, dtype=X.dtype)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            out = out + K[a, b] * X[a : a + shape[0], b : b + shape[1]]
    return out


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2, verbose=False):
    K = torch.empty(kernel_size, dtype=X.dtype).uniform_(-1, 1)
    losses = ()
    for step in range(num_steps):
        K = K.detach().requires_grad_(True)
        loss = torch.sum(torch.pow(predict(X, K, Y.shape) - Y, 2))
        (grad,) = torch.autograd.grad(loss, [K])
        K = K - lr * grad
        losses = losses + (loss.item(),)
        if verbose:
            print(step, loss.item())
    return K.detach(), losses
