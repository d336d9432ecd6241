import torch


def corr2d(X, K):
    """二维互相关运算"""
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype, device=X.device)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            # 逐元素相乘再求和
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def conv2d(X, K):
    # 严格意义的卷积: 先把核上下左右都翻转
    return corr2d(X, torch.flip(K, dims=[0, 1]))


if __name__ == '__main__':
    import torch.nn.functional as F
    X = torch.arange(9.0).reshape(3, 3)
    K = torch.arange(4.0).reshape(2, 2)
    print(corr2d(X, K))
    print(F.conv2d(X[None, None], K[None, None]))
