import torch

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    # 把图像展开成矩阵 A (每行一个窗口), 预测就是 A @ k
    h, w = kernel_size
    A = X.unfold(0, h, 1).unfold(1, w, 1).reshape(-1, h * w)
    y = Y.reshape(-1)
    k = 0.1 * torch.randn(h * w).to(X)
    losses = list()
    n = 0
    while n < num_steps:
        r = torch.mv(A, k) - y
        losses.append(torch.dot(r, r).item())
        k = k - lr * (2 * torch.mv(A.T, r))
        n += 1
    return k.reshape(h, w), losses
