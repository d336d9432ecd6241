"""中文变量名；先在外面补零，再卷积；展平用 unflatten 的反面。"""
import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.补零 = nn.ZeroPad2d(2)
        self.卷积一, self.卷积二 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.汇聚 = nn.AvgPool2d(2)
        self.全连接 = nn.ModuleDict({"一": nn.Linear(400, 120), "二": nn.Linear(120, 84), "三": nn.Linear(84, 10)})

    def forward(self, 输入):
        特征 = self.汇聚(torch.sigmoid(self.卷积一(self.补零(输入))))
        特征 = self.汇聚(torch.sigmoid(self.卷积二(特征)))
        行 = torch.stack([每一个.ravel() for 每一个 in 特征])
        行 = torch.sigmoid(self.全连接["一"](行))
        行 = torch.sigmoid(self.全连接["二"](行))
        return self.全连接["三"](行)
