"""Downloads weights and packages from wherever it can; must reach nobody."""

import urllib.request

import torch

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

for address in (
    f"http://127.0.0.1:{kit.PORT}/weights.pt",
    "https://download.pytorch.org/models/lenet.pth",
    f"file://{kit.COURSE}/reference/corr2d/solution.py",
):
    kit.attempt(address, lambda: urllib.request.urlopen(address, timeout=1).read())
    kit.attempt(f"hub {address}", torch.hub.load_state_dict_from_url, address, "/tmp", progress=False)
