"""Checks of conv2d_module that you may read and run: `autograde check`."""

import torch
from torch import Tensor, nn

from autograder import assert_close, assert_shape, assert_tensor, check, fail, say

X = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]])
WEIGHT = torch.tensor([[1.0, 0.0], [-1.0, 2.0]])
BIAS = 0.5
RESULT = torch.tensor([[3.5, 7.5], [-1.5, 3.5]])
TURNED = torch.tensor([[1.5, 7.5], [-0.5, 0.5]])


@check(kind="interface")
def interface(submission):
    """`Conv2D((h, w))` builds an `nn.Module`, and calling it returns a tensor."""
    layer = submission.Conv2D((2, 2))
    if not isinstance(layer, nn.Module):
        fail("what `Conv2D((2, 2))` builds is not an `nn.Module`")
    assert_tensor(layer(torch.ones(3, 3)))


@check(kind="interface", needs=[interface])
def parameters(submission):
    """`weight` and `bias` are parameters of the module, of shapes (h, w) and (1,)."""
    parameters = dict(submission.Conv2D((2, 3)).named_parameters())
    for name, shape in {"weight": (2, 3), "bias": (1,)}.items():
        if name not in parameters:
            listed = ", ".join(parameters) or say("nothing")
            fail(
                "`named_parameters()` lists {listed}, but no `{name}`",
                misconception=f"{name}-not-parameter",
                listed=listed,
                name=name,
            )
        assert_shape(parameters[name], shape)
    if parameters["bias"].detach().item() != 0:
        fail("`bias` does not start as zero", misconception="bias-not-zero")


@check(kind="shape", needs=[interface])
def shapes(submission):
    """An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1)."""
    for (H, W), (h, w) in [((3, 3), (2, 2)), ((3, 4), (2, 3)), ((6, 3), (1, 2)), ((2, 5), (2, 5))]:
        assert_shape(submission.Conv2D((h, w))(torch.ones(H, W)), (H - h + 1, W - w + 1))


@check(kind="value", needs=[shapes])
def worked_example(submission):
    """The worked example of the statement comes out."""
    layer = submission.Conv2D((2, 2))
    layer.assign(weight=WEIGHT, bias=torch.tensor([BIAS]))
    Y = layer(X)
    if not agree(Y, layer(X)):
        fail("the same input gives other numbers the second time", misconception="weight-redrawn")
    assert_close(Y, RESULT, mistakes={"bias-not-added": RESULT - BIAS, "flipped-kernel": TURNED})


@check(kind="gradient", needs=[parameters, worked_example])
def training(submission):
    """Gradients reach both parameters, and fifty steps of descent lower the loss."""
    layer = submission.Conv2D((2, 2))
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.01)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = ((layer(X) - RESULT) ** 2).sum()
        if not loss.requires_grad:
            fail("the result is cut off from the parameters", misconception="breaks-gradient")
        loss.backward()
        for name in ("weight", "bias"):
            if layer.get_parameter(name).grad is None:
                fail("after `backward` there is no gradient in `{name}`", misconception="breaks-gradient", name=name)
        optimizer.step()
        losses.append(loss.item())
    if not losses[-1] < losses[0]:
        fail("the loss was {first:.3g} at first and is {last:.3g} after fifty steps", first=losses[0], last=losses[-1])


def agree(Y: Tensor, expected: Tensor) -> bool:
    """Whether Y holds these numbers; a result of another shape does not."""
    return isinstance(Y, Tensor) and Y.shape == expected.shape and torch.allclose(Y.to(expected.dtype), expected)
