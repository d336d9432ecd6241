"""Checks of network_design that you may read and run: `autograde check`."""

import torch
from torch import nn

from autograder import assert_shape, assert_tensor, check, fail, say
from autograder.errors import SubmissionRaised


@check(kind="interface")
def interface(submission):
    """`receptive_field`, `conv_params` and `stack_depth` return ints."""
    for name, result in {
        "receptive_field": submission.receptive_field([(3, 1)]),
        "conv_params": submission.conv_params(1, 1, 3),
        "stack_depth": submission.stack_depth(3),
    }.items():
        if type(result) is not int:
            fail("`{name}` returns {result!r}, not an int", name=name, result=result)


@check(kind="value")
def receptive_fields(submission):
    """The receptive fields of the statement come out."""
    for layers, expected in {((3, 1), (3, 1)): 5, ((3, 2), (3, 1)): 7, ((5, 1), (2, 2), (5, 1), (2, 2)): 16}.items():
        result = submission.receptive_field([*layers])
        if result != expected:
            ideas = {sum(kernel for kernel, _ in layers): "sum-of-kernels"}
            ideas[1 + sum(kernel - 1 for kernel, _ in layers)] = "stride-ignored"
            fail(
                "for {layers} the result is {result}, not {expected}",
                misconception=ideas.get(result),
                layers=[*layers],
                result=result,
                expected=expected,
            )


@check(kind="value")
def parameters(submission):
    """The numbers of parameters of the statement come out."""
    for arguments, expected in {(2, 4, 3): 76, (2, 4, 3, False): 72, (2, 4, (1, 3), False): 24, (1, 6, 5): 156}.items():
        result = submission.conv_params(*arguments)
        if result != expected:
            idea = "bias-ignored" if abs(result - expected) == arguments[1] else None
            fail(
                "`conv_params{arguments}` is {result}, not {expected}",
                misconception=idea,
                arguments=arguments,
                result=result,
                expected=expected,
            )


@check(kind="value")
def depths(submission):
    """The depths of the statement come out."""
    for arguments, expected in {(5,): 2, (7,): 3, (11,): 5, (6,): 3, (13, 5): 3}.items():
        result = submission.stack_depth(*arguments)
        if result != expected:
            shown = ", ".join(map(str, arguments))
            fail("`stack_depth({shown})` is {result}, not {expected}", shown=shown, result=result, expected=expected)


@check(kind="interface")
def stage_net(submission):
    """`StageNet(3, 8, 2, 10)` is an `nn.Module` with square odd kernels of at most 7, and 8 and 16 channels."""
    net = submission.StageNet(3, 8, 2, 10)
    if not isinstance(net, nn.Module):
        fail("what `StageNet(3, 8, 2, 10)` builds is not an `nn.Module`", misconception="not-a-module")
    assert_tensor(net(torch.randn(2, 3, 32, 32)))
    kernels = [tuple(each.shape) for each in net.parameters() if each.dim() == 4]
    for h, w in (shape[2:] for shape in kernels):
        if h > 7 or w > 7:
            fail("a kernel is {h}x{w}", misconception="kernel-too-large", h=h, w=w)
        if h != w or h % 2 == 0:
            fail("a kernel is {h}x{w}", misconception="kernel-not-square" if h != w else "even-kernel", h=h, w=w)
    heads = [each.shape[1] for each in net.parameters() if each.dim() == 2]
    if heads and max(heads) <= 8:
        fail("the Linear takes 8 features; the second stage should give 16", misconception="no-doubling")


@check(kind="shape", needs=[stage_net])
def sizes(submission):
    """Images of 32x32, 12x20 and 4x8 all give logits of shape (2, 10)."""
    net = submission.StageNet(3, 8, 2, 10)
    assert_shape(net(torch.randn(2, 3, 32, 32)), (2, 10))
    for h, w in ((12, 20), (4, 8)):
        try:
            result = net(torch.randn(2, 3, h, w))
        except SubmissionRaised as error:
            if all(each.shape[1] <= 16 for each in net.parameters() if each.dim() == 2):
                raise
            fail(
                "32x32 works, {h}x{w} raises {error}: how many features does the Linear take?",
                misconception="flatten-not-gap",
                h=h,
                w=w,
                error=error.type,
            )
        assert_shape(result, (2, 10))


@check(kind="gradient", needs=[stage_net])
def gradients(submission):
    """After `backward` the parameters of the convolutions and of the Linear hold gradients."""
    net = submission.StageNet(1, 8, 2, 2)
    loss = nn.functional.cross_entropy(net(torch.randn(4, 1, 8, 12)), torch.tensor([0, 1, 0, 1]))
    if not loss.requires_grad:
        fail("the result is cut off from the parameters", misconception="breaks-gradient")
    loss.backward()
    for axes, layer in ((4, say("convolution")), (2, "Linear")):
        weights = [each for each in net.parameters() if each.dim() == axes]
        if weights and all(each.grad is None for each in weights):
            fail("after `backward` there is no gradient in any {layer}", misconception="breaks-gradient", layer=layer)
