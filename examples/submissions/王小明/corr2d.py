# 王小明 2023141452 作业一
import torch


def corr2d(X, K):
    """二维互相关运算"""
    高, 宽 = K.shape
    核 = K.detach()  # 卷积核是常数,不需要梯度
    行数, 列数 = X.shape[0] - 高 + 1, X.shape[1] - 宽 + 1
    结果 = []
    for i in range(行数):
        一行 = []
        for j in range(列数):
            一行.append((X[i:i + 高, j:j + 宽] * 核).sum())
        结果.append(torch.stack(一行))
    return torch.stack(结果)


def conv2d(X, K):
    """严格的卷积:先把核上下、左右翻转"""
    return corr2d(X, torch.flip(K, [0, 1]))
