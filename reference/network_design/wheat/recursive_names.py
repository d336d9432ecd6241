"""中文变量名，递归，权重归一化，不带偏置的全连接层。"""
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm


def receptive_field(layers):
    if not layers:
        return 1
    (核, 步), *其余 = layers
    return (receptive_field(其余) - 1) * 步 + 核


def conv_params(c_in, c_out, kernel_size, bias=True):
    高, 宽 = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    权重 = 高 * 宽 * c_in * c_out
    return 权重 + [0, c_out][bool(bias)]


def stack_depth(kernel_size, small=3):
    if kernel_size <= 1:
        return 0
    return 1 + stack_depth(kernel_size - (small - 1), small)


class 阶段(nn.Module):
    def __init__(self, 输入通道, 输出通道):
        super().__init__()
        self.卷积 = weight_norm(nn.Conv2d(输入通道, 输出通道, 3, 1, 1))
        self.激活 = nn.PReLU()
        self.汇聚 = nn.MaxPool2d(2)

    def forward(self, x):
        return self.汇聚(self.激活(self.卷积(x)))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        通道 = [in_channels] + [base_channels * pow(2, i) for i in range(num_stages)]
        self.各阶段 = nn.Sequential(*[阶段(通道[i], 通道[i + 1]) for i in range(num_stages)])
        self.输出 = nn.Linear(通道[-1], num_classes, bias=False)

    def forward(self, x):
        x = self.各阶段(x)
        return self.输出(x.sum(dim=(2, 3)) / (x.shape[2] * x.shape[3]))
