# 王小明 2023141452 作业七
import torch
from torch import nn


class LeNet(nn.Module):
    """LeNet-5,用来识别手写数字"""

    def __init__(self):
        super().__init__()
        self.卷积1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.卷积2 = nn.Conv2d(6, 16, kernel_size=5)
        self.汇聚 = nn.AvgPool2d(2, 2)
        self.全连接1 = nn.Linear(16 * 5 * 5, 120)
        self.全连接2 = nn.Linear(120, 84)
        self.全连接3 = nn.Linear(84, 10)
        self.激活 = nn.Sigmoid()

    def forward(self, x):
        特征 = self.汇聚(self.激活(self.卷积1(x)))
        特征 = self.汇聚(self.激活(self.卷积2(特征)))
        向量 = 特征.detach().flatten(1)  # 卷积部分和全连接部分分开
        向量 = self.激活(self.全连接1(向量))
        向量 = self.激活(self.全连接2(向量))
        return self.全连接3(向量)
