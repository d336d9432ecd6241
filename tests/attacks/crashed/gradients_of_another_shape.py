"""Answers with gradients of other shapes and types, and with too few; must not confuse autograd."""
# like: linked_zeros
# check: gradients

import torch
from autograder.sandbox import executor

import kit

executor._Graph.gradients = lambda self, outputs, cotangents: [torch.ones(3, 3, 3).double(), "passed"]


def corr2d(X, K):
    return kit.zeros(X, K) + 0 * X.sum() * K.sum()


conv2d = corr2d
