"""Hidden checks of network_design: three functions that count, and one network.

The network is judged from outside: by the shapes of its parameters (those with four axes are the
weights of convolutions, those with two the weights of Linears) and by what it makes of images. So it
does not matter what a stage is made of, and what things are called.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder import assert_dtype, assert_shape, assert_tensor, assert_unchanged, check, fail, say
from autograder.compare import Mismatch
from autograder.errors import SubmissionRaised

Layers = list[tuple[int, int]]
Formula = Callable[..., int]

UNIT_STRIDES: list[Layers] = [
    [(3, 1)],
    [(3, 1), (3, 1)],
    [(5, 1), (3, 1), (7, 1)],
    [(3, 1)] * 6,
    [(2, 1), (5, 1), (1, 1), (4, 1)],
    [(1, 1), (1, 1)],
    [(11, 1), (1, 1), (3, 1), (3, 1), (2, 1)],
]
STRIDES: list[Layers] = [
    [(3, 2), (3, 1)],
    [(5, 3)],
    [(5, 1), (2, 2), (5, 1), (2, 2)],
    [(7, 2), (3, 2), (3, 1), (3, 2), (3, 1)],
    [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)],
    [(3, 1), (2, 2)] * 5,
    [(1, 2), (3, 1), (1, 3), (4, 5), (2, 1)],
    [(2, 3), (2, 3), (2, 3)],
    [(3, 2), (3, 2), (3, 2), (3, 2)],
]
CHANNELS = [(1, 6, 5), (6, 16, 5), (3, 64, 7), (7, 2, 1), (16, 16, 3), (2, 9, 4), (5, 1, 3)]
PAIRS = [(3, 8, (3, 5)), (4, 2, (5, 3)), (1, 6, (1, 7)), (2, 3, (2, 1)), (6, 5, (3, 3))]

SIDES = (1, 2, 3, 4, 5, 6, 7, 8, 14, 16)  # of a last map
CLASSES = 30  # so many that all logits of one sign are no accident


# ---------------------------------------------------------------- receptive_field


@check(kind="interface", points=0.25)
def interface(submission):
    """`receptive_field` is defined and returns an int."""
    assert_int(submission.receptive_field([(3, 1), (3, 1)]))


@check(kind="value", points=0.5)
def receptive_field_stride_one(submission, reference):
    """Kernels with stride 1 add up to the right receptive field."""
    assert_counts(
        submission.receptive_field,
        reference.receptive_field,
        [(layers,) for layers in UNIT_STRIDES],
        {
            "sum-of-kernels": [
                lambda layers: sum(kernel for kernel, _ in layers),
                lambda layers: 1 + sum(kernel for kernel, _ in layers),
                lambda layers: sum(kernel for kernel, _ in layers) - 1,
            ],
            "product-of-kernels": [lambda layers: math.prod(kernel for kernel, _ in layers)],
            "strides-added": [
                lambda layers: 1 + weighted(layers, lambda at: 1 + sum(s for _, s in layers[:at])),
                lambda layers: 1 + weighted(layers, lambda at: sum(s for _, s in layers[:at]) or 1),
            ],
            "without-the-pixel": [lambda layers: sum(kernel - 1 for kernel, _ in layers)],
            "one-too-many": [lambda layers: 2 + sum(kernel - 1 for kernel, _ in layers)],
        },
    )


@check(kind="value", points=1, needs=[receptive_field_stride_one])
def receptive_field_strides(submission, reference):
    """The strides of the layers before count."""
    assert_counts(
        submission.receptive_field,
        reference.receptive_field,
        [(layers,) for layers in STRIDES],
        {
            "stride-ignored": [lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers)],
            "own-stride-counted": [
                lambda layers: 1 + weighted(layers, lambda at: math.prod(s for _, s in layers[: at + 1])),
                lambda layers: 1 + weighted(layers, lambda at: layers[at][1]),
            ],
            "last-stride-only": [lambda layers: 1 + weighted(layers, lambda at: layers[at - 1][1] if at else 1)],
            "strides-added": [lambda layers: 1 + weighted(layers, lambda at: 1 + sum(s - 1 for _, s in layers[:at]))],
            "order-reversed": [
                lambda layers: 1 + weighted(layers, lambda at: math.prod(s for _, s in layers[at + 1 :]))
            ],
        },
    )


@check(kind="purity", points=0.25)
def receptive_field_unchanged(submission):
    """The list of layers is the same after the call."""
    assert_unchanged(submission.receptive_field, layers=[(5, 1), (3, 1), (7, 1)])


# ---------------------------------------------------------------- conv_params


@check(kind="interface", points=0.25)
def conv_params_int(submission):
    """`conv_params` is defined and returns an int."""
    try:
        result = submission.conv_params(2, 4, 3)
    except SubmissionRaised as error:
        if works(lambda: submission.conv_params(2, 4, (3, 3))):
            fail(
                "a kernel of (3, 3) is counted, for a kernel of 3 the call raises {error}",
                misconception="pairs-only",
                error=safe(error),
            )
        raise
    assert_int(result)


@check(kind="value", points=0.5)
def conv_params_with_bias(submission, reference):
    """Weights and biases of a square kernel are counted."""
    cases = [case + more for case in CHANNELS for more in ((), (True,))]
    assert_counts(
        submission.conv_params,
        reference.conv_params,
        cases,
        {
            "bias-ignored": [lambda i, o, k, bias=True: i * o * k * k],
            "wrong-defaults": [lambda i, o, k, *bias: i * o * k * k + (o if bias else 0)],
            "bias-by-input": [lambda i, o, k, bias=True: i * o * k * k + i],
            "one-bias": [lambda i, o, k, bias=True: i * o * k * k + 1],
            "bias-per-kernel": [lambda i, o, k, bias=True: i * o * (k * k + 1)],
            "input-channels-ignored": [lambda i, o, k, bias=True: o * k * k + o],
            "one-side-counted": [lambda i, o, k, bias=True: i * o * k + o],
        },
    )


@check(kind="value", points=0.25)
def conv_params_without_bias(submission):
    """Without a bias there are fewer parameters, one for each output channel."""
    found, expected = [], []
    for c_in, c_out, kernel in CHANNELS:
        found.append([number(submission.conv_params(c_in, c_out, kernel, bias)) for bias in (True, False)])
        expected.append(c_in * c_out * kernel**2)
    biases = [with_bias - without for with_bias, without in found]
    if all(without == right for (_, without), right in zip(found, expected, strict=True)):
        return
    # Weights that are miscounted are so with a bias as well, and cost that check.
    if all(each == c_out for each, (_, c_out, _) in zip(biases, CHANNELS, strict=True)):
        return
    if not any(biases):
        fail("the number is the same with a bias and without", misconception="bias-ignored")
    if all(with_bias < without for with_bias, without in found):
        fail("there are more parameters without a bias than with one", misconception="bias-inverted")
    fail("the number of parameters without a bias is wrong")


@check(kind="value", points=0.25)
def conv_params_pairs(submission):
    """A kernel that is a pair (height, width) is counted by its area."""
    found = []
    try:
        for c_in, c_out, pair in PAIRS:
            by_pair, plain = submission.conv_params(c_in, c_out, pair), submission.conv_params(c_in, c_out, (1, 1))
            found.append((number(by_pair), number(plain)))
    except SubmissionRaised as error:
        if works(lambda: submission.conv_params(2, 3, 3)):
            fail(
                "a kernel of 3 is counted, for a pair the call raises {error}",
                misconception="square-only",
                error=safe(error),
            )
        raise
    # What one more element of the kernel costs is judged elsewhere, and so is what is counted beside the kernels.
    taken = [c_in * c_out for c_in, c_out, _ in PAIRS]
    by_square = [
        (number(submission.conv_params(c_in, c_out, 3)) - number(submission.conv_params(c_in, c_out, 1))) / 8
        for c_in, c_out, _ in PAIRS
        if works(lambda: submission.conv_params(2, 3, 3))
    ]
    sizes = [pair for *_, pair in PAIRS]

    def counts(area: Callable[[int, int], int]) -> bool:
        """Whether a pair counts as this area, and a pair of ones as the same of ones."""
        more = [area(h, w) - area(1, 1) for h, w in sizes]
        return any(
            all(math.isclose(a - b, each * by) for (a, b), each, by in zip(found, more, factors, strict=True))
            for factors in (taken, by_square)
            if any(factors)
        )

    if counts(lambda h, w: h * w):
        return
    if any(counts(area) for area in (lambda h, w: h * h, lambda h, w: w * w, lambda h, w: h, lambda h, w: w)):
        fail("one of the two sides of the kernel is not looked at", misconception="square-only")
    if counts(lambda h, w: h + w):
        fail("height and width are added", misconception="sides-added")
    fail("the number of parameters is wrong")


# ---------------------------------------------------------------- stack_depth


@check(kind="interface", points=0.25)
def stack_depth_int(submission):
    """`stack_depth` is defined and returns an int."""
    assert_int(submission.stack_depth(5))


@check(kind="value", points=0.25)
def stack_depth_of_three(submission, reference):
    """The depth of kernels of 3 that stands for an odd kernel is right."""
    assert_counts(
        submission.stack_depth,
        reference.stack_depth,
        [(kernel, *more) for kernel in (3, 5, 7, 9, 11, 15) for more in ((), (3,))],
        {
            "sum-of-kernels": [lambda k, small=3: -(-k // small), lambda k, small=3: k // small],
            "wrong-defaults": [lambda k, *small, by=by: -((1 - k) // ((small or (by,))[0] - 1)) for by in (2, 5, 7)],
            "one-too-many": [lambda k, small=3: (k - 1) // (small - 1) + 1],
            "one-too-few": [lambda k, small=3: (k - 1) // (small - 1) - 1],
            "counts-parameters": [
                lambda k, small=3: k * k // (small * small),
                lambda k, small=3: -(-k * k // (small * small)),
            ],
        },
    )


@check(kind="value", points=0.25, needs=[stack_depth_of_three])
def stack_depth_even(submission, reference):
    """A kernel between two depths takes the deeper one."""
    cases = [(2,), (4,), (6,), (8,), (10,), (14,)]
    wrong = {
        "not-an-int": [lambda k, small=3: (k - 1) / (small - 1)],
        "rounds-down": [
            lambda k, small=3: (k - 1) // (small - 1),
            lambda k, small=3: round((k - 1) / (small - 1)),
            lambda k, small=3: max(1, (k - 1) // (small - 1)),
        ],
    }
    assert_counts(submission.stack_depth, reference.stack_depth, cases, wrong)


@check(kind="value", points=0.25)
def stack_depth_other(submission, reference):
    """Small kernels of other sizes than 3 are counted with their own size."""
    cases = [(9, 5), (13, 5), (7, 7), (19, 7), (5, 2), (8, 2), (11, 11), (13, 4)]
    wrong = {
        "small-ignored": [lambda k, small: -((1 - k) // 2)],
        "sum-of-kernels": [lambda k, small: -(-k // small), lambda k, small: k // small],
        "one-too-many": [lambda k, small: (k - 1) // (small - 1) + 1],
        "one-too-few": [lambda k, small: (k - 1) // (small - 1) - 1],
    }
    assert_counts(submission.stack_depth, reference.stack_depth, cases, wrong)


# ---------------------------------------------------------------- StageNet: what can be read off


@check(kind="interface", points=0.25)
def stage_net(submission):
    """`StageNet(3, 8, 2, 10)` builds an `nn.Module`."""
    if not isinstance(submission.StageNet(3, 8, 2, 10), nn.Module):
        fail("what `StageNet(3, 8, 2, 10)` builds is not an `nn.Module`", misconception="not-a-module")


@check(kind="interface", points=0.25, needs=[stage_net])
def forward(submission):
    """Calling the network returns a tensor, which depends on the images."""
    net = build(submission, 3, 8, 2, 10)
    try:
        result = net(torch.randn(2, 3, *size_for(net, 8, 2)))
    except SubmissionRaised as error:
        if "(32x1 and " in error.message:
            fail(
                "the Linear raises {error}: it looks at the last axis",
                misconception="missing-flatten",
                error=safe(error),
            )
        raise
    if result is None:
        fail("nothing is returned", misconception="nothing-returned")
    assert_tensor(result)
    if constant(net):
        fail("all images give the same result")


@check(kind="interface", points=0.25, needs=[stage_net])
def registered(submission):
    """Every stage has a convolution whose parameters are registered and trainable, and the images go through it."""
    for stages in (1, 3):
        net = build(submission, 3, 8, stages, 10)
        kernels = weights(net, 4)
        if not kernels:
            fail("no weight of a convolution is among the parameters of the network", misconception="not-registered")
        if len(kernels) < stages:
            fail(
                "{stages} stages have {count} convolutions",
                misconception="shared-stage",
                stages=stages,
                count=len(kernels),
            )
        if any(not each.requires_grad for each in (*kernels, *weights(net, 2))):
            fail("a parameter takes no gradient", misconception="parameter-frozen")
        if constant(net, stages):
            fail("all images give the same result, whatever the layers are")


@check(kind="interface", points=0.75, needs=[registered])
def kernels(submission):
    """All kernels are square, odd, and at most 7."""
    for stages in (1, 2, 4):
        for weight in weights(build(submission, 3, 8, stages, 10), 4):
            h, w = weight.shape[2:]
            if h != w:
                fail("a kernel is {h}x{w}", misconception="kernel-not-square", h=h, w=w)
            if h % 2 == 0:
                fail("a kernel is {h}x{w}", misconception="even-kernel", h=h, w=w)
            if h > 7:
                fail("a kernel is {h}x{w}", misconception="kernel-too-large", h=h, w=w)


@check(kind="interface", points=1, needs=[registered])
def channels(submission):
    """The first stage gives base_channels, and each one after it twice as many as the one before."""
    for in_channels, base, stages in [(3, 8, 3), (1, 16, 2), (3, 16, 1), (2, 8, 4)]:
        net = build(submission, in_channels, base, stages, CLASSES)
        widths = [base * 2**stage for stage in range(stages)]
        shapes = [tuple(weight.shape) for weight in weights(net, 4)]
        outputs = {shape[0] for shape in shapes}
        seen = outputs | {shape[1] for shape in shapes} | {shape[1] for shape in heads(net)}
        last = heads(net)[-1][1] if heads(net) else max(outputs - {CLASSES}, default=0)
        missing = [width for width in widths if width not in seen]
        side = math.isqrt(last // widths[-1])
        if not missing and last % widths[-1] == 0 and side**2 == last // widths[-1]:
            continue  # a side above 1 is that of a map which was not averaged: judged elsewhere
        told = say("of {stages} stages with base_channels {base}", stages=stages, base=base)
        if len(outputs - {CLASSES}) == 1 and stages > 1:
            fail("{told} all have the same number of channels", misconception="no-doubling", told=told)
        if (set(widths) <= seen and last == 2 * widths[-1]) or [2 * width for width in widths] == sorted(outputs):
            fail(
                "{told} the last one has twice as many channels as it should",
                misconception="one-doubling-too-many",
                told=told,
            )
        if last == base and stages > 1 and outputs >= set(widths):
            fail("{told} the first one has the most channels", misconception="channels-halved", told=told)
        if outputs >= {base * (stage + 1) for stage in range(stages)}:
            fail("{told} each adds base_channels", misconception="no-doubling", told=told)
        if stages > 1 and max(outputs - {CLASSES}) <= base:
            fail("{told} none has more than {most} channels", misconception="no-doubling", told=told, most=max(outputs))
        again = {each.shape[0] for each in weights(build(submission, in_channels, 24 - base, stages, CLASSES), 4)}
        if again == outputs:
            fail("the channels are the same whatever base_channels is", misconception="base-channels-ignored")
        fail("{told} some have other numbers of channels than they should", told=told)


@check(kind="interface", points=0.25, needs=[forward])
def head(submission):
    """The head is a global average and one Linear."""
    net = build(submission, 3, 8, 2, CLASSES)
    shapes = heads(net)
    if not shapes:
        fail("no weight of a Linear is among the parameters of the network", misconception="no-linear")
    # Beside the classifier there may be pairs of Linears that weigh the channels within a stage.
    others = sorted(
        tuple(each.shape) for each in weights(net, 2) if each.shape[0] not in (CLASSES, 10) and each.shape[1] > 1
    )
    if len(shapes) > 1 or len(others) % 2 or others != sorted((b, a) for a, b in others):
        fail("there are {count} Linears", misconception="several-linears", count=len(shapes) + len(others))
    if not reduced(net, 2):
        h, w = size_for(net, 8, 2)
        if answers(net, h, w) and answers(net, 2 * h, w) and answers(net, h, 4 * w):
            fail(
                "the Linear takes {count} features, not one for each channel",
                misconception="not-global",
                count=shapes[0][1],
            )


# ---------------------------------------------------------------- StageNet: what it makes of images


@check(kind="shape", points=0.25, needs=[forward])
def logits(submission):
    """(N, in_channels, H, W) gives (N, num_classes)."""
    for in_channels, base, stages, classes in [(3, 8, 2, 10), (1, 8, 1, 3), (4, 16, 3, 7), (3, 8, 4, 1)]:
        net = build(submission, in_channels, base, stages, classes)
        size = size_for(net, base, stages, in_channels)
        try:
            result = net(torch.randn(3, in_channels, *size))
        except SubmissionRaised as error:
            if in_channels != 3 and all(each.shape[1] != in_channels for each in weights(net, 4)):
                fail(
                    "with {channels} input channels the call raises {error}",
                    misconception="fixed-size",
                    channels=in_channels,
                    error=safe(error),
                )
            raise
        if isinstance(result, Tensor) and tuple(result.shape) == (3, 10) and classes != 10:
            fail("the result has shape (3, 10) whatever num_classes is", misconception="fixed-size")
        if isinstance(result, Tensor) and result.dim() == 4 and result.shape[2:] == (1, 1):
            fail(
                "the result has shape {shape}, with a height and a width",
                misconception="extra-axes",
                shape=tuple(result.shape),
            )
        assert_shape(result, (3, classes))
        net.eval()
        result = net(torch.randn(1, in_channels, *size))
        if isinstance(result, Tensor) and tuple(result.shape) == (classes,):
            fail("for a single image the result loses its first axis", misconception="squeezed-axes")
        assert_shape(result, (1, classes))


@check(kind="shape", points=0.5, needs=[forward])
def any_size(submission):
    """Images of any height and width that 2**num_stages divides are taken, wide and tall and small ones."""
    for stages in (1, 2, 3):
        net = build(submission, 3, 8, stages, 10)
        net.eval()
        for h, w in [(4, 4), (3, 3), (2, 5), (5, 2), (1, 3), (3, 1), (7, 6), (8, 8)]:
            size = h * 2**stages, w * 2**stages
            try:
                result = net(torch.randn(2, 3, *size))
            except SubmissionRaised as error:
                told = say("an image of {h}x{w} makes the call raise {error}", h=size[0], w=size[1], error=safe(error))
                explain_size(submission, net, stages, told)
                raise
            assert_shape(result, (2, 10))
            if not result.isfinite().all():
                fail("for an image of {height}x{width} the result is not finite", height=size[0], width=size[1])


@check(kind="dtype", points=0.25, needs=[forward])
def float32(submission):
    """float32 images give float32 logits."""
    net = build(submission, 3, 8, 2, 10)
    assert_dtype(net(torch.randn(2, 3, *size_for(net, 8, 2))), torch.float32)


@check(kind="value", points=0.25, needs=[forward])
def repeatable(submission):
    """In eval mode the same image gives the same logits again."""
    net = lively(build(submission, 3, 8, 2, 10))
    images = torch.randn(3, 3, *size_for(net, 8, 2))
    first, again = answer(net, list(images)), answer(net, list(images))
    if not torch.allclose(first, again, rtol=1e-4, atol=1e-5):
        fail("two calls with the same images give different results", misconception="random-in-eval")
    if torch.equal(first, first.bfloat16().double()):
        fail("the logits are rounded to half precision")


@check(kind="value", points=0.25, needs=[any_size, repeatable])
def averaged(submission):
    """The head averages over all positions of the map."""
    net = lively(build(submission, 3, 8, 2, CLASSES))
    patch, middle, away = 10 * torch.randn(3, 6, 6), (60, 60), (28, 92)
    small = answer(net, [picture((64, 64)), picture((64, 64), patch, (28, 28))])
    places = [(), (middle,), (away,), (middle, away)]
    large = answer(net, [picture((128, 128), patch, *each) for each in places])
    effect, (one, other, both) = small[1] - small[0], large[1:] - large[0]
    least = 1e-6 * large[0].norm()
    if min(one.norm(), other.norm()) <= least:
        fail("what is at some place of an image does not reach the result", misconception="one-position")
    if (both - one).norm() <= max(0.01 * one.norm(), least) and one.norm() > 0.7 * effect.norm():
        fail("the same patch a second time changes nothing", misconception="max-not-average")
    noise = [answer(net, [*torch.randn(4, 3, side, side)]).norm() for side in (64, 128)]
    if noise[1] > 2.5 * noise[0]:
        fail("larger images give larger results", misconception="sum-not-mean")


@check(kind="shape", points=0.5, needs=[averaged])
def halving(submission):
    """Each stage halves height and width."""
    for stages in (1, 2, 3):
        net = lively(build(submission, 3, 8, stages, CLASSES))
        if not reduced(net, stages):
            return  # what is left of each channel depends on the place, and is judged elsewhere
        for axis in ("height", "width"):
            wrong = misdivided(net, stages, axis) or padded(net, stages, axis)
            side = say("height") if axis == "height" else say("width")
            if wrong and stages == 1:
                fail("one stage does not halve the {side}", misconception=wrong, side=side)
            if wrong:
                fail(
                    "an image that goes through {stages} stages has not its {side} divided by {factor}",
                    misconception=wrong,
                    stages=stages,
                    side=side,
                    factor=2**stages,
                )


@check(kind="value", points=0.25, needs=[forward])
def unbounded(submission):
    """The results are logits, which may be any numbers."""
    net = lively(build(submission, 3, 8, 2, CLASSES))
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.shape[:1] in ((CLASSES,), (10,)):
                parameter.mul_(20)
    result = answer(net, list(3 * torch.randn(4, 3, *size_for(net, 8, 2))))
    for probabilities in (result, result.exp()):
        sums = [probabilities.sum(axis) for axis in (0, 1)]
        if (probabilities >= 0).all() and any(torch.allclose(each, torch.ones_like(each), atol=1e-3) for each in sums):
            fail("the results are probabilities, or their logarithms", misconception="softmax-at-end")
    if (result >= 0).all() or (result <= 0).all():
        fail("no result is on the other side of zero", misconception="activation-at-end")
    if (result.abs() <= 1).all():
        fail("no result is beyond 1", misconception="activation-at-end")


@check(kind="gradient", points=0.5, needs=[forward])
def gradients(submission):
    """Gradients reach every layer, and the images."""
    net = lively(build(submission, 3, 8, 2, 10))
    images = torch.randn(2, 3, *size_for(net, 8, 2)).requires_grad_()
    result = net(images)
    assert_tensor(result)
    if not result.requires_grad:
        fail("the result is cut off from the parameters and the images", misconception="breaks-gradient")
    (result * torch.randn(result.shape)).sum().backward()
    if images.grad is None:
        fail("no gradient reaches the images", misconception="breaks-gradient")
    for parameter in net.parameters():
        # A further parameter that is not used is fine.
        if parameter.requires_grad and parameter.grad is None and matters(net, parameter, images.detach()):
            fail("no gradient reaches one of the parameters that count", misconception="breaks-gradient")


@check(kind="purity", points=0.25, needs=[forward])
def images_unchanged(submission):
    """The images are the same after the call."""
    net = build(submission, 3, 8, 2, 10)
    assert_unchanged(net, images=torch.randn(2, 3, *size_for(net, 8, 2)))


# ---------------------------------------------------------------- numbers


def number(value: Any) -> float:
    """A number that was returned, whatever its type: judged elsewhere."""
    if getattr(value, "type_name", "") in ("int64", "int32", "float32", "float64"):
        value = value.item()
    if value is None:
        fail("nothing is returned", misconception="nothing-returned")
    if not isinstance(value, (int, float)) and not (isinstance(value, Tensor) and value.numel() == 1):
        fail("the result is {kind}, not a number", kind=kind_of(value))
    return value if isinstance(value, (int, float)) else float(value)


def assert_int(value: Any) -> None:
    if isinstance(value, (float, Tensor)):
        fail("the result is {kind}, not an int", misconception="not-an-int", kind=kind_of(value))
    if type(number(value)) is not int:
        fail("the result is {kind}, not an int", kind=kind_of(value))


def kind_of(value: Any) -> str:
    words = {
        "NoneType": "None",
        "float": say("a float"),
        "Tensor": say("a tensor"),
        "bool": say("True or False"),
        "str": say("a string"),
    }
    return words.get(type(value).__name__, say("something else"))


def assert_counts(
    function: Callable[..., Any], right: Formula, cases: Sequence[tuple], wrong: Mapping[str, Sequence[Formula]]
) -> None:
    """The numbers are right in all cases; if they are wrong, whether they are so in all cases by one wrong formula."""
    found = [number(function(*case)) for case in cases]
    expected = [right(*case) for case in cases]
    off = sum(a != b for a, b in zip(found, expected, strict=True))
    if not off:
        return
    known = [id for id, formulas in wrong.items() if any([f(*case) for case in cases] == found for f in formulas)]
    fail("{off} of {count} numbers are wrong", misconception=known[0] if known else None, off=off, count=len(cases))


def weighted(layers: Layers, factor: Callable[[int], int]) -> int:
    return sum((kernel - 1) * factor(at) for at, (kernel, _) in enumerate(layers))


# ---------------------------------------------------------------- networks


def build(submission: Any, in_channels: int, base: int, stages: int, classes: int) -> nn.Module:
    """A network whose mirror shows all parameters, those too that lazy layers make in the first call."""
    net = submission.StageNet(in_channels, base, stages, classes)
    if isinstance(net, nn.Module) and (len(weights(net, 4)) < stages or not weights(net, 2)):
        side = 8 * 2**stages
        if answers(net, side, side, in_channels):
            anew = net.fetch("float")()  # any method that returns the network itself
            if isinstance(anew, nn.Module):
                return anew
    return net


def weights(net: nn.Module, axes: int) -> list[nn.Parameter]:
    return [parameter for parameter in net.parameters() if parameter.dim() == axes]


def heads(net: nn.Module) -> list[tuple[int, ...]]:
    """The shapes of the Linears that give the logits."""
    return [tuple(each.shape) for each in weights(net, 2) if each.shape[0] in (CLASSES, 10) and each.shape[1] > 1]


def size_for(net: nn.Module, base: int, stages: int, channels: int = 3) -> tuple[int, int]:
    """The size of images that the network takes even if it is made for one size alone."""
    width, step = base * 2 ** (stages - 1), 2**stages
    features = max((each.shape[1] for each in weights(net, 2)), default=width)
    side = math.isqrt(features // width)
    sides = [side] if side > 1 and side * side * width == features else []
    fitting = [each for each in (*sides, 8) if answers(net, each * step, each * step, channels)]
    if not fitting:
        fitting = [each for each in SIDES if answers(net, each * step, each * step, channels)]
    return (fitting[0] * step, fitting[0] * step) if fitting else (8 * step, 8 * step)


def works(call: Callable[[], Any]) -> bool:
    try:
        call()
    except SubmissionRaised:
        return False
    return True


def answers(net: nn.Module, h: int, w: int, channels: int = 3) -> bool:
    """Whether images of this size give finite numbers."""
    try:
        result = net(torch.randn(2, channels, h, w))
    except SubmissionRaised:
        return False
    return isinstance(result, Tensor) and bool(result.isfinite().all())


def constant(net: nn.Module, stages: int = 2) -> bool:
    """Whether all images of a size that the network takes give exactly the same."""
    size = size_for(net, 8, stages)
    if not answers(net, *size):
        return False
    result = net(torch.randn(4, 3, *size))
    return isinstance(result, Tensor) and result.dim() > 0 and torch.equal(result, result[:1].expand_as(result))


def safe(error: SubmissionRaised) -> str:
    known = ("RuntimeError", "TypeError", "ValueError", "IndexError")
    return error.type if error.type in known else say("an exception")


def explain_size(submission: Any, net: nn.Module, stages: int, told: str) -> None:
    """Fail with the idea that makes a network raise for some sizes, if it can be told."""
    width, step = 8 * 2 ** (stages - 1), 2**stages
    features = max((each.shape[1] for each in weights(net, 2)), default=0)
    fitting = [side for side in SIDES if answers(net, side * step, side * step)]
    if len(fitting) <= 1 and (features > width or fitting == [1]):
        raise Mismatch(told, misconception="flatten-not-gap")
    if fitting and 16 not in fitting:
        raise Mismatch(told, misconception="fixed-size")
    if fitting and fitting[0] > 1:
        nets = [lively(build(submission, 3, 8, each, CLASSES)) for each in (1, 2)]
        too_often = any(misdivided(each, at, "height") == "halves-too-often" for at, each in enumerate(nets, start=1))
        raise Mismatch(told, misconception="halves-too-often" if too_often else "no-padding")


def lively(net: nn.Module) -> nn.Module:
    """The network in eval mode, with weights that let through what the images hold."""
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() > 1:
                parameter.copy_(torch.randn(parameter.shape) * math.sqrt(4 / parameter[0].numel()))
    return net.eval()


def picture(size: tuple[int, int], patch: Tensor | None = None, *places: tuple[int, int]) -> Tensor:
    """An image of zeros with a patch at some places."""
    image = torch.zeros(3, *size)
    for top, left in places:
        image[:, top : top + patch.shape[1], left : left + patch.shape[2]] = patch
    return image


def shifted(side: int, patch: Tensor, axis: str, by: int) -> Tensor:
    """A square image with the patch near its middle, moved down or to the right."""
    at = side // 2 - 4
    return picture((side, side), patch, (at + by, at) if axis == "height" else (at, at + by))


def answer(net: nn.Module, images: Sequence[Tensor]) -> Tensor:
    """The logits of the images, in float64; their shape is judged elsewhere."""
    with torch.no_grad():
        result = net(torch.stack([*images]))
    assert_tensor(result)
    if result.dim() == 0 or len(result) != len(images):
        fail("the result does not hold one row for each image")
    return result.double().flatten(1)


def reduced(net: nn.Module, stages: int) -> bool:
    """Whether the Linear takes one feature for each channel, and not several of its places."""
    features = max((each.shape[1] for each in weights(net, 2)), default=0)
    places = features // (8 * 2 ** (stages - 1))
    return places <= 1 or math.isqrt(places) ** 2 != places or features in {each.shape[0] for each in weights(net, 4)}


def wide_enough(stages: int) -> int:
    """The side of an image whose borders are not seen from its middle, not even through three kernels of 7 a stage."""
    return 16 * (2**stages + 2)


def misdivided(net: nn.Module, stages: int, axis: str) -> str | None:
    """The misconception of a network that does not divide one axis by 2**stages, or None.

    A patch that moves by as much as the last map's elements stand apart leaves their average as it is;
    one that moves by half of that does not. Where the last stage ends with an average, that is no
    difference to the average of all; then an image that is too small to be halved as often tells.
    """
    side, step = wide_enough(stages), 2**stages
    patches = [10 * torch.randn(3, step + 3, step + 5), 10 * torch.randn(3, step + 4, step + 1)]
    images = [shifted(side, patch, axis, by) for by in (0, step // 2, step) for patch in patches]
    empty, *found = answer(net, [picture((side, side)), *images])
    start, half, whole = torch.stack(found).reshape(3, len(patches), -1)
    effect, by_half, by_step = (start - empty).norm(), (half - start).norm(), (whole - start).norm()
    noise = 2e-3 * effect + 1e-5 * empty.norm()
    if by_step > max(0.1 * by_half, noise):
        return "halves-too-often"
    invisible = by_half <= noise and small_enough(net, stages, axis) and not says_so(net, stages)
    return "not-halved" if invisible else None


def padded(net: nn.Module, stages: int, axis: str) -> str | None:
    """The misconception of a network whose last map is not exactly as long as it should be, or None.

    Where two patches count by themselves, each counts for half as much in an image of twice the area. A map
    that is longer by something makes that more, and one that is shorter makes it less.
    """
    side, step = wide_enough(stages), 2**stages
    double = (2 * side, side) if axis == "height" else (side, 2 * side)
    one, two = 10 * torch.randn(3, step + 3, step + 5), 10 * torch.randn(3, step + 4, step + 1)
    near = (side // 2, side // 2)
    far = (3 * side // 2, side // 2) if axis == "height" else (side // 2, 3 * side // 2)
    small = answer(net, [picture((side, side)), picture((side, side), one, near)])
    large = answer(
        net,
        [
            picture(double),
            picture(double, one, near),
            picture(double, two, far),
            picture(double, one, near) + picture(double, two, far),
        ],
    )
    effect, (first, second, both) = small[1] - small[0], large[1:] - large[0]
    noise = 1e-5 * large[0].norm()
    alone = answer(net, [picture((side, side), one, near)] * 2)[0] - small[0]
    if (alone - effect).norm() > 1e-3 * effect.norm() + noise:
        return None  # images are normalised together
    if (both - first - second).norm() > 1e-3 * both.norm() + noise or effect.norm() < 1e3 * noise:
        return None  # something besides the head looks at the whole image
    if (first - effect / 2).norm() <= 0.004 * effect.norm() + noise:
        return None
    return "too-much-padding" if first.norm() > effect.norm() / 2 else "no-padding"


def small_enough(net: nn.Module, stages: int, axis: str) -> bool:
    """Whether the network takes images that can be halved once less than it has stages."""
    short, long = 2 ** (stages - 1), 3 * 2**stages
    return answers(net, *((short, long) if axis == "height" else (long, short)))


def says_so(net: nn.Module, stages: int) -> bool:
    """Whether the network has average poolings enough; with `ceil_mode` they take even the smallest images."""
    told = net.fetch("__repr__")()
    return isinstance(told, str) and len(re.findall(r"AvgPool2d\(kernel_size=\(?2\b.* stride=\(?2\b", told)) >= stages


def matters(net: nn.Module, parameter: nn.Parameter, images: Tensor) -> bool:
    """Whether the logits follow the parameter."""
    before, kept = answer(net, [*images]), parameter.detach().clone()
    with torch.no_grad():
        parameter.add_(torch.randn(parameter.shape))
    after = answer(net, [*images])
    with torch.no_grad():
        parameter.copy_(kept)
    return not torch.allclose(before, after, rtol=1e-4, atol=1e-6)
