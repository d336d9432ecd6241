"""Imports the module, not the name, and folds the maps with functools.reduce."""

import operator
from functools import reduce

import corr2d as previous
import torch as th


def corr2d_multi_in(X, K):
    return reduce(operator.add, map(previous.corr2d, X, K))


def corr2d_multi_in_out(X, K):
    return th.stack(list(map(lambda kernel: corr2d_multi_in(X, kernel), K)), dim=0)
