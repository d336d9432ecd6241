"""Hidden checks of conv2d_module.

Most checks put numbers of their own into the module, registered or not and under whatever name,
so that a parameter that is none costs its registration check and nothing else.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import (
    assert_close,
    assert_dtype,
    assert_gradients,
    assert_shape,
    assert_tensor,
    assert_unchanged,
    check,
    examples,
    fail,
    windows,
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


@check(kind="interface", points=0.5)
def interface(submission):
    """`Conv2D((h, w))` builds an `nn.Module`."""
    if not isinstance(submission.Conv2D(SIZE), nn.Module):
        fail("what `Conv2D((h, w))` builds is not an `nn.Module`", misconception="not-a-module")


@check(kind="interface", points=0.5, needs=[interface])
def forward(submission):
    """Calling the module returns a tensor."""
    assert_tensor(submission.Conv2D(SIZE)(torch.ones(4, 4)))


@check(kind="interface", points=0.75, needs=[interface])
def weight_registered(submission):
    """`weight` is a registered parameter that can be trained."""
    assert_trainable(submission.Conv2D(SIZE), "weight")


@check(kind="interface", points=0.75, needs=[interface])
def bias_registered(submission):
    """`bias` is a registered parameter that can be trained."""
    assert_trainable(submission.Conv2D(SIZE), "bias")


@check(kind="value", points=0.5, needs=[interface])
def initial_weight(submission):
    """`weight` starts as random numbers of shape (h, w)."""
    draws = []
    for seed in range(6):
        submission.manual_seed(seed)
        weight = held(submission.Conv2D(SIZE), "weight", 4)
        assert_tensor(weight)
        if weight.shape != SIZE and weight.numel() == 4:
            fail("`weight` has shape {shape}, not (h, w)", misconception="weight-shape", shape=tuple(weight.shape))
        assert_shape(weight, SIZE)
        draws.append(weight.detach().flatten())
    entries = torch.stack(draws).T
    if (
        not entries.isfinite().all()
        or (entries == entries[:, :1]).all(dim=1).any()
        or len(entries.unique(dim=0)) < len(entries)
    ):
        fail("`weight` has entries that do not vary, or that vary together only", misconception="weight-not-random")


@check(kind="value", points=0.5, needs=[interface])
def initial_bias(submission):
    """`bias` starts as zero, of shape (1,)."""
    bias = held(submission.Conv2D(SIZE), "bias", 1)
    if isinstance(bias, (int, float)):
        bias = torch.tensor([float(bias)])  # that it is no parameter is judged elsewhere
    if isinstance(bias, Tensor) and bias.shape != (1,):
        fail("the result has shape {shape}, not (1,)", misconception="bias-shape", shape=tuple(bias.shape))
    assert_shape(bias, (1,))
    if bias.detach().count_nonzero():
        fail("`bias` does not start as zero", misconception="bias-not-zero")
    place(submission.Conv2D(SIZE), torch.ones(SIZE), bias=0.75)
    if torch.as_tensor(held(submission.Conv2D(SIZE), "bias", 1)).count_nonzero():
        fail("a change to the bias of one layer shows in another", misconception="shared-bias")


@check(kind="shape", points=1, needs=[forward])
def shapes(submission):
    """An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1)."""
    for (H, W), (h, w) in SIZES:
        layer = submission.Conv2D((h, w))
        place(layer, torch.randn(h, w), bias=0.5)
        for size in ((H, W), (H + 1, W + 2)):
            x, expected = torch.randn(size), valid(size, (h, w))
            result = layer(x)
            try:
                assert_shape(result, expected)
            except Mismatch as error:
                shape = tuple(result.shape) if isinstance(result, Tensor) else None
                suspect = explain_shape(submission, shape, expected)
                layer(x)  # once more, so that it is this call which the message tells of
                raise Mismatch(error.hidden, error.public, suspect=suspect) from None


@check(kind="value", points=0.25, needs=[forward])
def repeatable(submission):
    """The same input gives the same result again."""
    layer, x = submission.Conv2D(SIZE), torch.randn(4, 4)
    place(layer, torch.randn(SIZE), bias=0.5)
    first = layer(x)
    if not torch.equal(first, layer(x)):
        fail("two calls with the same input give different results", misconception="weight-redrawn")


@check(kind="value", points=2, needs=[shapes, repeatable])
@examples(8, window=windows(max_side=7), wide=windows(min_side=2, max_side=6))
def values(submission, window, wide):
    """Without a bias, the result is the cross-correlation of x and `weight`."""
    for size, kernel_size in (window, wide):
        x, weight = torch.randn(size), torch.randn(kernel_size)
        layer = submission.Conv2D(kernel_size)
        place(layer, weight, bias=0.0)
        result = layer(x)
        if not close(result, correlation(x, weight)):
            others = []
            for other in (weight + 1, -weight):
                place(layer, other, bias=0.0)
                others.append(layer(x))
            if isinstance(result, Tensor) and all(close(other, result) for other in others):
                fail("the result is the same for another `weight`", misconception="weight-not-used")
        assert_close(result, correlation(x, weight))


@check(kind="value", points=0.75, needs=[repeatable])
def bias_added(submission):
    """The bias is added to every element."""
    layer, x, weight = submission.Conv2D(SIZE), torch.randn(4, 4), torch.randn(SIZE)
    place(layer, weight, bias=0.0)
    without = layer(x)
    place(layer, weight, bias=0.75)
    if isinstance(held(layer, "bias", 1), Tensor):  # a plain number cannot be written to
        result, kept = layer(x), layer.fetch(called(layer, "bias", 1))
        if isinstance(kept, Tensor) and kept.numel() == 1 and kept.item() != 0.75:
            fail("the call changes the bias", misconception="weight-redrawn")
        if close(result, without):
            fail("the result is the same for another bias", misconception="bias-not-added")
        if any(close(result, without + times * 0.75) for times in (2, 4, 9)):
            fail("the bias is added more than once", misconception="bias-added-often")
        assert_close(result, without + 0.75)


@check(kind="value", points=0.25, needs=[values, bias_added])
def bias_everywhere(submission):
    """The bias is added whatever the size of the input and of the kernel."""
    for size, kernel_size in SIZES:
        x, weight = torch.randn(size), torch.randn(kernel_size)
        layer = submission.Conv2D(kernel_size)
        place(layer, weight, bias=0.75)
        if isinstance(held(layer, "bias", 1), Tensor):
            result = layer(x)
            if close(result, correlation(x, weight)):
                fail("for this size the bias is not added", misconception="bias-not-added")
            assert_close(result, correlation(x, weight) + 0.75)


@check(kind="value", points=0.25, needs=[values])
def strided_input(submission):
    """A transposed or sliced input gives the same result as its copy."""
    layer, weight = submission.Conv2D((3, 2)), torch.randn(3, 2)
    place(layer, weight, bias=0.0)
    for x in (torch.randn(5, 6).T, torch.randn(8, 10)[2:, ::2]):
        assert_close(layer(x), correlation(x, weight))


@check(kind="gradient", points=0.75, needs=[forward])
def input_gradient(submission):
    """Gradients reach the input."""
    layer = submission.Conv2D(SIZE)
    weight = torch.randn(SIZE)
    x = torch.randn(4, 4)
    try:
        assert_gradients(lambda x: answer(submission, layer, x, weight, 0.5), step=1 / 256, x=x)
    except Mismatch as error:
        if error.suspect is not None:
            raise
        # Larger steps are fair to what is rounded on the way.
        assert_gradients(lambda x: answer(submission, layer, x, weight, 0.5), step=1 / 2, x=x)


@check(kind="gradient", points=0.75, needs=[forward])
def parameter_gradients(submission):
    """`backward` leaves the right gradients in the module's parameters."""
    layer, x, weight = submission.Conv2D(SIZE), torch.randn(4, 4), torch.randn(SIZE)
    result = answer(submission, layer, x, weight, 0.5)
    cotangent = torch.randn(result.shape)

    def objective(numbers: Tensor) -> float:
        with torch.no_grad():
            y = answer(submission, layer, x, numbers[:4].reshape(SIZE), numbers[4].item())
        return (y * cotangent).sum().item()

    if result.requires_grad:
        (result * cotangent).sum().backward()
    gradients = {name: parameter.grad for name, parameter in trained(layer, weight=4, bias=1).items()}
    if gradients and all(gradient is None for gradient in gradients.values()):
        fail("no gradient reached a parameter", misconception="breaks-gradient")
    slopes = differences(objective, torch.cat([weight.flatten(), torch.tensor([0.5])]))
    computed = {"weight": slopes[:4], "bias": slopes[4:]}
    # A weight that is redrawn in place has the right gradient though the result does not follow its old value.
    usual = {"weight": correlation(x, cotangent), "bias": cotangent.sum()} if cotangent.shape == (3, 3) else computed
    for name, gradient in gradients.items():
        if gradient is None and computed[name].abs().max() > 1e-2:
            fail(
                "no gradient reached `{name}`, though the result depends on it",
                misconception="breaks-gradient",
                name=name,
            )
        if gradient is not None and not (agree(gradient, computed[name]) or agree(gradient, usual[name])):
            fail("the gradient of `{name}` is not that of what the module computes", name=name)


@check(kind="dtype", points=0.25, needs=[forward])
def float32(submission):
    """A float32 input gives a float32 result."""
    layer = submission.Conv2D(SIZE)
    place(layer, torch.randn(SIZE), bias=0.5)
    assert_dtype(layer(torch.randn(4, 4)), torch.float32)


@check(kind="purity", points=0.25, needs=[forward])
def unchanged(submission):
    """The input is the same after the call."""
    layer = submission.Conv2D(SIZE)
    place(layer, torch.randn(SIZE), bias=0.5)
    assert_unchanged(layer, x=torch.randn(4, 4))


def valid(size: tuple[int, int], kernel_size: tuple[int, int]) -> tuple[int, int]:
    return size[0] - kernel_size[0] + 1, size[1] - kernel_size[1] + 1


def explain_shape(submission, shape: tuple[int, ...] | None, expected: tuple[int, int]) -> str | None:
    """The misconception behind a wrong shape, from what something square, something wide and something tall give."""
    if shape is not None and len(shape) != 2:
        if tuple(side for side in shape if side != 1) == tuple(side for side in expected if side != 1):
            return "squeezed-sides" if len(shape) < 2 else "extra-dimensions"
        return None
    probes = [((7, 7), (3, 3)), ((5, 9), (2, 4)), ((9, 6), (4, 2))]
    wanted = [valid(*probe) for probe in probes]
    found = [shape_of(submission, *probe) for probe in probes]
    if found[0] == wanted[0] and found[1:] != wanted[1:]:
        exchanged = [[right[::-1] for right in wanted], [valid(size, kernel[::-1]) for size, kernel in probes]]
        return "swapped-axes" if found in exchanged else "square-only"
    pairs = [*zip(found, wanted, strict=True)]
    excess = [tuple(a - b for a, b in zip(each, right, strict=True)) for each, right in pairs if each]
    axes = [*zip(*excess, strict=True)] if len(excess) == 3 else []
    if any(min(axis) > 0 for axis in axes) and all(min(axis) > 0 or {*axis} == {0} for axis in axes):
        return "full-padding"
    if len({*excess}) == 1 and excess[0] in ((-1, -1), (-1, 0), (0, -1)):
        return "missing-plus-one"
    return None


def shape_of(submission, size: tuple[int, int], kernel_size: tuple[int, int]) -> tuple[int, ...] | None:
    """The shape of a result with two dimensions, or None."""
    try:
        result = submission.Conv2D(kernel_size)(torch.randn(size))
    except SubmissionRaised:
        return None
    return tuple(result.shape) if isinstance(result, Tensor) and result.dim() == 2 else None


def close(result: object, expected: Tensor) -> bool:
    return (
        isinstance(result, Tensor)
        and result.shape == expected.shape
        and within((result.to(expected.dtype) - expected).abs(), 1e-5 + 1e-4 * expected.abs())
    )


def correlation(x: Tensor, weight: Tensor) -> Tensor:
    return F.conv2d(x[None, None], weight[None, None])[0, 0]


def assert_trainable(layer: nn.Module, name: str) -> None:
    parameter = dict(layer.named_parameters()).get(name)
    if parameter is None:
        fail("`{name}` is not among the parameters of the module", misconception=f"{name}-not-parameter", name=name)
    elif not parameter.requires_grad:
        fail("`{name}` is a parameter that takes no gradient", misconception="parameter-frozen", name=name)


def called(layer: nn.Module, name: str, size: int) -> str:
    """What the module calls its weight or bias: another name than asked for costs registration alone."""
    registered = {each: parameter.numel() for each, parameter in layer.named_parameters()}
    others = [each for each, numel in registered.items() if numel == size and each not in ("weight", "bias")]
    return name if name in registered or not others else others[0 if name == "weight" else -1]


def held(layer: nn.Module, name: str, size: int) -> object:
    """What the module keeps as its weight or bias, registered or not."""
    found = called(layer, name, size)
    parameters = dict(layer.named_parameters())
    return parameters[found] if found in parameters else layer.fetch(found)


def trained(layer: nn.Module, **sizes: int) -> dict[str, Tensor]:
    """The parameters that take gradients; for one that does not, its registration check says so."""
    parameters = dict(layer.named_parameters())
    found = {name: parameters.get(called(layer, name, size)) for name, size in sizes.items()}
    return {name: parameter for name, parameter in found.items() if parameter is not None and parameter.requires_grad}


def place(layer: nn.Module, weight: Tensor, bias: float) -> None:
    """Write these numbers into the module, in whatever shape it keeps them, as far as it has room for them."""
    values = {}
    kept = held(layer, "weight", weight.numel())
    if isinstance(kept, Tensor) and kept.numel() == weight.numel():
        values[called(layer, "weight", weight.numel())] = weight.reshape(kept.shape)
    if isinstance(held(layer, "bias", 1), Tensor):
        values[called(layer, "bias", 1)] = torch.tensor(bias)
    layer.assign(**values)


def answer(submission, layer: nn.Module, x: Tensor, weight: Tensor, bias: float) -> Tensor:
    """The result with these numbers; random ones are the same in each call: a redrawn weight costs values alone."""
    place(layer, weight, bias)
    submission.manual_seed(0)
    return layer(x)


def differences(objective: Callable[[Tensor], float], numbers: Tensor, step: float = 1 / 256) -> Tensor:
    """The slope of the objective in each number, by central differences."""
    shifts = step * torch.eye(len(numbers))
    return torch.tensor([(objective(numbers + each) - objective(numbers - each)) / (2 * step) for each in shifts])


def agree(gradient: Tensor, expected: Tensor) -> bool:
    """Whether the numbers agree; the shape of a parameter, and dtypes, are judged elsewhere; a bias is one number."""
    gradient = gradient.detach().to(expected.dtype)
    numbers = gradient.flatten() if expected.numel() > 1 else gradient.sum().reshape(1)
    return numbers.numel() == expected.numel() and torch.allclose(numbers, expected.flatten(), rtol=1e-2, atol=1e-2)
