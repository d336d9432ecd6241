"""Returns an object that is equal to everything and of every shape; must not pass for a tensor."""

import torch


class AlwaysEqual:
    shape, dtype, requires_grad, layout, device = torch.Size([2, 2]), torch.float32, True, torch.strided, "cpu"

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return lambda *args, **kwargs: self

    __hash__ = object.__hash__


def corr2d(X, K):
    return AlwaysEqual()


conv2d = corr2d
