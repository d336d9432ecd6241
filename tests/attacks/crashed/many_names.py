"""Says that it called hundreds of thousands of functions with long names; must not keep the grader busy."""
# like: convolution
# check: no_conv_call

from autograder.sandbox import worker

import kit

NAMES = [f"torch.{'._a' * 55}{n:06d}:{':c_' * 5}" for n in range(95_000)]
_call = worker.Executor._call


def called(self, request):
    reply = _call(self, request)
    if request.get("watch"):
        reply |= {"operators": NAMES, "calls": [*NAMES, "torch.nn.functional:conv2d"]}
    return reply


worker.Executor._call = called


def corr2d(X, K):
    return kit.correlate(X, K)


def conv2d(X, K):
    return kit.convolve(X, K)
