"""Changes what torch, numpy and Python do by default, hoping that it sticks for whoever is next; that must be nobody."""

import decimal
import gc
import locale
import random
import sys
import warnings

import numpy
import torch

from kit import convolve as conv2d
from kit import correlate as corr2d

torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=1)
torch.autograd.set_detect_anomaly(True)
torch.use_deterministic_algorithms(True)
torch.nn.Module.__call__ = torch.Tensor.backward = torch.optim.SGD.step = None
torch.nn.functional.conv2d = torch.nn.Conv2d = torch.nn.Linear = None
numpy.seterr(all="raise")
warnings.simplefilter("error")
decimal.getcontext().prec = 1
locale.setlocale(locale.LC_ALL, "C")
random.random = numpy.random.rand = lambda *_: 0.5
gc.disable()
sys.setrecursionlimit(10**6)
sys.set_int_max_str_digits(0)
