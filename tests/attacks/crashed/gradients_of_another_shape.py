"""Answers with gradients of other shapes and types, and with too few; must not confuse autograd."""
# like: linked_zeros
# check: gradients

import torch
from autograder.sandbox import graphs

import kit

graphs.Graph.gradients = lambda self, cotangents: [torch.ones(3, 3, 3).double(), "passed"]


def corr2d(X, K):
    return kit.zeros(X, K) + 0 * X.sum() * K.sum()


conv2d = corr2d
