"""外积逐个相加；one outer product per input channel, summed up, with names in Chinese."""
import torch


def 展平(张量):
    return 张量.reshape(张量.shape[0], -1)


def corr2d_multi_in_out_1x1(X, K):
    输入, 权重 = 展平(X), 展平(K)
    结果 = torch.zeros((权重.shape[0], 输入.shape[1]), dtype=X.dtype, device=X.device)
    for 通道 in range(输入.shape[0]):
        结果 += torch.outer(权重[:, 通道], 输入[通道])
    return 结果.reshape(-1, X.shape[1], X.shape[2])
