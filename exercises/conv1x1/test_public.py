"""Checks of conv1x1 that you may read and run: `autograde check`."""

import torch

from autograder import assert_close, assert_gradients, assert_shape, assert_tensor, check, fail

X = torch.tensor([[[1.0, 2.0, 0.0], [3.0, 1.0, 2.0]], [[0.0, 1.0, 2.0], [1.0, 0.0, -1.0]]])
K = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]).reshape(3, 2, 1, 1)
EXPECTED = torch.tensor(
    [
        [[1.0, 4.0, 4.0], [5.0, 1.0, 0.0]],
        [[0.0, -1.0, -2.0], [-1.0, 0.0, 1.0]],
        [[3.0, 7.0, 2.0], [10.0, 3.0, 5.0]],
    ]
)


@check(kind="interface")
def interface(submission):
    """`corr2d_multi_in_out_1x1` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in_out_1x1(torch.ones(2, 3, 3), torch.ones(2, 2, 1, 1)))


@check(kind="shape", needs=[interface])
def shapes(submission):
    """A (c_i, h, w) input and a (c_o, c_i, 1, 1) kernel give (c_o, h, w)."""
    for c_i, c_o, h, w in [(2, 2, 3, 3), (2, 3, 2, 4), (3, 1, 4, 2), (1, 2, 1, 3)]:
        Y = submission.corr2d_multi_in_out_1x1(torch.ones(c_i, h, w), torch.ones(c_o, c_i, 1, 1))
        assert_shape(Y, (c_o, h, w))


@check(kind="value", needs=[shapes])
def one_pixel(submission):
    """An image of one pixel is a matrix times a vector."""
    pixel = torch.tensor([1.0, 2.0]).reshape(2, 1, 1)
    Y = submission.corr2d_multi_in_out_1x1(pixel, K)
    if torch.equal(Y.flatten(), torch.tensor([-1.0, 8.0, 2.0])):
        fail("the kernel's numbers are read in the order of its transpose", misconception="kernel-transposed")
    assert_close(Y, torch.tensor([5.0, -2.0, 5.0]).reshape(3, 1, 1))


@check(kind="value", needs=[one_pixel])
def worked_example(submission):
    """The worked example of the statement comes out."""
    Y = submission.corr2d_multi_in_out_1x1(X, K)
    if torch.equal(Y.flatten().sort().values, EXPECTED.flatten().sort().values) and not torch.equal(Y, EXPECTED):
        fail("the right numbers stand in the wrong places", misconception="mixed-channels-and-space")
    assert_close(Y, EXPECTED)


@check(kind="gradient", needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    assert_gradients(submission.corr2d_multi_in_out_1x1, X=torch.ones(2, 3, 3), K=torch.ones(2, 2, 1, 1))
