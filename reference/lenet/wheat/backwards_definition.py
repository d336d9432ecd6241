"""Layers defined from the last to the first, a super().__init__ that comes late, start values of its own."""
from torch import nn, sigmoid
from torch.nn.functional import avg_pool2d


class LeNet(nn.Module):
    def __init__(self, classes=10):
        widths = [400, 120, 84, classes]
        super().__init__()
        self.output = nn.Linear(widths[2], widths[3])
        self.hidden2 = nn.Linear(widths[1], widths[2])
        self.hidden1 = nn.Linear(widths[0], widths[1])
        self.second = nn.Conv2d(in_channels=6, out_channels=16, kernel_size=5)
        self.first = nn.Conv2d(in_channels=1, out_channels=6, kernel_size=5, padding="same")
        self.apply(self.start)

    @staticmethod
    def start(m):
        if type(m) in (nn.Linear, nn.Conv2d):
            nn.init.xavier_uniform_(m.weight)

    def forward(self, x, verbose=False):
        for conv in (self.first, self.second):
            x = avg_pool2d(sigmoid(conv(x)), kernel_size=2, stride=2)
            if verbose:
                print(x.shape)
        x = x.reshape(len(x), 400)
        for layer in (self.hidden1, self.hidden2):
            x = sigmoid(layer(x))
        return self.output(x)
