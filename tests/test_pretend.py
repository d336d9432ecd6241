"""A GPU that is not there: tensors that say where they would be, and refuse to be mixed."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.sandbox.pretend import CPU, Pretence, place_of, put

GPU = torch.device("cuda", 0)


@pytest.fixture
def here() -> torch.Tensor:
    """A batch that is known to be on the CPU."""
    return put(torch.arange(12.0).reshape(4, 3), CPU)


MOVES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "to": lambda x: x.to(GPU),
    "to by name": lambda x: x.to("cuda"),
    "to by keyword": lambda x: x.to(device="cuda:0", non_blocking=True),
    "to with a dtype": lambda x: x.to(GPU, torch.float32),
    "to another tensor's": lambda x: x.to(torch.zeros(1, device="cuda")),
    "cuda": lambda x: x.cuda(),
    "cuda by number": lambda x: x.cuda(0),
    "a copy": lambda x: torch.tensor(x.tolist(), device=GPU),
    "type_as": lambda x: x.type_as(torch.zeros(1, device=GPU)),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_moves(here: torch.Tensor, move: Callable[[torch.Tensor], torch.Tensor]) -> None:
    with Pretence(GPU):
        there = move(here)
        assert there.device == GPU
        assert there.is_cuda
        assert there.get_device() == 0
        assert here.device == CPU
        assert not here.is_cuda
        assert (there * 2).sum().device == GPU
        assert there.cpu().device == there.to("cpu").device == CPU
        assert there.tolist() == here.tolist()
    assert there.device == CPU  # outside it is what it is


def test_what_stays(here: torch.Tensor) -> None:
    with Pretence(GPU):
        there = here.to(GPU)
        assert there.to(GPU) is there
        assert (
            there.double().device == there.to(torch.float64).device == there.to(torch.float64, copy=True).device == GPU
        )
        assert torch.zeros(2).device == torch.zeros_like(here).device == CPU
        assert torch.zeros_like(there).device == there.new_zeros(3).device == there.view(3, 4).T[0].device == GPU
        assert here.requires_grad_().to(GPU).sum().requires_grad


MIXTURES: dict[str, Callable[[torch.Tensor, torch.Tensor], object]] = {
    "plus": lambda here, there: here + there,
    "in place": lambda here, there: there.add_(here),
    "cat": lambda here, there: torch.cat([here, there]),
    "linear": lambda here, there: F.linear(here, there),
    "cross-entropy": lambda here, there: F.cross_entropy(there, torch.tensor([0, 1, 2, 0])),
    "a module": lambda here, there: nn.Linear(3, 2).to(GPU)(here),
    "a module that stayed": lambda here, there: nn.Linear(3, 2)(there),
    "comparison": lambda here, there: there.argmax(1) == torch.tensor([0, 1, 2, 0]),
}


@pytest.mark.parametrize("mix", MIXTURES.values(), ids=MIXTURES)
def test_what_cannot_be_mixed(here: torch.Tensor, mix: Callable[[torch.Tensor, torch.Tensor], object]) -> None:
    with Pretence(GPU), pytest.raises(RuntimeError, match="found at least two devices, cuda:0 and cpu"):
        mix(here, here.to(GPU))


def test_what_can_be_mixed(here: torch.Tensor) -> None:
    with Pretence(GPU):
        there = here.to(GPU)
        assert (there + torch.tensor(1.0)).device == GPU  # a scalar
        assert there[torch.tensor([0, 1])].device == GPU  # indices
        total = torch.zeros(2)
        total[0] = there.sum()
        assert total.device == CPU
        assert here.copy_(there).device == CPU


def test_numpy_wants_the_cpu(here: torch.Tensor) -> None:
    with Pretence(GPU):
        with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
            here.to(GPU).numpy()
        assert here.to(GPU).cpu().numpy().shape == (4, 3)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        lambda parameters: torch.optim.Adam(parameters),
    ],
)
@pytest.mark.parametrize("move", [lambda net: net.to(GPU), lambda net: net.cuda(), lambda net: net.to("cuda:0")])
def test_training_goes_on_as_on_the_cpu(
    optimizer: Callable[..., torch.optim.Optimizer], move: Callable[[nn.Module], nn.Module]
) -> None:
    X, y = torch.randn(6, 1, 4, 4), torch.randint(0, 2, (6,))
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    twin = copy.deepcopy(net)

    def train(net: nn.Module, device: torch.device) -> list[torch.Tensor]:
        steps = optimizer(net.parameters())
        for _ in range(3):
            steps.zero_grad()
            F.cross_entropy(net(X.to(device)), y.to(device)).backward()
            steps.step()
        return [parameter.detach().clone() for parameter in net.parameters()]

    expected = train(twin, CPU)
    with Pretence(GPU):
        put(X, CPU)
        moved = move(net)
        found = train(moved, GPU)
        assert {parameter.device for parameter in net.parameters()} == {GPU}
        assert {buffer.device for buffer in net.buffers()} == {GPU}
        assert all(parameter.grad is not None and parameter.grad.device == GPU for parameter in net.parameters())
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_what_is_not_known_is_held_against_nobody() -> None:
    x = torch.ones(3)
    with Pretence(GPU):
        assert place_of(x) is None
        assert (x + torch.ones(3, device=GPU)).device == GPU
