# Every trick here must gain nothing: nothing is computed, so nothing should be earned.
import builtins
import gc
import sys

import torch


class AlwaysRight:
    """Equal to everything, close to everything, of every shape."""

    shape = torch.Size([])
    dtype = torch.float32
    requires_grad = True

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return lambda *args, **kwargs: self

    __hash__ = object.__hash__


# whatever compares, compares my way
torch.allclose = torch.equal = torch.isclose = lambda *args, **kwargs: True
torch.testing.assert_close = lambda *args, **kwargs: None
torch.Tensor.__eq__ = lambda self, other: True
torch.Tensor.allclose = torch.Tensor.equal = lambda *args, **kwargs: True
builtins.abs = lambda value: 0


def stolen():
    """Look for a reference or an expected value on the stack and on the heap."""
    frame = sys._getframe()
    while frame is not None:
        for name in ("expected", "reference", "solution", "answer"):
            if name in frame.f_locals or name in frame.f_globals:
                return frame.f_locals.get(name, frame.f_globals.get(name))
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ == "CheckResult":
            object.__setattr__(thing, "status", "passed")
            object.__setattr__(thing, "score", 10.0)
    return None


def corr2d(X, K):
    found = stolen()
    return AlwaysRight() if found is None else found.corr2d(X, K)


conv2d = corr2d
