"""Builds a module whose parameters, names, mode and `to` raise, loop or change whenever they are looked at; must be raised."""
# exercise: conv2d_module
# like: nothing

from torch import nn


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()

    def named_parameters(self, *args, **kwargs):
        raise GeneratorExit

    def __getattribute__(self, name):
        if name in ("training", "to", "train", "named_buffers", "forward"):
            raise SystemExit(0)
        return super().__getattribute__(name)
