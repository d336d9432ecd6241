# The biases are counted even if bias is False.
# 网络设计：感受野、参数量、堆叠深度、分阶段网络（残差）
import torch
from torch import nn


def receptive_field(layers):
    """感受野：每一层的贡献是 (k-1) 乘以它前面所有步幅之积"""
    感受野 = 1
    for i in range(len(layers)):
        步幅积 = 1
        for j in range(i):
            步幅积 = 步幅积 * layers[j][1]
        感受野 = 感受野 + (layers[i][0] - 1) * 步幅积
    return 感受野


def conv_params(c_in, c_out, kernel_size, bias=True):
    try:
        h, w = kernel_size
    except TypeError:      # 是整数
        h = w = kernel_size
    权重 = c_in * c_out * h * w
    偏置 = c_out
    return 权重 + 偏置


def stack_depth(kernel_size, small=3):
    # 向上取整
    return (kernel_size - 1 + small - 2) // (small - 1)


class 残差阶段(nn.Module):
    def __init__(self, 输入, 输出):
        super().__init__()
        self.卷积1 = nn.Conv2d(输入, 输出, 3, stride=2, padding=1, bias=False)
        self.归一1 = nn.BatchNorm2d(输出)
        self.卷积2 = nn.Conv2d(输出, 输出, 3, padding=1, bias=False)
        self.归一2 = nn.BatchNorm2d(输出)
        self.捷径 = nn.Conv2d(输入, 输出, 1, stride=2)     # 1x1 卷积

    def forward(self, x):
        y = torch.relu(self.归一1(self.卷积1(x)))
        y = self.归一2(self.卷积2(y))
        return torch.relu(y + self.捷径(x))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.主干 = nn.Sequential()
        通道 = in_channels
        下一个 = base_channels
        for k in range(num_stages):
            self.主干.add_module(f"阶段{k + 1}", 残差阶段(通道, 下一个))
            通道 = 下一个
            下一个 = 下一个 * 2
        self.全连接 = nn.Linear(通道, num_classes)

    def forward(self, x):
        x = self.主干(x)
        x = x.flatten(2).mean(-1)        # 全局平均汇聚
        return self.全连接(x)


print("感受野:", receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)]))
