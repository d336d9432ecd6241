"""Returns an object that says that it is a Tensor; must not be taken for one."""

import torch


class Liar:
    @property
    def __class__(self):
        return torch.Tensor

    layout, dtype, shape = torch.strided, torch.float32, (2, 2)

    def dim(self):
        return 2

    def detach(self):
        return self


def corr2d(X, K):
    return Liar()


conv2d = corr2d
