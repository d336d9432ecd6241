"""Public checks of pool2d: run them with `autograde check`."""

import torch

from autograder import assert_close, assert_gradients, assert_shape, assert_tensor, check, raises

X = torch.tensor([[1.0, 3.0, 2.0], [7.0, 0.0, 4.0], [5.0, 6.0, 9.0]])


@check(kind="interface")
def interface(submission):
    """`pool2d` is defined and returns a tensor."""
    assert_tensor(submission.pool2d(X, (2, 2), "max"))


@check(kind="shape", needs=[interface])
def shapes(submission):
    """A wide input and a tall window; the window of `pool2d_multi` moves by its own size."""
    assert_shape(submission.pool2d(torch.ones(4, 7), (3, 2)), (2, 6))
    assert_shape(submission.pool2d_multi(torch.ones(5, 6, 4), (3, 2)), (5, 2, 2))


@check(kind="value", needs=[interface])
def modes(submission):
    """The worked example of the statement: `pool2d` in both modes, and in one that does not exist."""
    assert_close(submission.pool2d(X, (2, 2)), torch.tensor([[7.0, 4.0], [7.0, 9.0]]))
    assert_close(submission.pool2d(X, (2, 2), "avg"), torch.tensor([[2.75, 2.25], [4.5, 4.75]]))
    with raises("ValueError"):
        submission.pool2d(X, (2, 2), "sum")


@check(kind="value")
def stride_and_padding(submission):
    """The worked example of the statement: `pool2d_multi` with negative numbers."""
    X = torch.tensor([[[-1.0, -3.0, -2.0], [-7.0, -5.0, -4.0], [-6.0, -8.0, -9.0]]])
    assert_close(submission.pool2d_multi(X, (2, 2)), torch.tensor([[[-1.0]]]))
    assert_close(submission.pool2d_multi(X, (2, 2), "max", 2, 1), torch.tensor([[[-1.0, -2.0], [-6.0, -4.0]]]))
    expected = torch.tensor([[[-0.25, -1.25], [-3.25, -6.5]]])
    assert_close(submission.pool2d_multi(X, (2, 2), "avg", (2, 2), (1, 1)), expected)


@check(kind="gradient", needs=[interface])
def gradients(submission):
    """Gradients reach X in both modes."""
    for mode in ("max", "avg"):
        assert_gradients(lambda X, mode=mode: submission.pool2d(X, (2, 2), mode), X=X, step=0.25)
