"""Checks of corr2d that you may read and run: `autograde check`."""

import torch

from autograder import assert_close, assert_gradients, assert_shape, assert_tensor, check

X = torch.tensor([[1.0, 0.0, 2.0, 1.0], [0.0, 3.0, 1.0, 0.0], [2.0, 1.0, 0.0, 1.0]])
K = torch.tensor([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
CORRELATION = torch.tensor([[2.0, 6.0], [4.0, 5.0]])
CONVOLUTION = torch.tensor([[5.0, 1.0], [3.0, 1.0]])


@check(kind="interface")
def interface(submission):
    """`corr2d` is defined and returns a tensor."""
    assert_tensor(submission.corr2d(torch.ones(3, 3), torch.ones(2, 2)))


@check(kind="shape", needs=[interface])
def shapes(submission):
    """An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1)."""
    for (H, W), (h, w) in [((3, 3), (2, 2)), ((3, 4), (2, 3)), ((6, 3), (1, 2)), ((2, 5), (2, 5))]:
        assert_shape(submission.corr2d(torch.ones(H, W), torch.ones(h, w)), (H - h + 1, W - w + 1))


@check(kind="value", needs=[shapes])
def worked_example(submission):
    """The worked example of the statement comes out."""
    mistakes = {"flipped-kernel": CONVOLUTION, "mean-not-sum": CORRELATION / K.numel()}
    assert_close(submission.corr2d(X, K), CORRELATION, mistakes=mistakes)


@check(kind="value", needs=[interface])
def convolution(submission):
    """`conv2d` turns the kernel by 180 degrees: the second worked example comes out."""
    assert_close(submission.conv2d(X, K), CONVOLUTION, mistakes={"not-flipped": CORRELATION})


@check(kind="gradient", needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    assert_gradients(submission.corr2d, X=torch.ones(3, 3), K=torch.ones(2, 2))
