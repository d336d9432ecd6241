import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    # 先遍历 X 和 K 的第 0 维 (通道维), 再把它们加在一起
    return sum(corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi_in_out(X, K):
    # 迭代 K 的第 0 维, 每次对输入 X 执行互相关运算, 最后叠加在一起
    return torch.stack([corr2d_multi_in(X, k) for k in K], 0)


if __name__ == '__main__':
    X = torch.tensor([[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]],
                      [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]])
    K = torch.tensor([[[0.0, 1.0], [2.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]]])
    print(corr2d_multi_in(X, K))
    K = torch.stack((K, K + 1, K + 2), 0)
    print(K.shape, corr2d_multi_in_out(X, K))
