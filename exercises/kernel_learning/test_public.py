"""Checks of kernel_learning that you may read and run: `autograde check`."""

import torch
from torch import Tensor

from autograder import assert_close, assert_shape, assert_tensor, check, fail


@check(kind="interface")
def interface(submission):
    """`learn_kernel` returns a pair, and the first of it is a tensor."""
    result = submission.learn_kernel(torch.ones(3, 3), torch.ones(2, 2), (2, 2), 1, 0.01)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        fail("the result is not a pair (kernel, losses)", misconception="no-losses-returned")
    assert_tensor(result[0])


@check(kind="interface", needs=[interface])
def returned(submission):
    """The kernel has shape (h, w) and is detached; the losses are num_steps floats."""
    for (H, W), (h, w) in [((3, 3), (2, 2)), ((3, 4), (2, 3)), ((6, 3), (1, 2)), ((2, 5), (2, 5))]:
        X, Y = torch.randn(H, W), torch.randn(H - h + 1, W - w + 1)
        kernel, losses = submission.learn_kernel(X, Y, (h, w), 3, 0.001)
        assert_shape(kernel, (h, w))
        if kernel.requires_grad:
            fail("the kernel still requires gradients", misconception="kernel-not-detached")
        if not isinstance(losses, (list, tuple)) or any(isinstance(each, Tensor) for each in losses):
            fail("the losses are not a list of floats", misconception="tensor-losses")
        if len(losses) != 3:
            fail("3 steps gave {count} losses", count=len(losses))


@check(kind="training", needs=[interface])
def worked_example(submission):
    """The worked example of the statement comes out: one step finds the kernel, whatever the start."""
    X, Y = torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0, 4.0]])
    kernel, losses = submission.learn_kernel(X, Y, (1, 1), 2, 0.1)
    assert_close(kernel, torch.tensor([[2.0]]))
    if abs(float(losses[0])) < 1e-6:
        fail("the first loss is already zero", misconception="loss-after-update")
    if abs(float(losses[1])) > 1e-4:
        fail("the second loss is {loss:.3g}, not 0", loss=float(losses[1]))


@check(kind="training", needs=[interface])
def edges(submission):
    """From an image and its edges, fifty steps learn the kernel [[1, -1]]."""
    X = torch.ones(6, 8)
    X[:, 2:6] = 0
    Y = X[:, :-1] - X[:, 1:]
    kernel, losses = submission.learn_kernel(X, Y, (1, 2), 50, 0.03)
    first, last = float(losses[0]), float(losses[-1])
    if last == first:
        fail("the last loss is the first one again", misconception="no-update")
    if not last < first:
        fail("the losses grow, from {first:.3g} to {last:.3g}", misconception="ascent", first=first, last=last)
    assert_close(kernel, torch.tensor([[1.0, -1.0]]), rtol=0, atol=0.01)


@check(kind="training", needs=[interface])
def reproducible(submission):
    """The same seed gives the same run, and a short run is the beginning of a long one."""
    X, Y = 0.5 * torch.randn(4, 4), torch.randn(3, 3)
    runs = []
    for steps in (4, 4, 2):
        submission.manual_seed(1)
        runs.append(submission.learn_kernel(X, Y, (2, 2), steps, 0.01))
    (kernel, long), (again, _), (_, short) = runs
    if not torch.equal(kernel, again):
        fail("two runs under the same seed differ", misconception="ignores-seed")
    assert_close([float(each) for each in short[:2]], [float(each) for each in long[:2]])
