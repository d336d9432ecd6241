"""Checks of lenet that you may read and run: `autograde check`."""

import math

import torch
from torch import nn

from autograder import assert_close, assert_shape, assert_tensor, check, fail, say

SHAPES = [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,)]


@check(kind="interface")
def interface(submission):
    """`LeNet()` builds an `nn.Module`, and calling it returns a tensor."""
    net = submission.LeNet()
    if not isinstance(net, nn.Module):
        fail("what `LeNet()` builds is not an `nn.Module`", misconception="not-a-module")
    assert_tensor(net(torch.zeros(1, 1, 28, 28)))


@check(kind="interface", needs=[interface])
def parameters(submission):
    """There are ten parameters of the right shapes, 61,706 numbers in all."""
    parameters = dict(called(submission).named_parameters())
    found = sorted(tuple(each.shape) for each in parameters.values())
    if found != sorted(SHAPES):
        other = [shape for shape in found if shape not in SHAPES] or say("no others")
        lacking = [shape for shape in SHAPES if shape not in found] or say("none")
        fail(
            "of the shapes {shapes} there are missing: {lacking}; there are instead: {other}",
            shapes=SHAPES,
            lacking=lacking,
            other=other,
        )
    if frozen := [name for name, each in parameters.items() if not each.requires_grad]:
        fail("these parameters take no gradient: {names}", misconception="parameter-frozen", names=", ".join(frozen))


@check(kind="shape", needs=[interface])
def shapes(submission):
    """N images give a result of shape (N, 10), for one image and for several."""
    net = called(submission)
    for n in (1, 2, 7):
        assert_shape(net(torch.zeros(n, 1, 28, 28)), (n, 10))


@check(kind="value", needs=[parameters, shapes])
def worked_example(submission):
    """The worked example of the statement comes out."""
    net = called(submission)
    net.assign(**worked(net))
    squeezed = 1 / (1 + math.exp(1.0))  # the sigmoid of -1
    expected = torch.full((2, 10), 84 * 0.01 * squeezed)
    mistakes = {
        "relu-not-sigmoid": torch.zeros(2, 10),
        "missing-activation": torch.full((2, 10), -0.84),
        "tanh-not-sigmoid": torch.full((2, 10), 0.84 * math.tanh(-1.0)),
        "softmax-at-end": torch.full((2, 10), 0.1),
    }
    assert_close(net(torch.rand(2, 1, 28, 28)), expected, mistakes=mistakes)


@check(kind="gradient", needs=[parameters, shapes])
def training(submission):
    """Gradients reach every parameter, and fifty steps of descent lower the loss."""
    net = called(submission)
    net.assign(
        **{name: torch.randn(each.shape) / max(each[0].numel(), 4) ** 0.5 for name, each in net.named_parameters()}
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
    images, labels = torch.rand(8, 1, 28, 28), torch.arange(8)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(images), labels)
        if not loss.requires_grad:
            fail("the result is cut off from the parameters", misconception="breaks-gradient")
        loss.backward()
        if lost := [name for name, each in net.named_parameters() if each.grad is None]:
            fail(
                "after `backward` there is no gradient in {names}",
                misconception="breaks-gradient",
                names=", ".join(lost),
            )
        optimizer.step()
        losses.append(loss.item())
    if not losses[-1] < losses[0]:
        fail("the loss was {first:.3g} at first and is {last:.3g} after fifty steps", first=losses[0], last=losses[-1])


def called(submission):
    """A network that has been called: a lazy layer makes its parameters only then."""
    net = submission.LeNet()
    net(torch.zeros(1, 1, 28, 28))
    return net.fetch("")


def worked(net):
    """All numbers 0, but the weights of the last layer 0.01 and the biases of the one before it -1."""
    special = {(10, 84): 0.01, (84,): -1.0}
    return {name: torch.full(each.shape, special.get(tuple(each.shape), 0.0)) for name, each in net.named_parameters()}
