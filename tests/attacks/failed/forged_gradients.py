"""Says that there is a graph, and answers with gradients of its own making; must not pass the derivative."""
# like: cut
# check: gradients

import torch
from autograder.sandbox import graphs

import kit

graphs.Graph.gradients = lambda self, cotangents: [torch.ones_like(each) for each in self.inputs]


def corr2d(X, K):
    return kit.zeros(X, K) + X.sum() * K.sum()


conv2d = corr2d
