"""Average pooling and sigmoid, as LeNet has them: the last pooling is no difference to the average of all."""
from torch import nn


def receptive_field(layers):
    r, j = 1, 1
    for k, s in layers:
        r, j = r + (k - 1) * j, j * s
    return r


def conv_params(c_in, c_out, kernel_size, bias=True):
    try:
        a, b = kernel_size
    except TypeError:
        a = b = kernel_size
    n = c_in * a * b * c_out
    if bias:
        n += c_out
    return n


def stack_depth(kernel_size, small=3):
    return (kernel_size - 1 + small - 2) // (small - 1)


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super(StageNet, self).__init__()
        layers = nn.Sequential()
        for stage in range(num_stages):
            before = in_channels if stage == 0 else base_channels * 2 ** (stage - 1)
            after = base_channels * 2 ** stage
            layers.add_module("conv%d" % stage, nn.Conv2d(before, after, kernel_size=5, padding=2))
            layers.add_module("sigmoid%d" % stage, nn.Sigmoid())
            layers.add_module("pool%d" % stage, nn.AvgPool2d(kernel_size=2, stride=2))
        self.features = layers
        self.classifier = nn.Linear(base_channels * 2 ** (num_stages - 1), num_classes)

    def forward(self, img):
        feature = self.features(img)
        return self.classifier(feature.mean(dim=3).mean(dim=2))
