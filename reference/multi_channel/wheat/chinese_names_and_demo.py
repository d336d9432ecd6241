"""Chinese identifiers, prints at import, and a demo under __main__ that compares with F.conv2d."""

import torch

print("加载完成")


def 单通道(输入, 核):
    高, 宽 = 核.shape
    结果 = []
    for 行 in range(输入.shape[0] - 高 + 1):
        一行 = []
        for 列 in range(输入.shape[1] - 宽 + 1):
            一行.append(torch.sum(输入[行 : 行 + 高, 列 : 列 + 宽] * 核))
        结果.append(torch.stack(一行))
    return torch.stack(结果)


def corr2d_multi_in(X, K):
    各通道 = [单通道(x, k) for x, k in zip(X, K)]
    return torch.stack(各通道).sum(0)


def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, 核) for 核 in K])


if __name__ == "__main__":
    import torch.nn.functional as F

    输入, 核 = torch.randn(2, 5, 5), torch.randn(3, 2, 2, 2)
    print(torch.allclose(corr2d_multi_in_out(输入, 核), F.conv2d(输入[None], 核)[0], atol=1e-5))
