"""Public checks of multi_channel: run them with `autograde check`."""

import torch

from autograder import assert_close, assert_gradients, assert_shape, assert_tensor, check

X = torch.tensor(
    [
        [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]],
        [[0.0, 1.0, 1.0], [1.0, 0.0, 2.0], [0.0, 3.0, 1.0]],
    ]
)
K = torch.tensor(
    [
        [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]],
        [[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, -1.0]]],
        [[[2.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 2.0]]],
    ]
)


@check(kind="interface")
def interface(submission):
    """`corr2d_multi_in` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in(torch.ones(2, 3, 3), torch.ones(2, 2, 2)))


@check(kind="shape", needs=[interface])
def shapes(submission):
    """A wide input with 2 channels and 3 tall kernels gives 3 maps."""
    X, K = torch.ones(2, 4, 7), torch.ones(3, 2, 3, 2)
    assert_shape(submission.corr2d_multi_in(X, K[0]), (2, 6))
    assert_shape(submission.corr2d_multi_in_out(X, K), (3, 2, 6))


@check(kind="value", needs=[interface])
def one_kernel(submission):
    """The worked example of the statement: one kernel over two channels."""
    assert_close(submission.corr2d_multi_in(X, K[0]), torch.tensor([[4.0, 6.0], [0.0, 7.0]]))


@check(kind="value", needs=[interface])
def three_kernels(submission):
    """The worked example of the statement: three kernels, three maps."""
    expected = torch.tensor([[[4.0, 6.0], [0.0, 7.0]], [[3.0, 0.0], [-2.0, 3.0]], [[2.0, 8.0], [6.0, 4.0]]])
    assert_close(submission.corr2d_multi_in_out(X, K), expected)


@check(kind="gradient", needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    assert_gradients(submission.corr2d_multi_in, X=X, K=K[0])
    assert_gradients(submission.corr2d_multi_in_out, X=X, K=K)
