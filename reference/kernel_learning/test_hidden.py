"""Hidden checks of kernel_learning.

Losses are judged by the kernels of the student's own shorter runs, and kernels by gradient descent
from the student's own start, so that a wrong step costs no loss and a wrong loss no step. How the
two are returned (shape, type, graph) has checks of its own; the others read past it.
"""

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from autograder import (
    assert_close,
    assert_dtype,
    assert_shape,
    assert_tensor,
    assert_unchanged,
    check,
    examples,
    fail,
)
from autograder.compare import Mismatch, within
from autograder.errors import SubmissionRaised

SIZE = (2, 2)
# Wide, tall, one row, one column, one element left, a kernel of one element, an input of one row.
SIZES = [
    ((4, 6), (3, 2)),
    ((6, 4), (2, 3)),
    ((3, 5), (3, 2)),
    ((5, 3), (2, 3)),
    ((2, 4), (2, 4)),
    ((5, 2), (1, 1)),
    ((1, 7), (1, 3)),
]
LR = 0.02


@check(kind="interface", points=0.5)
def interface(submission):
    """`learn_kernel` is defined and returns a kernel and its losses."""
    X, Y = problem((4, 4), SIZE)
    kernel, _ = pair(submission.learn_kernel(X, Y, SIZE, 1, LR))
    if as_tensor(kernel).numel() != 4:
        fail("the first of the pair is not a kernel of size 2 x 2")


@check(kind="interface", points=0.5, needs=[interface])
def losses_are_floats(submission):
    """The losses are a list of num_steps floats."""
    X, Y = torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0, 4.0]])  # the first step ends at zero loss
    _, losses = pair(submission.learn_kernel(X, Y, (1, 1), 3, 0.1))
    if not isinstance(losses, (list, tuple)):
        fail("the losses are neither a list nor a tuple", misconception="tensor-losses")
    if not all(type(each) is float for each in losses):
        fail("some of the losses are not Python floats", misconception="tensor-losses")
    if len(losses) != 3:
        many = "one-loss-too-many" if len(losses) == 4 else None
        fail(
            "3 steps give {count} losses",
            misconception=many if len(losses) > 3 else "too-few-losses",
            count=len(losses),
        )


@check(kind="interface", points=0.5, needs=[interface])
def detached(submission):
    """The kernel is a tensor, and detached."""
    X, Y = problem((4, 4), SIZE)
    kernel, _ = pair(submission.learn_kernel(X, Y, SIZE, 1, LR))
    assert_tensor(kernel)
    if kernel.requires_grad:
        fail("the kernel still requires gradients", misconception="kernel-not-detached")


@check(kind="shape", points=0.75, needs=[interface])
def shapes(submission):
    """The kernel has shape (h, w)."""
    for size, kernel_size in SIZES:
        X, Y = problem(size, kernel_size)
        kernel, _ = pair(submission.learn_kernel(X, Y, kernel_size, 1, 1e-3))
        kernel = as_tensor(kernel)
        if kernel.dim() != 2 and kernel.numel() == kernel_size[0] * kernel_size[1]:
            fail("the kernel has {count} dimensions, not 2", misconception="extra-dimensions", count=kernel.dim())
        assert_shape(kernel, kernel_size)


@check(kind="value", points=0.25, needs=[interface])
def no_steps(submission):
    """num_steps=0 gives a kernel and no losses."""
    X, Y = problem((4, 4), SIZE)
    (_, none), (_, one) = (run(submission, X, Y, steps, LR) for steps in (0, 1))
    # A loss too many in every run is judged elsewhere.
    if len(none) != len(one) - 1:
        fail("0 steps give {none} losses and 1 step {one}", misconception="no-zero-steps", none=len(none), one=len(one))


@check(kind="value", points=0.5, needs=[interface])
def random_start(submission):
    """The kernel starts from random numbers."""
    X, Y = problem((4, 4), SIZE)
    entries = torch.stack([start(submission, X, Y, seed).flatten() for seed in range(6)]).T
    constant = (entries == entries[:, :1]).all(dim=1).any() or not entries.isfinite().all()
    if constant or len(entries.unique(dim=0)) < len(entries):
        fail("the initial kernel has entries that do not vary, or that vary together only", "constant-start")


@check(kind="training", points=0.5, needs=[interface])
def reproducible(submission):
    """The same `torch.manual_seed` gives the same result."""
    X, Y = problem((4, 4), SIZE)
    (first, _), (second, _) = (run(submission, X, Y, 1, LR) for _ in range(2))
    if not torch.equal(first, second):
        fail("two runs under the same seed give different results", misconception="ignores-seed")


@check(kind="training", points=0.25, needs=[reproducible])
def prefix(submission):
    """The first steps of a long run are those of a short one."""
    X, Y = problem((4, 4), SIZE)
    (_, short), (_, long) = (run(submission, X, Y, steps, LR) for steps in (3, 6))
    # How many losses there are is judged elsewhere.
    if len(long) < len(short) or not agree(long[: len(short)], short):
        fail("the losses of a long run do not begin as those of a short one", misconception="depends-on-num-steps")


@check(kind="interface", points=0.25, needs=[reproducible])
def defaults(submission):
    """`num_steps` is 10 and `lr` 0.03 where they are left out."""
    X, Y = problem((4, 4), SIZE)
    (kernel, losses), (same, expected) = run(submission, X, Y), run(submission, X, Y, 10, 3e-2)
    if len(losses) != len(expected):
        fail("without `num_steps` there are {count} losses", misconception="wrong-defaults", count=len(losses))
    if not torch.allclose(kernel, same):
        fail("without `lr` the result is not that of 0.03", misconception="wrong-defaults")


@check(kind="value", points=1, needs=[reproducible])
@examples(4, side=st.integers(5, 7), size=st.sampled_from([(2, 2), (3, 3)]))
def initial_loss(submission, side, size):
    """The loss is the squared error, summed over all elements."""
    X, Y = problem((side, side), size)
    kernel = start(submission, X, Y, size=size)
    for scale in (1, 1 / 8):  # a loss may be large or small
        X, Y = scale * X, scale * Y
        _, losses = run(submission, X, Y, 1, 0.0, size=size)
        if not agree(losses[:1], [squared_error(X, Y, kernel)]):
            break
    else:
        return
    expected = squared_error(X, Y, kernel)
    if any(agree(losses[:1], [expected / count]) for count in (Y.numel(), len(Y))):
        fail("the loss is the mean of the squared errors", misconception="mean-loss")
    if agree(losses[:1], [expected / 2]):
        fail("the loss is half of what it should be", misconception="half-loss")
    if agree(losses[:1], [expected**0.5]):
        fail("the loss is the root of what it should be", misconception="root-of-loss")
    error = (correlation(X.double(), kernel.double()) - Y.double()).abs().sum().item()
    if any(agree(losses[:1], [error / count]) for count in (1, Y.numel())):
        fail("the errors are not squared", misconception="absolute-error")
    if agree(losses[:1], [squared_error(X, Y, kernel.flip(0, 1))]):
        fail("the loss is that of a kernel turned by 180 degrees", misconception="flipped-kernel")
    if agree(losses[:1], [squared_error(X, Y, kernel.T)]):
        fail("the loss is that of a transposed kernel", misconception="kernel-transposed")
    if losses and abs(losses[0] - expected) <= 1 and losses[0] == round(losses[0], 4):
        fail("the loss is rounded", misconception="rounded-losses")
    if losses and has_bias(submission, X, Y, kernel, losses):
        fail("the loss is that of a prediction with something added to it", misconception="has-bias")
    assert_close(losses[:1], [expected])


@check(kind="value", points=1, needs=[initial_loss, prefix])
def losses(submission):
    """Each loss is that of the kernel before the step."""
    X, Y = problem((5, 5), SIZE)
    kernels = [start(submission, X, Y), *(run(submission, X, Y, steps, LR)[0] for steps in range(1, 6))]
    _, recorded = run(submission, X, Y, 5, LR)
    expected = [squared_error(X, Y, kernel) for kernel in kernels]
    right = [squared_error(X, Y, descend(kernels[0], X, Y, steps, LR)) for steps in range(5)]
    if agree(recorded[:5], expected[:5]) or agree(recorded[:5], right):
        return
    if 0 < len(recorded) < 5 and all(any(agree([each], [loss]) for loss in expected[:5]) for each in recorded):
        return  # how many there are is judged elsewhere
    if agree(recorded[:5], expected[1:]):
        fail("each loss is that of the kernel after the step", misconception="loss-after-update")
    assert_close(recorded[:5], expected[:5])


@check(kind="training", points=1.25, needs=[reproducible])
def first_step(submission):
    """The first step moves the kernel by -lr times the gradient of the loss."""
    for size, lr in [(SIZE, 0.01), ((3, 3), LR)]:
        X, Y = problem((6, 6), size)
        before = start(submission, X, Y, size=size)
        after, _ = run(submission, X, Y, 1, lr, size=size)
        expected = descend(before, X, Y, 1, lr)
        if agree(before, expected):
            fail("the initial kernel is where the steps should lead")
        if not agree(after, expected):
            misconception = explain_step(before, after, expected, X, Y, lr)
            if misconception == "no-update":
                later, _ = run(submission, X, Y, 2, lr, size=size)
                misconception = "kernel-before-step" if agree(later, expected) else misconception
                run(submission, X, Y, 1, lr, size=size)  # once more, so that the message tells of one step
            fail("the kernel after one step is not where it should be", misconception)


@check(kind="training", points=1.25, needs=[first_step, prefix])
def trajectory(submission):
    """Several steps are plain gradient descent."""
    size = (3, 3)
    X, Y = problem((6, 6), size)
    before = start(submission, X, Y, size=size)
    after, _ = run(submission, X, Y, 6, LR, size=size)
    if agree(after, descend(before, X, Y, 6, LR)):
        return
    if agree(after, descend(before, X, Y, 6, LR, zeroed=False)):
        fail("each step also repeats the gradients of the steps before", misconception="gradient-not-zeroed")
    if agree(after, descend(before, X, Y, 6, LR, bias=True)):
        fail("something besides the kernel is learned", misconception="has-bias")
    fail("the kernel after six steps is not where it should be", misconception="not-plain-descent")


@check(kind="training", points=0.25, needs=[trajectory, shapes])
def other_sizes(submission):
    """Inputs and kernels that are not square are learned as well."""
    for size, kernel_size in SIZES:
        X, Y = problem(size, kernel_size)
        before = start(submission, X, Y, size=kernel_size)
        after, _ = run(submission, X, Y, 3, LR, size=kernel_size)
        assert_close(after, descend(before, X, Y, 3, LR))


@check(kind="dtype", points=0.5, needs=[interface])
def float64(submission):
    """float64 inputs give a float64 kernel."""
    X, Y = problem((4, 4), SIZE)
    kernel, _ = pair(submission.learn_kernel(X.double(), Y.double(), SIZE, 1, LR))
    if isinstance(kernel, Tensor):  # that it is a tensor has a check of its own
        if kernel.dtype == torch.float32:
            fail("the kernel is float32", misconception="float32-only")
        assert_dtype(kernel, torch.float64)


@check(kind="training", points=0.25, needs=[trajectory, float64])
def float64_trajectory(submission):
    """With float64 inputs the steps are as precise as float64."""
    X, Y = (each.double() for each in problem((5, 5), SIZE))
    before = start(submission, X, Y)
    after, _ = run(submission, X, Y, 4, LR)
    expected = descend(before, X, Y, 4, LR)
    if agree(after, expected) and not torch.allclose(after, expected, rtol=1e-9, atol=1e-9):
        fail("the kernel is only as precise as float32", misconception="float32-inside")
    assert_close(after, expected)


@check(kind="value", points=0.25, needs=[reproducible])
def strided_inputs(submission):
    """Transposed and sliced inputs give the same result as their copies."""
    transposed = torch.randn(5, 6).T, torch.randn(4, 5).T
    sliced = torch.randn(8, 10)[2:, ::2], torch.randn(5, 8)[:, ::2]
    for X, Y in (transposed, sliced):
        kernel, _ = run(submission, X, Y, 1, 0.005)
        expected, _ = run(submission, X.contiguous(), Y.contiguous(), 1, 0.005)
        if not agree(kernel, expected):
            fail("the result is another one than that of contiguous copies", misconception="contiguous-only")


@check(kind="purity", points=0.25, needs=[interface])
def unchanged(submission):
    """X and Y are the same after the call."""
    X, Y = problem((4, 4), SIZE)
    try:
        assert_unchanged(submission.learn_kernel, X=X, Y=Y, kernel_size=SIZE, num_steps=1, lr=LR)
    except Mismatch as error:
        raise Mismatch(error.hidden, misconception="mutates-input") from None


def problem(size: tuple[int, int], kernel_size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """X and Y such that a kernel explains most of Y, small enough for gradient descent to be stable."""
    X = 0.5 * torch.randn(size)
    Y = correlation(X, torch.randn(kernel_size))
    return X, Y + 0.1 * torch.randn(Y.shape)


def correlation(X: Tensor, kernel: Tensor) -> Tensor:
    return F.conv2d(X[None, None], kernel[None, None])[0, 0]


def squared_error(X: Tensor, Y: Tensor, kernel: Tensor) -> float:
    return (correlation(X.double(), kernel.double()) - Y.double()).square().sum().item()


def descend(
    kernel: Tensor, X: Tensor, Y: Tensor, steps: int, lr: float, *, zeroed: bool = True, bias: bool = False
) -> Tensor:
    """Gradient descent in float64: as it should be, or as one of two misconceptions has it."""
    X, Y, moving, offset = X.double(), Y.double(), kernel.double(), torch.zeros((), dtype=torch.float64)
    slope = torch.zeros_like(moving)
    for _ in range(steps):
        error = correlation(X, moving) + offset - Y
        slope = 2 * correlation(X, error) + (0 if zeroed else slope)
        moving = moving - lr * slope
        if bias:
            offset = offset - lr * 2 * error.sum()
    return moving.to(kernel.dtype)


def explain_step(before: Tensor, after: Tensor, expected: Tensor, X: Tensor, Y: Tensor, lr: float) -> str | None:
    """The misconception behind a first step that is wrong, by how it lies to the right one."""
    taken, right = (after - before).flatten().double(), (expected - before).flatten().double()
    if not taken.abs().max() > 1e-6:
        return "no-update"
    factor = (taken @ right / (right @ right)).item()
    if agree(taken, factor * right):
        if factor < 0:
            return "ascent"
        return "mean-loss" if any(abs(factor * n - 1) < 1e-2 for n in (Y.numel(), len(Y))) else "wrong-lr"
    for name, other in {"flipped-kernel": before.flip(0, 1), "kernel-transposed": before.T}.items():
        ended = descend(other, X, Y, 1, lr)
        if any(agree(after, each) for each in (ended, ended.flip(0, 1), ended.T)):
            return name
    # A bias b adds 2 b times the sum of the windows to the gradient.
    sums, rest = correlation(X, torch.ones_like(Y)).flatten().double(), taken - right
    if along(rest, sums):
        return "has-bias"
    if along(rest, before.flatten().double()) or agree(taken.abs(), taken.abs().max().expand_as(taken)):
        return "not-plain-descent"  # weight decay, or an optimizer that makes all steps equally long
    if along(taken, correlation(X.double(), (correlation(X.double(), before.double()) - Y.double()).sign()).flatten()):
        return "absolute-error"
    if agree(after, expected.clamp(-after.abs().max(), after.abs().max())):
        return "clamped-kernel"
    return None


def along(step: Tensor, direction: Tensor) -> bool:
    """Whether one is a multiple of the other."""
    return agree(step, (step @ direction / (direction @ direction)) * direction)


def has_bias(submission, X: Tensor, Y: Tensor, kernel: Tensor, losses: list[float]) -> bool:
    """Whether a constant in the prediction explains a wrong first loss: a moved target reveals how large it is."""
    _, moved = run(submission, X, Y + 1, 1, 0.0, size=tuple(kernel.shape))
    error = correlation(X.double(), kernel.double()) - Y.double()
    bias = ((losses[0] - moved[0] + error.numel()) / 2 - error.sum().item()) / error.numel()
    return agree(losses[:1], [(error + bias).square().sum().item()])


def pair(result: object) -> tuple[object, object]:
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        fail("the result is not a pair of the kernel and its losses", misconception="no-losses-returned")
    return result[0], result[1]


def run(submission, X: Tensor, Y: Tensor, *rest, seed: int = 0, size: tuple[int, int] = SIZE) -> tuple[Tensor, list]:
    """One run under a seed: the kernel's numbers in the shape asked for, and the losses as floats."""
    submission.manual_seed(seed)
    kernel, losses = pair(submission.learn_kernel(X, Y, size, *rest))
    kernel = kernel.detach() if isinstance(kernel, Tensor) else as_tensor(kernel).to(X.dtype)
    if kernel.numel() == size[0] * size[1]:
        kernel = kernel.reshape(size)
    assert_shape(kernel, size)
    return kernel, numbers(losses)


def start(submission, X: Tensor, Y: Tensor, seed: int = 0, size: tuple[int, int] = SIZE) -> Tensor:
    """The kernel that a run begins with.

    It comes from a run of no steps; where that does not work (a check of its own), from one step of
    length zero, which is not the first choice because a learning rate may be ignored.
    """
    try:
        kernel, losses = run(submission, X, Y, 0, LR, seed=seed, size=size)
    except (SubmissionRaised, Mismatch):
        losses = [0.0]
    if losses:
        kernel, _ = run(submission, X, Y, 1, 0.0, seed=seed, size=size)
    return kernel


def numbers(losses: object) -> list[float]:
    """Losses as floats, whatever else they are; what is no number counts as zero."""
    if isinstance(losses, Tensor):
        return losses.detach().flatten().tolist()
    if not isinstance(losses, (list, tuple)):
        losses = listed(losses)
    return [as_number(each) for each in losses] if isinstance(losses, (list, tuple)) else []


def listed(losses: object) -> object:
    """What an array of losses holds."""
    try:
        return losses.tolist()
    except (AttributeError, TypeError, SubmissionRaised):
        return []


def as_number(loss: object) -> float:
    if isinstance(loss, (int, float)):
        return float(loss)
    return loss.item() if isinstance(loss, Tensor) else 0.0


def as_tensor(kernel: object) -> Tensor:
    """The numbers of a kernel, which may be a nested list or an array: that it is a tensor has a check of its own."""
    if isinstance(kernel, Tensor):
        return kernel.detach()
    return torch.tensor(kernel if isinstance(kernel, (list, tuple)) else kernel.tolist(), dtype=torch.float64)


def agree(actual: Tensor | list[float], expected: Tensor | list[float]) -> bool:
    actual, expected = (torch.as_tensor(each, dtype=torch.float64) for each in (actual, expected))
    return actual.shape == expected.shape and within((actual - expected).abs(), 1e-5 + 1e-4 * expected.abs())
