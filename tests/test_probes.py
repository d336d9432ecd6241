"""Nets and batches that are handed to student code, on both sides of the boundary."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from autograder.compare import Mismatch
from autograder.errors import SubmissionRaised
from autograder.grading.handles import Submission
from autograder.grading.local import LocalPeer
from autograder.grading.mirrors import RemoteObject
from autograder.sandbox import probes
from autograder.sandbox.probes import Probes
from autograder.sandbox.recipe import Recipe, fit, redraw

Given = Callable[..., Submission]
PAIRS = [(torch.arange(6.0).reshape(2, 3), torch.tensor([0, 1])), (torch.ones(1, 3), torch.tensor([1]))]
TRAIN = """
import torch

def train(net, data, lr=0.1, device=None):
    if device is not None:
        net.to(device)
    net.train()
    for X, y in data:
        if device is not None:
            X, y = X.to(device), y.to(device)
        net.zero_grad()
        torch.nn.functional.cross_entropy(net(X), y).backward()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter -= lr * parameter.grad
    return len(data)

def look(net, data):
    net.eval()
    with torch.no_grad():
        return [net(X) for X, _ in data]
"""


@pytest.fixture
def given() -> Given:
    """A submission whose source is this."""

    def given(text: str = TRAIN, pretend: torch.device | None = None) -> Submission:
        peer = LocalPeer()
        load = {"op": "load", "module": "mine", "file": "mine.py", "text": textwrap.dedent(text)}
        assert peer.ask(load | {"helpers": {}, "supplied": {}}) == {"ok": True}
        submission = Submission(lambda seen: None)
        submission.begin(peer, 1, 1 << 20, None, pretend)
        return submission

    return given


class TestHere:
    def test_a_net_is_its_layers(self) -> None:
        net = Probes().net(("Flatten",), ("Linear", 4, 2), ("Sigmoid",))
        assert isinstance(net, nn.Sequential)
        assert net(torch.zeros(3, 2, 2)).shape == (3, 2)
        assert type(Probes().net(("Linear", 4, 2))) is nn.Linear

    def test_a_layer_that_there_is_not(self) -> None:
        with pytest.raises(ValueError, match="no layer `Bilinear`; there are: Join, AvgPool2d"):
            Probes().net(("Bilinear", 1, 2, 3))

    def test_join(self) -> None:
        net = Probes().net(("Join",), ("Identity",))
        assert net([torch.zeros(2, 1), torch.ones(2, 2)]).tolist() == [[0, 1, 1], [0, 1, 1]]
        assert net(torch.zeros(2, 1)).shape == (2, 1)

    def test_batches_are_handed_out_again_and_again(self) -> None:
        seen: list[int] = []
        made = Probes(seen.append)
        data = made.batches(PAIRS)
        for X, y in data:
            X.zero_()
            y.zero_()
        assert len(data) == 2
        assert [X.tolist() for X, _ in data] == [X.tolist() for X, _ in PAIRS]
        assert seen == [1, 2]
        other = made.batches(PAIRS)
        next(iter(other))
        assert seen == [1, 2]  # passes over the first batches are epochs
        assert [(each["event"], each["of"]) for each in made.log()][-2:] == [("pass", 1), ("batch", 1)]
        with pytest.raises(TypeError):
            data()  # type: ignore[operator]

    def test_the_log_holds_the_state_before_each_call(self) -> None:
        made = Probes()
        net = made.net(("Linear", 3, 2), ("BatchNorm1d", 2))
        before = {name: each.detach().clone() for name, each in net.named_parameters()}
        net(PAIRS[0][0])
        with torch.no_grad():
            net[0].weight.zero_()  # type: ignore[index, union-attr]
            net.eval()(PAIRS[1][0])
        first, second = made.log()
        assert first["training"]
        assert first["modes"] == {"": True, "0": True, "1": True}
        assert first["grad"]
        assert first["device"] == first["parameter_device"] == "cpu"
        assert first["shape"] == [2, 3]
        assert torch.equal(first["x"], PAIRS[0][0])
        assert all(torch.equal(first["parameters"][name], each) for name, each in before.items())
        assert first["buffers"]["1.running_mean"].tolist() == [0, 0]
        assert second["buffers"]["1.running_mean"].abs().sum() > 0
        assert not second["parameters"]["0.weight"].any()
        assert not second["training"]
        assert not second["grad"]

    def test_the_log_has_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(probes, "MAX_EVENTS", 5)
        monkeypatch.setattr(probes, "MAX_LOGGED", 20)
        made = Probes()
        net = made.net(("Linear", 3, 2))
        for _ in range(9):
            net(torch.zeros(1, 3))
        assert len(made.log()) == 2  # 8 elements each
        for _ in made.batches(PAIRS * 9):
            pass
        assert len(made.log()) == 5


class TestThere:
    def test_student_code_trains_a_net_of_ours(self, given: Given) -> None:
        submission = given()
        net = submission.net(("Linear", 3, 2))
        twins = Probes()
        twin = twins.net(("Linear", 3, 2))
        twin.load_state_dict({name: each.detach().clone() for name, each in net.named_parameters()})
        assert submission.train(net, submission.batches(PAIRS), 0.5) == 2
        spec: dict[str, Any] = {}
        exec(TRAIN, spec)
        spec["train"](twin, twins.batches(PAIRS), 0.5)
        net.pull()
        for name, parameter in twin.named_parameters():
            assert torch.allclose(net.get_parameter(name), parameter)
            assert torch.allclose(net.get_parameter(name).grad, parameter.grad)  # type: ignore[arg-type]
        assert [each["event"] for each in submission.log()] == [each["event"] for each in twins.log()]

    def test_numbers_that_were_changed_here_are_there_when_the_net_is_passed(self, given: Given) -> None:
        submission = given()
        net = submission.net(("Linear", 3, 2))
        with torch.no_grad():
            net.get_parameter("weight").fill_(1)
            net.get_parameter("bias").zero_()
        assert submission.look(net, submission.batches(PAIRS))[1].tolist() == [[3, 3]]
        assert net.pull().training is False
        assert net.submodes() == {"": False}
        assert net.get_parameter("weight").grad is None

    def test_a_copy_is_observed_as_what_it_is(self, given: Given) -> None:
        submission = given(
            """
            import copy

            def f(net, data):
                twin = copy.deepcopy(net).eval().requires_grad_(False)
                return [twin(X) for X, _ in data]
            """
        )
        submission.f(submission.net(("Linear", 3, 2)), submission.batches(PAIRS))
        seen = [(each["training"], each["requires_grad"]) for each in submission.log() if each["event"] == "forward"]
        assert seen == [(False, False)] * 2

    def test_a_container_with_methods_is_an_object(self, given: Given) -> None:
        submission = given(
            """
            class Sums(list):
                def add(self, x):
                    self[0] += x

            class Plain(dict):
                pass

            def f():
                return Plain(a=1)
            """
        )
        sums = submission.Sums([1.0, 2.0])
        assert isinstance(sums, RemoteObject)
        sums.add(3)
        assert (sums[0], sums[1]) == (4, 2)
        assert submission.f() == {"a": 1}

    def test_a_net_whose_shapes_were_changed(self, given: Given) -> None:
        submission = given("def f(net):\n    del net.weight\n    net.weight = __import__('torch').zeros(1)\n")
        net = submission.net(("Linear", 3, 2))
        submission.f(net)
        with pytest.raises(Mismatch, match="other parameters"):
            net.pull()

    def test_lists_arrive_as_lists(self, given: Given) -> None:
        submission = given("def f(data):\n    return [type(X).__name__ for X, _ in data], len(data)\n")
        data = submission.batches([([torch.ones(1), torch.ones(1)], torch.zeros(1)), (torch.ones(1), torch.zeros(1))])
        assert submission.f(data) == (["list", "Tensor"], 2)

    def test_a_new_check_begins_a_new_log(self, given: Given) -> None:
        submission = given()
        submission.look(submission.net(("Linear", 3, 2)), submission.batches(PAIRS))
        assert len(submission.log()) == 5
        submission.begin(submission._peer, 1, 2 << 20, None)
        assert submission.log() == []

    def test_a_pretended_device(self, given: Given) -> None:
        device = torch.device("cuda", 0)
        submission = given(pretend=device)
        net = submission.net(("Linear", 3, 2))
        submission.train(net, submission.batches(PAIRS), 0.1, device)
        forwards = [each for each in submission.log() if each["event"] == "forward"]
        assert {(each["device"], each["parameter_device"]) for each in forwards} == {("cuda:0", "cuda:0")}
        with pytest.raises(SubmissionRaised, match="found at least two devices"):
            submission.look(net, submission.batches(PAIRS))
        with submission.on(device):
            submission.look(submission.net(("Linear", 3, 2), device=device).to(device), submission.batches([]))
        assert submission.devices == []

    def test_where_a_result_is(self, given: Given) -> None:
        device = torch.device("cuda", 0)
        submission = given("import torch\ndef f(x): return x, torch.zeros(2), [x.cpu()]\n", pretend=device)
        with submission.on(device):
            submission.f(torch.ones(2))
        assert submission.devices == ["cuda:0", "cpu", "cpu"]

    def test_a_device_is_an_argument_like_any_other(self, given: Given) -> None:
        submission = given("def f(*devices): return [str(each) for each in devices], devices\n")
        devices = torch.device("cpu"), torch.device("cuda", 1)
        assert submission.f(*devices) == (["cpu", "cuda:1"], devices)


class TestRecipe:
    def blobs(self) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.arange(60) % 3
        return torch.randn(60, 4) * 0.1 + torch.eye(4)[labels], labels

    def test_it_trains(self) -> None:
        net, (images, labels) = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.1)), self.blobs()
        seen: list[int] = []
        losses = fit(net, images, labels, Recipe(20, 8, 0.05), seen.append)
        assert seen == list(range(1, 21))
        assert losses[-1] < losses[0] / 2
        assert not net.training
        assert (net(images).argmax(1) == labels).float().mean() > 0.95

    def test_what_a_student_has_drawn_does_not_matter(self) -> None:
        images, labels = self.blobs()
        results = []
        for start in (0.0, 100.0):
            net = nn.Linear(4, 3)
            nn.init.constant_(net.weight, start)
            nn.init.constant_(net.bias, start)
            torch.manual_seed(3)
            fit(net, images, labels, Recipe(2, 8, 0.05), lambda number: None)
            results.append(net.weight.detach().clone())
        assert torch.equal(*results)

    def test_what_is_drawn_anew(self) -> None:
        net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
        for parameter in net.parameters():
            nn.init.constant_(parameter, 7.0)
        redraw(net)
        weight, bias, scale, shift = net.parameters()
        assert 0 < weight.abs().max() <= 2 * (6 / 7) ** 0.5
        assert bias.tolist() == shift.tolist() == [0, 0, 0]
        assert scale.tolist() == [7, 7, 7]

    def test_across_the_boundary(self, given: Given) -> None:
        submission = given("from torch import nn\ndef Net():\n    return nn.Linear(4, 3)\n")
        net, (images, labels) = submission.Net(), self.blobs()
        losses = net.fit(images, labels, Recipe(10, 8, 0.05))
        assert losses[-1] < losses[0]
        logits = net.predict(images, torch.device("cpu"))
        assert not logits.requires_grad
        assert (logits.argmax(1) == labels).float().mean() > 0.9
