# The average divides by the number of real elements under the window, as with count_include_pad=False.
# 汇聚层（池化）：把窗口里每个位置的切片堆叠起来，再取最大值或平均值
import torch
from torch.nn import functional as F


def 窗口切片(X, 高, 宽, 步高, 步宽):
    """返回一个列表，每个元素是窗口中某一位置在所有输出上的值"""
    H, W = X.shape[-2:]
    输出高 = (H - 高) // 步高 + 1
    输出宽 = (W - 宽) // 步宽 + 1
    结果 = []
    for a in range(高):
        for b in range(宽):
            结果.append(X[..., a:a + (输出高 - 1) * 步高 + 1:步高, b:b + (输出宽 - 1) * 步宽 + 1:步宽])
    return 结果


def 汇总(切片, mode):
    堆 = torch.stack(切片)
    if mode == "max":
        return 堆.max(dim=0)[0]
    elif mode == "avg":
        return 堆.sum(dim=0) / len(切片)
    else:
        raise ValueError("mode 只能是 max 或 avg")


def pool2d(X, pool_size, mode="max"):
    return 汇总(窗口切片(X, pool_size[0], pool_size[1], 1, 1), mode)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if stride is None:          # 默认步幅等于窗口大小
        stride = pool_size
    if type(stride) is int:
        stride = [stride] * 2
    if type(padding) is int:
        padding = [padding] * 2
    # 最大汇聚用负无穷填充，平均汇聚用零填充
    填充值 = -float("inf") if mode == "max" else 0
    原 = X
    X = F.pad(X, (padding[1], padding[1], padding[0], padding[0]), "constant", 填充值)
    if mode == "avg":
        掩码 = F.pad(torch.ones_like(原), (padding[1], padding[1], padding[0], padding[0]))
        个数 = sum(窗口切片(掩码, *pool_size, *stride))
        return sum(窗口切片(X, *pool_size, *stride)) / 个数
    return 汇总(窗口切片(X, *pool_size, *stride), mode)


print("pool2d 已加载")
