"""Hidden checks of lenet: architecture by behaviour.

All ten parameters have shapes of their own, so numbers are put into the student's network by shape,
whatever it calls its layers and in whatever order it makes them. What comes out is compared with the
reference's, and, where it differs, with what the usual slips give for the same numbers.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import (
    Recipe,
    assert_close,
    assert_dtype,
    assert_shape,
    assert_tensor,
    assert_unchanged,
    check,
    fail,
    say,
)
from autograder.compare import within
from autograder.errors import SubmissionRaised

Shape = tuple[int, ...]

CONV1, CONV2, LINEAR1, LINEAR2, LINEAR3 = (6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)
WEIGHTS: list[Shape] = [CONV1, CONV2, LINEAR1, LINEAR2, LINEAR3]
SHAPES: list[Shape] = [each for weight in WEIGHTS for each in (weight, weight[:1])]
IMAGE = (1, 28, 28)
RECIPE = Recipe(epochs=14, batch_size=32, lr=0.005)
# Sides of an image for which a network with other paddings has 5x5 maps at the end; with other poolings.
PADDED, POOLED = (32, 30, 26, 22), (11, 14, 15, 16, 18)
# Images in which a last map, flattened in part or not at all, has 400 elements where a Linear wants them.
UNFLATTENED = ((28, 1608), (88, 88))
BATCHES = (2, 4, 8, 10, 16, 32, 50, 64, 100, 128, 256)


@check(kind="interface", points=0.5)
def interface(submission):
    """`LeNet()` builds an `nn.Module`."""
    if not isinstance(submission.LeNet(), nn.Module):
        fail("what `LeNet()` builds is not an `nn.Module`", misconception="not-a-module")


@check(kind="interface", points=1, needs=[interface])
def parameters(submission):
    """There are ten parameters of the right shapes, 61,706 numbers in all."""
    net = built(submission)
    found = Counter(tuple(each.shape) for each in net.parameters())
    if found != Counter(SHAPES):
        count = sum(each.numel() for each in net.parameters())
        fail(
            "{found} parameters are registered, with {count:,} numbers; LeNet has 10, with 61,706",
            misconception=explain_parameters(net, found),
            found=found.total(),
            count=count,
        )


@check(kind="interface", points=0.25, needs=[interface])
def trainable(submission):
    """Every parameter takes gradients."""
    found = dict(built(submission).named_parameters())
    if not found:
        fail("no parameters are registered", misconception="layers-not-registered")
    if frozen := sum(not each.requires_grad for each in found.values()):
        fail(
            "{frozen} of {count} parameters take no gradient",
            misconception="parameter-frozen",
            frozen=frozen,
            count=len(found),
        )


@check(kind="interface", points=0.5, needs=[interface])
def forward(submission):
    """An image goes through all layers, and a tensor comes out."""
    net = built(submission)
    try:
        result = net(torch.zeros(1, *IMAGE))
    except SubmissionRaised as error:
        if error.type == "RuntimeError" and batch_that_works(net):
            return  # that it is not for any number of images is for `shapes` to judge
        conclude(submission, explain_raise(net))
        raise
    if result is None:
        fail("calling the network returns None", misconception="nothing-returned")
    if not isinstance(result, Tensor):
        assert_tensor(result)


@check(kind="shape", points=0.25, needs=[forward])
def one_image(submission):
    """One image gives a result of shape (1, 10)."""
    assert_rows(submission, built(submission), 1)


@check(kind="shape", points=0.75, needs=[forward])
def shapes(submission):
    """N images give a result of shape (N, 10)."""
    net = built(submission)
    for n in (2, 5):
        assert_rows(submission, net, n)


@check(kind="value", points=0.25, needs=[shapes])
def repeatable(submission):
    """The same image gives the same logits again, and other images give others."""
    net, x = built(submission), torch.randn(2, *IMAGE)
    place(net, numbers())
    if not close(net(x), net(x)):
        redrawn, made = changed_by(net, x)[0] == "parameters", len(list(net.parameters())) < len(SHAPES)
        suspect = "weight-redrawn" if redrawn else "layers-not-registered" if made else "dropout-added"
        fail("two calls with the same image give different results", misconception=suspect)
    result = net(torch.randn(4, *IMAGE))
    # Right ones differ by a hundredth at least; rows of one product may differ in their last digits.
    if isinstance(result, Tensor) and (result - result[:1]).abs().max() <= 1e-5 * result.abs().max():
        fail("all images give the same result", misconception="constant-result")


@check(kind="value", points=0.5, needs=[repeatable])
def modes(submission):
    """Training and evaluation mode give the same logits."""
    net, x = built(submission), torch.randn(4, *IMAGE)
    place(net, numbers())
    still = net(x)
    net.train()
    first = net(x)
    if not close(first, still):
        usual = "normalisation-added" if torch.equal(first, net(x)) else "dropout-added"
        fail("the result in training mode is another than in evaluation mode", misconception=usual)


@check(kind="value", points=0.25, needs=[shapes])
def stateless(submission):
    """A call changes no parameter, no buffer and no mode of the network."""
    net, x = built(submission), torch.randn(4, *IMAGE)
    for training in (True, False):
        net.train(training)
        changed, slip = changed_by(net, x)
        if changed:
            fail("calling the network changes its {changed}", misconception=slip, changed=changed)


@check(kind="value", points=0.5, needs=[repeatable])
def batches(submission):
    """Every image of a batch gets the logits that it gets alone."""
    net, x = built(submission), torch.randn(5, *IMAGE)
    place(net, numbers())
    together = net(x)
    alone = [row(net(x[i : i + 1])) for i in range(5)]
    if not all(close(alone[i], together[i : i + 1]) for i in range(5)):
        fail("the logits of an image depend on the other images of its batch", misconception="images-mixed")


@check(kind="value", points=2, needs=[parameters, repeatable])
def values(submission, reference):
    """With the weights of the reference, an image gives the logits of the reference."""
    net, kept = built(submission), numbers()
    place(net, kept)
    for _ in range(2):
        x = torch.randn(1, *IMAGE)
        result, expected = row(net(x)), twin(reference, kept)(x)
        slip = None
        if not close(result, expected):
            slip = next((slip for slip, value in slips(x, kept) if close(result, value)), None)
            if slip is None and rounding_of(result, expected):
                slip = "rounded-output"
        assert_close(result, expected.detach(), mistakes={slip: result} if slip else None)


@check(kind="value", points=0.25, needs=[repeatable])
def strided_input(submission):
    """A transposed or sliced batch gives the same logits as its copy."""
    net = built(submission)
    place(net, numbers())
    for x in (torch.randn(2, *IMAGE).transpose(2, 3), torch.randn(4, 3, 30, 28)[::2, 1:2, 1:29]):
        assert_close(net(x), net(x.clone(memory_format=torch.contiguous_format)))


@check(kind="gradient", points=1, needs=[repeatable])
def parameter_gradients(submission, reference):
    """`backward` leaves the right gradient in every parameter."""
    net, kept = built(submission), numbers()
    place(net, kept)
    # Images that take a gradient, too: then writing into them costs no gradient of a parameter.
    x, cotangent = torch.randn(3, *IMAGE, requires_grad=True), torch.randn(3, 10)
    model = twin(reference, kept)
    result, expected = net(x), model(x)
    trained = [each for each in net.parameters() if each.requires_grad]
    if not list(net.parameters()):
        fail("there is no parameter that a gradient could be left in", misconception="layers-not-registered")
    if not trained:
        return  # that none takes a gradient is judged elsewhere
    if result.requires_grad:
        (result * cotangent).sum().backward()
    (expected * cotangent).sum().backward()
    right = {tuple(each.shape): each.grad for each in model.parameters()}
    rounding = rounding_of(result, expected)
    without = [each for each in trained if each.grad is None]
    lost = sum(not holds(net, x, cotangent, each, right, rounding) for each in without)
    if lost or len(without) == len(trained):
        fail(
            "no gradient reaches {lost} of {count} parameters",
            misconception="breaks-gradient",
            lost=lost or len(without),
            count=len(trained),
        )
    if not all(holds(net, x, cotangent, each, right, rounding) for each in trained):
        fail("the gradient of a parameter is not that of what the network computes")


@check(kind="gradient", points=0.25, needs=[repeatable])
def input_gradient(submission, reference):
    """Gradients reach the images."""
    net, kept = built(submission), numbers()
    place(net, kept)
    x, cotangent = torch.randn(3, *IMAGE, requires_grad=True), torch.randn(3, 10)
    result, expected = net(x), twin(reference, kept)(x)
    if result.requires_grad:
        (result * cotangent).sum().backward()
    (right,) = torch.autograd.grad((expected * cotangent).sum(), x)
    if x.grad is None:
        fail("no gradient reaches the images", misconception="breaks-gradient")
    if not holds(net, x, cotangent, x, {tuple(x.shape): right}, rounding_of(result, expected)):
        fail("the gradient of the images is not that of what the network computes")


@check(kind="dtype", points=0.125, needs=[shapes])
def float32(submission):
    """Float32 images give float32 logits."""
    assert_dtype(built(submission)(torch.randn(2, *IMAGE)), torch.float32)


@check(kind="purity", points=0.125, needs=[shapes])
def unchanged(submission):
    """The images are the same after the call."""
    assert_unchanged(built(submission), x=torch.randn(2, *IMAGE))


@check(
    kind="accuracy", points=1.5, needs=[trainable, modes, stateless, batches, values, parameter_gradients, unchanged]
)
def accuracy(submission, measured):
    """Trained by the recipe of the statement, the network recognises digits that it has not seen."""
    net = built(submission)
    biases = {name: torch.zeros_like(each) for name, each in net.named_parameters() if each.dim() == 1}
    net.assign(**biases)  # under whatever name
    measured.require(net, RECIPE)


# ---------------------------------------------------------------- the student's network


def built(submission):
    """A network in evaluation mode, with those parameters too that a lazy layer makes in its first call."""
    net = submission.LeNet()
    net.eval()
    if len(list(net.parameters())) < len(SHAPES):
        try:
            net(torch.zeros(1, *IMAGE))
        except SubmissionRaised:
            return net
        net = net.fetch("")
    return net


def place(net, kept: Mapping[Shape, Tensor]) -> None:
    """Put these numbers into the network's parameters by their shapes; others get some of their size."""
    shapes = {name: tuple(each.shape) for name, each in net.named_parameters()}
    net.assign(**{name: kept[shape] if shape in kept else drawn(shape) for name, shape in shapes.items()})


def numbers() -> dict[Shape, Tensor]:
    """Random numbers for every parameter, so large that no sigmoid is close to linear, nor close to constant."""
    return {shape: drawn(shape) for shape in SHAPES}


def drawn(shape: Shape) -> Tensor:
    """The numbers for this shape, the same throughout a check."""
    generator = torch.Generator().manual_seed((torch.initial_seed() + hash(shape)) % 2**32)
    scale = 3 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.5
    return scale * torch.randn(shape, generator=generator)


def twin(reference, kept: Mapping[Shape, Tensor]) -> nn.Module:
    """The reference with these numbers."""
    net = reference.LeNet()
    with torch.no_grad():
        for each in net.parameters():
            each.copy_(kept[tuple(each.shape)])
    return net


def changed_by(net, x: Tensor) -> tuple[str, str]:
    """What a call changes in the network, and the misconception behind it; empty if nothing."""
    before, flags = net.fetch(""), net.submodes()
    net(x)
    after = net.fetch("")
    if differ(dict(before.named_parameters()), dict(after.named_parameters())):
        return say("parameters"), "weight-redrawn"
    if names := differ(dict(before.named_buffers()), dict(after.named_buffers())):
        running = any(name.rpartition(".")[2] in ("running_mean", "running_var") for name in names)
        return say("buffers"), "normalisation-added" if running else "state-changed"
    frozen = [each.requires_grad for each in before.parameters()] != [each.requires_grad for each in after.parameters()]
    return (say("mode"), "state-changed") if frozen or flags != net.submodes() else ("", "")


def differ(old: Mapping[str, Tensor], new: Mapping[str, Tensor]) -> list[str]:
    """The names whose tensors are not the same, or are there only once."""
    both = old.keys() & new.keys()
    return sorted((old.keys() ^ new.keys()) | {name for name in both if not torch.equal(old[name], new[name])})


def row(result: object) -> object:
    """The logits of a single image as one row: whether they come as one is judged elsewhere."""
    return result.reshape(1, 10) if isinstance(result, Tensor) and result.numel() == 10 else result


def close(result: object, expected: Tensor) -> bool:
    return (
        isinstance(result, Tensor)
        and result.shape == expected.shape
        and within((result.to(expected.dtype) - expected).abs(), 1e-5 + 1e-4 * expected.abs())
    )


COARSE = 2e-2


def rounding_of(result: object, expected: Tensor) -> float | None:
    """How far gradients may be from the reference's, of the largest; None if this is another function."""
    if close(result, expected):
        return 1e-4
    coarse = isinstance(result, Tensor) and result.shape == expected.shape
    return COARSE if coarse and torch.allclose(result.to(expected.dtype), expected, rtol=1e-2, atol=1e-2) else None


def holds(
    net, x: Tensor, cotangent: Tensor, leaf: Tensor, right: Mapping[Shape, Tensor], rounding: float | None
) -> bool:
    """Whether the gradient in `leaf`, a parameter or the images, is right.

    If the network computes what the reference does, it is `right` by the shape of the leaf. Otherwise, or if
    it does so only roughly, it is what differences say, along a random direction and along itself.
    """
    claimed = torch.zeros(leaf.shape) if leaf.grad is None else leaf.grad
    known = right.get(tuple(leaf.shape))
    if known is not None and rounding is not None:
        alike = torch.allclose(claimed, known, rtol=10 * rounding, atol=rounding * known.abs().max().item())
        if alike or rounding < COARSE:
            return alike
    norm = claimed.norm().item()
    for direction in (torch.randn(leaf.shape), *[claimed] * (norm > 0)):
        unit = direction / direction.norm()
        wanted, allowed = claimed.mul(unit).sum().item(), 0.05 * norm + 0.02
        # The short step is fair to what has kinks, the long one to what is rounded on the way.
        if not any(abs(slope(net, x, cotangent, leaf, unit, step) - wanted) <= allowed for step in (1 / 1024, 1 / 32)):
            return False
    return True


def slope(net, x: Tensor, cotangent: Tensor, leaf: Tensor, direction: Tensor, step: float) -> float:
    """How fast the result changes as `leaf` moves in the direction, by central differences."""
    found, kept = [], leaf.detach().clone()
    with torch.no_grad():
        for sign in (1, -1):
            leaf.copy_(kept + sign * step * direction)
            found.append(net(x.detach()).mul(cotangent).sum().item())
        leaf.copy_(kept)
    return (found[0] - found[1]) / (2 * step)


# ---------------------------------------------------------------- what went wrong


def conclude(submission, misconception: str | None) -> None:
    """Say what a call that raised is due to: as the transcript, which the chaffs of the check have in common.

    The one that was kept tells the names of parameters, which are everybody's own.
    """
    if misconception is not None:
        submission.transcript[:] = [("value", misconception)]


def shape_of(net, *size: int) -> Shape | None:
    """The shape of what images of this size (N, H, W) give; None if they do not go through."""
    n, *sides = size
    try:
        result = net(torch.zeros(n, 1, *sides))
    except SubmissionRaised:
        return None
    return tuple(result.shape) if isinstance(result, Tensor) else None


def batch_that_works(net) -> int | None:
    """A number of images for which the network works; the logits of 392 can be reshaped to images."""
    return next((n for n in (*BATCHES, 392) if shape_of(net, n, 28, 28) is not None), None)


def assert_rows(submission, net, n: int) -> None:
    """`n` images give `n` rows of ten."""
    try:
        result = net(torch.zeros(n, *IMAGE))
    except SubmissionRaised:
        conclude(submission, explain_batch(net))
        raise
    if isinstance(result, Tensor) and result.shape != (n, 10):
        deep = result.dim() > 2 and result.shape[-1] == 10 and result.numel() > 10 * n
        unflattened = deep or (n == 1 and shape_of(net, 2, 28, 28) is None)
        suspect = "missing-flatten" if unflattened else "wrong-output-shape"
        shape = tuple(result.shape)
        if n == 1:
            fail("1 image gives a result of shape {shape}, not (1, 10)", misconception=suspect, shape=shape)
        fail("{n} images give a result of shape {shape}, not ({n}, 10)", misconception=suspect, n=n, shape=shape)
    assert_shape(result, (n, 10))


def explain_batch(net) -> str | None:
    """The misconception behind a network that does not work for some number of images."""
    if shape_of(net, 1, 28, 28) is not None:
        return "missing-flatten"  # the images of the batch end up in one row
    works = batch_that_works(net)
    return "wrong-output-shape" if works == 392 else "fixed-batch-size" if works else None


def explain_raise(net) -> str | None:
    """The misconception behind a network that no image of the right size goes through."""
    found = {tuple(each.shape) for each in net.parameters()}
    if any(shape_of(net, 1, *size) is not None for size in UNFLATTENED):
        return "missing-flatten"
    if LINEAR1 in found and any(shape_of(net, 1, side, side) is not None for side in PADDED):
        return "wrong-padding"
    if LINEAR1 in found and any(shape_of(net, 1, side, side) is not None for side in POOLED):
        return "wrong-pooling"
    linear = {shape for shape in found if len(shape) == 2}
    return "wrong-linear-size" if linear and linear != {LINEAR1, LINEAR2, LINEAR3} else None


def explain_parameters(net, found: Counter[Shape]) -> str | None:
    """The misconception behind parameters of other shapes."""
    missing, extra = Counter(SHAPES) - found, found - Counter(SHAPES)
    result = shape_of(net, 1, 28, 28)
    if not extra:
        if all(len(shape) == 1 for shape in missing):
            return "no-bias"
        return "layers-not-registered" if result == (1, 10) else "missing-layer"
    if not missing:
        return "normalisation-added" if all(len(shape) == 1 for shape in extra) else "extra-layer"
    conv = [shape for shape in extra if len(shape) == 4]
    if conv:
        channels = {shape[:2] for shape in conv} <= {CONV1[:2], CONV2[:2]}
        return "wrong-kernel-size" if channels else "wrong-channels"
    features = [shape[1] for shape in extra if len(shape) == 2 and shape[0] == 120]
    if features and missing == Counter([LINEAR1]) and result is not None:
        if features[0] in (5, 25):
            return "missing-flatten"
        return "wrong-padding" if features[0] in (256, 576, 784, 1024) else "wrong-pooling"
    if result is not None and len(result) == 2 and result[1] != 10:
        return "wrong-output-shape"
    if sum(found.values()) != len(SHAPES):
        return "missing-layer" if found.total() < len(SHAPES) else "extra-layer"
    return "wrong-linear-size"


Step = Callable[[Tensor], Tensor]
PLACES = [places for count in range(1, 5) for places in combinations(range(4), count)]
OTHER_STEPS: dict[str, list[Step]] = {
    "missing-activation": [lambda x: x],
    "relu-not-sigmoid": [F.relu, F.leaky_relu, F.gelu],
    "tanh-not-sigmoid": [torch.tanh],
}
ENDS: dict[str, list[Step]] = {
    "softmax-at-end": [lambda x: x.softmax(1), lambda x: x.log_softmax(1), lambda x: x.softmax(0)],
    "activation-at-end": [torch.sigmoid, torch.relu, torch.tanh],
}
FLATTENED: list[Step] = [
    lambda maps: maps.permute(0, 2, 3, 1).flatten(1),
    lambda maps: maps.transpose(2, 3).flatten(1),
]


def average(maps: Tensor) -> Tensor:
    return F.avg_pool2d(maps, 2)


def maximum(maps: Tensor) -> Tensor:
    return F.max_pool2d(maps, 2)


def around(left: int, right: int, mode: str = "constant") -> Step:
    """Padding, the same for rows and for columns."""
    return lambda maps: F.pad(maps, (left, right, left, right), mode)


OTHER_PADS: list[tuple[Step, Step]] = [
    (around(3, 3), around(0, 0)),
    (around(0, 0), around(1, 1)),
    *((around(left, 4 - left), around(0, 0)) for left in (0, 1, 3, 4)),
    *((around(2, 2, mode), around(0, 0)) for mode in ("reflect", "replicate", "circular")),
]
OTHER_POOLS: list[Step] = [
    lambda maps: 4 * F.avg_pool2d(maps, 2),
    lambda maps: maps[..., ::2, ::2],
    lambda maps: F.avg_pool2d(maps, 3, 2, 1),
    lambda maps: F.avg_pool2d(maps, 3, 2, 1, count_include_pad=False),
]


def flat(maps: Tensor) -> Tensor:
    return maps.flatten(1)


def logits(
    x: Tensor,
    kept: Mapping[Shape, Tensor],
    other: Mapping[int, Step] | None = None,
    pools: tuple[Step, Step] = (average, average),
    pads: tuple[Step, Step] = (around(2, 2), around(0, 0)),
    flatten: Step = flat,
    pool_first: bool = False,
) -> Tensor:
    """LeNet with other parts; `other` holds what stands in place of the sigmoids 0 to 3."""
    steps = [(other or {}).get(place, torch.sigmoid) for place in range(4)]
    for step, pool, pad, weight in zip(steps[:2], pools, pads, (CONV1, CONV2), strict=True):
        maps = F.conv2d(pad(x), kept[weight], kept[weight[:1]])
        x = step(pool(maps)) if pool_first else pool(step(maps))
    x = flatten(x)
    for step, weight in zip(steps[2:], (LINEAR1, LINEAR2), strict=True):
        x = step(F.linear(x, kept[weight], kept[weight[:1]]))
    return F.linear(x, kept[LINEAR3], kept[LINEAR3[:1]])


def slips(x: Tensor, kept: Mapping[Shape, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The usual slips with the logits that they give for these numbers; two at once come last."""
    right = logits(x, kept)
    for slip, steps in OTHER_STEPS.items():
        for step in steps:
            yield from ((slip, logits(x, kept, dict.fromkeys(places, step))) for places in PLACES)
    some_maximum = [(maximum, maximum), (maximum, average), (average, maximum)]
    yield from (("max-not-average", logits(x, kept, pools=pools)) for pools in some_maximum)
    for slip, steps in ENDS.items():
        yield from ((slip, step(right)) for step in steps)
    yield from (("wrong-padding", logits(x, kept, pads=pads)) for pads in OTHER_PADS)
    for pool in OTHER_POOLS:
        for pools in ((pool, pool), (pool, average), (average, pool)):
            yield "wrong-pooling", logits(x, kept, pools=pools)
    yield from (("flatten-order", logits(x, kept, flatten=flatten)) for flatten in FLATTENED)
    yield "pool-before-activation", logits(x, kept, pool_first=True)
    softmax = ENDS["softmax-at-end"]
    for slip, steps in OTHER_STEPS.items():
        for places in PLACES:
            for pools in ((average, average), *some_maximum):
                other = logits(x, kept, dict.fromkeys(places, steps[0]), pools)
                yield slip, other
                yield from ((slip, end(other)) for end in softmax)
    yield from (("max-not-average", end(logits(x, kept, pools=pools))) for pools in some_maximum for end in softmax)
