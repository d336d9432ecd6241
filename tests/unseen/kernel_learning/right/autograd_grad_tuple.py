import torch

def predict(X, K):
    h, w = K.shape
    oh, ow = X.shape[0] - h + 1, X.shape[1] - w + 1
    out = torch.zeros(oh, ow, dtype=X.dtype, device=X.device)
    for a in range(h):
        for b in range(w):
            out = out + K[a, b] * X[a:a + oh, b:b + ow]
    return out

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=0.03):
    K = torch.empty(*kernel_size, dtype=X.dtype, device=X.device).normal_()
    history = ()
    for _ in range(num_steps):
        K.requires_grad_(True)
        loss = torch.sum(torch.square(predict(X, K) - Y))
        (g,) = torch.autograd.grad(loss, K)
        history += (loss.item(),)
        K = (K - lr * g).detach()
    return K.detach(), history

if __name__ == '__main__':
    torch.manual_seed(0)
    X = torch.ones(6, 8); X[:, 2:6] = 0
    print(learn_kernel(X, predict(X, torch.tensor([[1.0, -1.0]])), (1, 2), 20))
