"""Chinese identifiers, prints at import, and a demo under __main__ that compares with F.max_pool2d."""

import torch
import torch.nn.functional as F

print("池化练习")

归约 = {"max": lambda 窗口: 窗口.amax(dim=(-2, -1)), "avg": lambda 窗口: 窗口.mean(dim=(-2, -1))}
填充值 = {"max": float("-inf"), "avg": 0.0}


def 成对(值):
    return (值, 值) if isinstance(值, int) else tuple(值)


def 检查(mode):
    if mode not in 归约:
        raise ValueError(f"未知的模式：{mode}")


def pool2d(X, pool_size, mode="max"):
    检查(mode)
    return 归约[mode](X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1))


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    检查(mode)
    步高, 步宽 = 成对(pool_size if stride is None else stride)
    上, 左 = 成对(padding)
    输入 = F.pad(X, (左, 左, 上, 上), value=填充值[mode])
    各通道 = []
    for 通道 in 输入:
        各通道.append(归约[mode](通道.unfold(0, pool_size[0], 步高).unfold(1, pool_size[1], 步宽)))
    return torch.stack(各通道)


if __name__ == "__main__":
    例子 = torch.randn(2, 6, 6)
    print(torch.equal(pool2d_multi(例子, (2, 2)), F.max_pool2d(例子, 2)))
