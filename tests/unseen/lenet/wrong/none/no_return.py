# forward returns nothing.
# LeNet：卷积部分 + 全连接部分
from torch import nn


def 卷积块(输入通道, 输出通道, 填充=0):
    """卷积 -> sigmoid -> 平均汇聚"""
    return [nn.Conv2d(输入通道, 输出通道, 5, padding=填充), nn.Sigmoid(), nn.AvgPool2d(2)]


class LeNet(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        # 先定义分类器，再定义特征提取，顺序无所谓
        self.分类器 = nn.Sequential(
            nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10)
        )
        self.特征 = nn.Sequential(*卷积块(1, 6, 2), *卷积块(6, 16))

    def forward(self, x):
        特征图 = self.特征(x)
        self.分类器(特征图.flatten(start_dim=1))


print(LeNet())
