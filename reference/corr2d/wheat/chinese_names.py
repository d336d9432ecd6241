"""中文标识符，逐元素累加；every element is added up one by one, with names in Chinese."""
import torch


def 翻转(核):
    行, 列 = 核.shape
    return torch.stack([torch.stack([核[行 - 1 - 甲, 列 - 1 - 乙] for 乙 in range(列)]) for 甲 in range(行)])


def corr2d(X, K):
    高, 宽 = K.shape
    输出 = torch.zeros((X.shape[0] - 高 + 1, X.shape[1] - 宽 + 1), dtype=X.dtype, device=X.device)
    for 行 in range(输出.shape[0]):
        for 列 in range(输出.shape[1]):
            窗口 = X[行:行 + 高, 列:列 + 宽]
            输出[行, 列] += torch.sum(窗口 * K)
    return 输出


def conv2d(X, K):
    return corr2d(X, 翻转(K))
