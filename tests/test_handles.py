"""A submission as a hidden test sees it: calls, gradients, modules and objects across the boundary.

Most run over `LocalPeer`, the same wire without a process; `Liar` is a worker that was taken over.
"""

from __future__ import annotations

import gc
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch

from autograder.compare import Mismatch, assert_close, assert_tensor
from autograder.errors import SubmissionRaised
from autograder.grading.aspects import assert_gradients, assert_unchanged, raises
from autograder.grading.handles import NotDefined, RemoteModule, RemoteObject, Seen, Submission
from autograder.grading.local import LocalPeer
from autograder.sandbox.wire import Handle, WireError

Given = Callable[..., Submission]


def begun(peer: Any, watch: Callable[[Seen], None] = lambda seen: None, seed: int = 1) -> Submission:
    submission = Submission(watch)
    submission.begin(peer, seed, 1 << 20, None)
    return submission


@pytest.fixture
def given() -> Given:
    """A submission whose source is this."""

    def given(text: str, **options: Any) -> Submission:
        peer = LocalPeer()
        load = {"op": "load", "module": "mine", "file": "mine.py", "text": textwrap.dedent(text)}
        reply = peer.ask(load | {"helpers": {}, "supplied": {}})
        assert reply == {"ok": True}, reply
        return begun(peer, **options)

    return given


class TestCalls:
    def test_values_come_back(self, given: Given) -> None:
        submission = given("def f(*args): return list(args)\n")
        assert submission.f(1, None, "a", (True, 2.5), {"k": [1]}) == [1, None, "a", (True, 2.5), {"k": [1]}]
        assert submission.f() == []

    @pytest.mark.parametrize(
        "x",
        [
            torch.arange(12.0).reshape(3, 4), torch.arange(12.0).reshape(3, 4).T, torch.arange(12.0)[::3],
            torch.ones(1, 4).expand(3, 4), torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1)[:, 1:],
            torch.arange(12.0)[5:], torch.empty(0, 3), torch.tensor(3.0),
        ],
    )  # fmt: skip
    def test_inputs_arrive_with_their_strides(self, given: Given, x: torch.Tensor) -> None:
        submission = given("def f(x): return x, tuple(x.stride()), x.is_contiguous()\n")
        value, stride, contiguous = submission.f(x)
        assert torch.equal(value, x)
        assert contiguous == x.is_contiguous()
        assert contiguous or stride == x.stride()

    def test_nothing_that_a_submission_does_reaches_the_caller(self, given: Given) -> None:
        submission = given("def f(x, xs):\n    x.zero_()\n    xs[0].zero_()\n    xs.append(1)\n    return x\n")
        x, xs = torch.ones(2), [torch.ones(2)]
        result = submission.f(x, xs)
        assert x.tolist() == xs[0].tolist() == [1, 1]
        assert len(xs) == 1
        result.add_(5)
        assert submission.f(x, xs).tolist() == [0, 0]

    def test_a_name_that_is_not_there(self, given: Given) -> None:
        with pytest.raises(NotDefined, match="`g` is not defined"):
            given("def f(): pass\n").g()

    def test_what_it_raises(self, given: Given) -> None:
        submission = given("class Mine(KeyError): pass\n\ndef f(x):\n    raise Mine('secret')\n")
        with pytest.raises(SubmissionRaised) as caught:
            submission.f(1)
        error = caught.value
        assert (error.type, error.bases[:2], error.message) == ("Mine", ("KeyError", "LookupError"), "'secret'")
        assert (error.file, error.line) == ("mine.py", 4)
        assert str(error) == "Mine: 'secret'"

    def test_raises(self, given: Given) -> None:
        submission = given("class Mine(ValueError): pass\n\ndef f(x):\n    if x: raise Mine\n")
        for name in ("Mine", "ValueError"):
            with raises(name):
                submission.f(1)
        with pytest.raises(Mismatch, match="no `ValueError` is raised"), raises("ValueError"):
            submission.f(0)
        with pytest.raises(SubmissionRaised), raises("KeyError"):
            submission.f(1)

    def test_seeds(self, given: Given) -> None:
        submission = given("import torch\n\ndef f(): return torch.rand(3)\n")
        first, second = submission.f(), submission.f()
        assert not torch.equal(first, second)
        submission.manual_seed(5)
        third = submission.f()
        submission.manual_seed(5)
        assert torch.equal(submission.f(), third)
        again = begun(submission._peer)
        assert torch.equal(again.f(), first)

    def test_the_submissions_random_numbers_are_not_ours(self, given: Given) -> None:
        submission = given("import torch\n\ndef f(): torch.manual_seed(0); return torch.rand(3)\n")
        torch.manual_seed(7)
        ours = torch.rand(2)
        torch.manual_seed(7)
        submission.f()
        assert torch.equal(torch.rand(2), ours)

    def test_the_last_call_is_told_in_shapes(self, given: Given) -> None:
        submission = given("def f(*args): pass\n")
        submission.f(torch.ones(2, 3), (2, 3), 0.125, "max", None, [torch.ones(2)], (torch.tensor(0.125),))
        assert submission.last_call == "`f(tensor 2x3, (2, 3), ..., 'max', None, list, (tensor))`"
        submission.f("x" * 100, 10**50, tuple(range(50)))
        assert len(submission.last_call) < 120

    def test_a_name_with_an_underscore_is_none_of_the_submissions(self, given: Given) -> None:
        with pytest.raises(AttributeError):
            given("def _f(): pass\n")._f  # noqa: B018


class TestGradients:
    def test_they_flow_through(self, given: Given) -> None:
        submission = given("def f(x, ys): return [x * ys[0], 'and', {'b': x.sum() * ys[1]}]\n")
        x = torch.tensor([2.0, 3.0], requires_grad=True)
        y, z = torch.tensor(5.0, requires_grad=True), torch.tensor(7.0, requires_grad=True)
        first, _, rest = submission.f(2 * x, [y, z])
        (first.sum() + 10 * rest["b"]).backward()
        assert x.grad is not None
        assert x.grad.tolist() == [2 * (5 + 70)] * 2
        assert y.grad is not None
        assert z.grad is not None
        assert (y.grad.item(), z.grad.item()) == (10, 100)

    def test_one_of_two_results_is_enough(self, given: Given) -> None:
        submission = given("def f(x): return 2 * x, 3 * x\n")
        x = torch.ones(2, requires_grad=True)
        _, second = submission.f(x)
        (gradient,) = torch.autograd.grad(second.sum(), x)
        assert gradient.tolist() == [3, 3]

    def test_gradcheck(self, given: Given) -> None:
        submission = given("def f(x, y): return (x @ y).sin(), x.exp()\n")
        x, y = (torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in ((2, 3), (3, 2)))
        assert torch.autograd.gradcheck(submission.f, (x, y))

    def test_gradcheck_of_a_wrong_gradient(self, given: Given) -> None:
        submission = given(
            """
            import torch
            class Odd(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x): return 2 * x
                @staticmethod
                def backward(ctx, grad): return 3 * grad
            f = Odd.apply
            """
        )
        x = torch.randn(3, dtype=torch.float64, requires_grad=True)
        with pytest.raises(RuntimeError, match="mismatch"):
            torch.autograd.gradcheck(submission.f, (x,))
        with pytest.raises(Mismatch, match="gradient of `x` is not the derivative"):
            assert_gradients(submission.f, x=torch.randn(3))

    def test_an_infinite_gradient_is_wrong(self, given: Given) -> None:
        submission = given(
            """
            import torch
            class Odd(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x): return 2 * x
                @staticmethod
                def backward(ctx, grad): return grad.abs() * float("inf")
            f = Odd.apply
            """
        )
        with pytest.raises(Mismatch, match="gradient of `x` is not the derivative"):
            assert_gradients(submission.f, x=torch.randn(1))

    def test_a_result_without_a_graph_asks_for_none(self, given: Given) -> None:
        submission = given("import torch\n\ndef f(x): return 2 * x.detach(), 2 * x, torch.ones(2, dtype=int), None\n")
        x = torch.ones(2, requires_grad=True)
        cut, linked, whole, nothing = submission.f(x)
        assert [cut.requires_grad, linked.requires_grad, whole.requires_grad, nothing] == [False, True, False, None]
        assert not submission.f(torch.ones(2))[1].requires_grad
        with torch.no_grad():
            assert not submission.f(x)[1].requires_grad

    def test_a_call_without_any_tensor_in_its_result(self, given: Given) -> None:
        assert given("def f(x): return 'text'\n").f(torch.ones(2, requires_grad=True)) == "text"

    def test_what_backward_raises(self, given: Given) -> None:
        submission = given(
            """
            import torch
            class Odd(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x): return 2 * x
                @staticmethod
                def backward(ctx, grad): raise ValueError
            f = Odd.apply
            """
        )
        with pytest.raises(SubmissionRaised, match="ValueError"):
            submission.f(torch.ones(2, requires_grad=True)).sum().backward()

    def test_no_second_derivative(self, given: Given) -> None:
        x = torch.ones(2, requires_grad=True)
        (gradient,) = torch.autograd.grad(given("def f(x): return x ** 3\n").f(x).sum(), x, create_graph=True)
        with pytest.raises(RuntimeError, match="does not require grad"):
            gradient.sum().backward()


class TestAspects:
    def test_gradients_of_what_the_function_computes(self, given: Given) -> None:
        submission = given("def f(x, k): return 3 * x * k\n\ndef relu(x, k): return (x + 9 * k).relu()\n")
        x, k = torch.randn(4), torch.randn(4)
        assert_gradients(submission.f, x=x, k=k)
        assert_gradients(submission.relu, step=0.01, x=torch.rand(4) + 1, k=torch.rand(4))

    @pytest.mark.parametrize("x", [torch.randn(3, 2).T, torch.randn(3, 4)[:, ::2], torch.randn(1, 2).expand(3, 2)])
    def test_inputs_of_any_layout(self, given: Given, x: torch.Tensor) -> None:
        assert_gradients(given("def f(x): return x.cumsum(0)\n").f, x=x)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("return (x * k).detach()", "no gradient reaches `x` and `k`: the result is cut off"),
            ("return x * k.detach()", "no gradient reaches `k`"),
            ("return (x * k).int()", "not floating-point"),
            ("return [x * k]", "a list, not a tensor"),
            ("return x * k + (k * k).detach()", "the gradient of `k` is not the derivative"),
            ("return (x * k)[: 1 + int(x.requires_grad)]", "the shape of the result depends"),
            ("return x * k if x.requires_grad else None", "the shape of the result depends"),
            ("return x * k * float('nan')", "is not the derivative"),
            ("return x * k * float('inf')", "is not the derivative"),
            ("return x * k + (x - x.detach()) * 1e38 * 1e38", "is not the derivative"),
        ],
    )
    def test_gradients_that_are_wrong(self, given: Given, body: str, message: str) -> None:
        with pytest.raises(Mismatch, match=message):
            assert_gradients(given(f"def f(x, k):\n    {body}\n").f, x=torch.randn(4), k=torch.randn(4))

    def test_unchanged(self, given: Given) -> None:
        submission = given(
            """
            def pure(x, y): return x + y
            def add(x, y): x += y
            def both(x, y): x += 1; y -= 1
            def resize(x, y): y.unsqueeze_(0)
            def turn(x, y): y.t_()
            def kind(x, y): y.data = y.double()
            def more(x, y): y.append(1)
            """
        )
        x, y = torch.ones(2, 2), torch.ones(2, 2)
        assert_unchanged(submission.pure, x=x, y=y)
        for name, told in (("add", "`x`"), ("both", "`x` and `y`"), ("resize", "`y`"), ("kind", "`y`")):
            with pytest.raises(Mismatch, match=f"the call changes {told}, which"):
                assert_unchanged(getattr(submission, name), x=x, y=y)
        with pytest.raises(Mismatch, match="the call changes"):
            assert_unchanged(submission.turn, x=x, y=y)
        with pytest.raises(Mismatch, match="the call changes"):
            assert_unchanged(submission.more, x=x, y=[y])


class TestObjects:
    SOURCE = """
        class Accumulator:
            def __init__(self, n): self.data = [0.0] * n
            def add(self, *values): self.data = [a + b for a, b in zip(self.data, values)]
            def __getitem__(self, index): return self.data[index]

        class Scale:
            def __init__(self, by): self.by = by
            def __call__(self, x): return self.by * x

        def factory(): return Scale
        def count(): return (i for i in range(3))
        f = Scale(3)
        """

    def test_methods_and_items_call_through(self, given: Given) -> None:
        accumulator = given(self.SOURCE).Accumulator(2)
        assert isinstance(accumulator, RemoteObject)
        accumulator.add(1, 2.5)
        accumulator.add(1, 2)
        assert [accumulator[0], accumulator[1]] == [2, 4.5]
        with pytest.raises(SubmissionRaised, match="IndexError"):
            accumulator[2]
        with pytest.raises(SubmissionRaised, match="AttributeError"):
            accumulator.reset()

    def test_objects_are_called_with_gradients(self, given: Given) -> None:
        submission = given(self.SOURCE)
        x = torch.ones(2, requires_grad=True)
        for function in (submission.f, submission.Scale(3), submission.factory()(3)):
            (gradient,) = torch.autograd.grad(function(x).sum(), x)
            assert gradient.tolist() == [3, 3]

    def test_nothing_of_it_runs_here(self, given: Given) -> None:
        scale = given(self.SOURCE).Scale(2)
        with pytest.raises(Mismatch, match="an object of another type"):
            assert_tensor(scale)
        with pytest.raises(TypeError):
            list(scale)
        with pytest.raises(TypeError):
            float(scale)
        assert "Scale" not in repr(scale)

    def test_it_is_kept_as_long_as_its_handle(self, given: Given) -> None:
        submission = given(self.SOURCE)
        peer = submission._peer
        assert isinstance(peer, LocalPeer)
        accumulator, other = submission.Accumulator(1), submission.Accumulator(2)
        assert len(peer.executor.objects) == 2
        submission.transcript.clear()
        del accumulator
        gc.collect()
        other.add(1, 1)
        assert len(peer.executor.objects) == 1

    def test_a_graph_is_kept_as_long_as_its_result(self, given: Given) -> None:
        submission = given("def f(x): return 2 * x\n")
        peer = submission._peer
        assert isinstance(peer, LocalPeer)
        x = torch.ones(1, requires_grad=True)
        results = [submission.f(x) for _ in range(3)]
        assert len(peer.executor.graphs) == 3
        results.clear()
        gc.collect()
        submission.f(torch.ones(1))
        assert peer.executor.graphs == {}


NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, n=2):
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(n, 3), nn.Dropout(0.5), nn.Linear(3, 1))
            self.loose = torch.zeros(1)
            self.register_buffer("seen", torch.tensor(0))
            self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)

        def forward(self, x):
            self.seen += 1
            return self.inner(x) * self.frozen + self.loose
    """


class TestModules:
    @pytest.fixture
    def net(self, given: Given) -> RemoteModule:
        net = given(NET).Net()
        assert isinstance(net, RemoteModule)
        return net

    def test_parameters_and_buffers_are_mirrored(self, net: RemoteModule) -> None:
        names = ["frozen", "inner.0.weight", "inner.0.bias", "inner.2.weight", "inner.2.bias"]
        assert [name for name, _ in net.named_parameters()] == names
        assert [*net.state_dict()] == ["frozen", "seen", *names[1:]]
        assert net.inner.get_parameter("0.weight").shape == (3, 2)
        assert [each.requires_grad for each in net.parameters()] == [False, True, True, True, True]
        assert all(type(each) is torch.nn.Parameter for each in net.parameters())

    def test_forward_uses_the_values_of_the_mirror(self, net: RemoteModule) -> None:
        local = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.5), torch.nn.Linear(3, 1)).eval()
        net.eval()
        net.load_state_dict(
            {f"inner.{name}": value for name, value in local.state_dict().items()}
            | {"frozen": torch.tensor([2.0]), "seen": torch.tensor(5)}
        )
        x = torch.randn(4, 2)
        assert_close(net(x), 2 * local(x))
        assert net.fetch("seen").item() == 6
        with torch.no_grad():
            net.get_parameter("inner.2.bias").add_(1)
        assert_close(net(x), 2 * (local(x) + 1))

    def test_only_what_changed_is_shipped(self, net: RemoteModule) -> None:
        net.eval()
        assert net._request([])["values"] == {}
        with torch.no_grad():
            net.frozen.mul_(2)
        assert [*net._request([])["values"]] == ["frozen"]
        assert net._request([])["values"] == {}

    def test_backward_fills_the_mirror(self, net: RemoteModule) -> None:
        net.eval()
        x = torch.ones(1, 2, requires_grad=True)
        net(x).sum().backward()
        assert net.get_parameter("inner.2.bias").grad.tolist() == [1]
        assert net.frozen.grad is None
        assert x.grad is not None
        first = net.get_parameter("inner.0.weight").grad.clone()
        net(x).sum().backward()
        assert torch.equal(net.get_parameter("inner.0.weight").grad, 2 * first)
        net.zero_grad()
        assert all(each.grad is None for each in net.parameters())

    def test_an_optimizer_trains_it(self, net: RemoteModule) -> None:
        net.eval()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = (net(torch.ones(1, 2)) - 3).square().sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses == sorted(losses, reverse=True)
        assert losses[-1] < losses[0]

    def test_modes(self, net: RemoteModule) -> None:
        assert net.training
        assert net.eval() is net
        assert net.fetch("inner.1.training") is False
        assert torch.equal(net(torch.ones(8, 2)), net(torch.ones(8, 2)))
        net.train()
        assert net.fetch("training") is True
        assert len(net(torch.ones(64, 2)).unique()) > 1

    def test_a_module_in_evaluation_mode_arrives_in_it(self, given: Given) -> None:
        assert given(NET + "\n    def made(): return Net().eval()\n").made().training is False

    def test_fetch_and_assign(self, net: RemoteModule) -> None:
        net.eval()
        x = torch.ones(1, 2)
        before = net(x)
        net.assign(loose=torch.tensor([5.0]), frozen=torch.tensor([0.0]))
        assert net.fetch("loose").tolist() == [5.0]
        assert net.frozen.tolist() == [0.0]
        assert net(x).item() == 5.0
        assert before.item() != 5.0
        with pytest.raises(SubmissionRaised, match="AttributeError"):
            net.fetch("bias")
        with pytest.raises(SubmissionRaised, match="RuntimeError"):
            net.assign(loose=torch.ones(2))

    def test_what_is_fetched_is_a_copy(self, net: RemoteModule) -> None:
        net.fetch("loose").add_(1)
        assert net.fetch("loose").tolist() == [0.0]

    def test_gradients_of_parameters_are_checked_too(self, given: Given) -> None:
        source = """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self, cut):
                    super().__init__()
                    self.weight, self.cut = nn.Parameter(torch.ones(2)), cut

                def forward(self, x):
                    return x * (self.weight.data if self.cut else self.weight)
            """
        assert_gradients(given(source).Net(False), x=torch.randn(2))
        with pytest.raises(Mismatch, match="no gradient reaches `weight`"):
            assert_gradients(given(source).Net(True), x=torch.randn(2))

    def test_a_parameter_whose_name_spells_an_input_is_not_named(self, given: Given) -> None:
        source = """
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self, x):
                    super().__init__()
                    self.register_parameter(f"x is {x.tolist()}".replace(".", ","), nn.Parameter(torch.ones(2)))

                def forward(self, x):
                    return 2 * x
            """
        with pytest.raises(Mismatch, match=r"^no gradient reaches `parameter`$"):
            assert_gradients(given(source).Net(torch.randn(2)), x=torch.randn(2))

    def test_a_parameter_and_an_input_may_have_one_name(self, given: Given) -> None:
        source = """
            from torch import nn, ones

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.x = nn.Parameter(3 * ones(2))

                def forward(self, x): return x * self.x + x
            """
        assert_gradients(given(source).Net(), x=torch.randn(2))

    def test_unchanged(self, net: RemoteModule) -> None:
        assert_unchanged(net, x=torch.ones(1, 2))

    def test_names_that_are_taken_here(self, given: Given) -> None:
        """What a student may call a parameter must not depend on what we call an attribute."""
        names = ("fetch", "assign", "echo", "_names", "_id", "_submission", "_shipped", "_alive")
        submission = given(
            f"""
            import torch
            from torch import nn

            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    for number, name in enumerate({names}):
                        self.register_parameter(name, nn.Parameter(torch.tensor(float(number))))
                    self.register_buffer("get_parameters", torch.tensor(0))
                    self.parts = nn.ModuleDict({{"conv-1": nn.Linear(1, 1), "层": nn.Linear(1, 1)}})

                def forward(self, x):
                    rest = sum(each.sum() for each in self.parts.parameters())
                    return x + sum(getattr(self, name) for name in {names}) + 0 * rest
            """
        )
        net = submission.Net()
        assert {*names, "parts.conv-1.weight", "parts.层.bias"} <= {name for name, _ in net.named_parameters()}
        assert net(torch.tensor(1.0)).item() == 1 + sum(range(len(names)))
        net.assign(_id=torch.tensor(10.0), fetch=torch.tensor(100.0))
        assert net.fetch("fetch").item() == 100
        assert_close(net(torch.tensor(1.0)).item(), 1.0 + 10 + 100 + sum(range(len(names))) - names.index("_id"))
        assert_gradients(net, x=torch.tensor(1.0))


class TestWatching:
    def test_what_is_called_is_judged(self, given: Given) -> None:
        judged: list[Seen] = []
        submission = given(
            "def helper(x): return x.sin()\n\ndef f(x): return helper(x)\n\ndef g(x): return x + 1\n",
            watch=judged.append,
        )
        submission.g(torch.ones(1))
        with submission.watching():
            submission.f(torch.ones(1))
        submission.g(torch.ones(1))
        (seen,) = judged
        assert seen.names == {"f"}
        assert "aten::sin" in seen.operators
        assert "aten::add" not in seen.operators
        assert "mine:helper" in seen.calls

    def test_an_exception_comes_before_the_judgement(self, given: Given) -> None:
        def forbid(seen: Seen) -> None:
            raise Mismatch("forbidden")

        submission = given("def f(x): raise ValueError\n\ndef g(): pass\n", watch=forbid)
        with pytest.raises(SubmissionRaised), submission.watching():
            submission.f(1)
        with pytest.raises(Mismatch, match="forbidden"), submission.watching():
            submission.g()


class Liar:
    """A worker that was taken over, as far as the connection lets it: replies have the form of replies."""

    def __init__(self, *replies: Mapping[str, Any]) -> None:
        self.replies = list(replies)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])

    def forget(self, kind: str, id: int) -> None: ...


def ok(value: Any = None, **more: Any) -> dict[str, Any]:
    return {"ok": True, "value": value, **more}


def module(parameters: Any, buffers: Any = (), **more: Any) -> dict[str, Any]:
    """The reply that is said to be a module."""
    return ok(Handle(1, "Net", {"parameters": parameters, "buffers": dict(buffers), "training": True, **more}))


TENSOR = torch.ones(2, requires_grad=True)


class TestLies:
    @pytest.mark.parametrize(
        "about",
        [
            0, "x", [], (), torch.ones(2), {}, {"parameters": {}}, {"buffers": {}}, {"parameters": None, "buffers": {}},
            {"parameters": [TENSOR], "buffers": {}}, {"parameters": {"a": 1}, "buffers": {}}, Handle(2, "M"),
            *({"parameters": {name: TENSOR}, "buffers": {}} for name in (1, None, True, 1.5, "", ".", "a.", "a..b")),
            {"parameters": {"a." * 50_000 + "b": TENSOR}, "buffers": {}},
            {"parameters": {"a\x1b[2J": TENSOR}, "buffers": {}},
            {"parameters": {}, "buffers": {"": TENSOR}},
            {"parameters": {"a": Handle(1, "x")}, "buffers": {}},
        ],
    )  # fmt: skip
    def test_modules_of_the_wrong_form(self, about: Any) -> None:
        with pytest.raises(WireError, match="wrong form"):
            begun(Liar(ok(Handle(1, "Net", about)))).Net()

    @pytest.mark.parametrize(
        "names",
        [
            ["training"], ["forward"], ["a", "a.b"], ["a.b", "a"], ["a.b", "a.b.c.d"], ["_parameters"], ["_modules"],
            ["__dict__"], ["__class__"], ["state_dict.x"], ["fetch", "_names", "_id"], ["T_destination"], ["0.1.2"],
        ],
    )  # fmt: skip
    def test_names_that_no_module_can_have_do_no_harm(self, names: list[str]) -> None:
        net = begun(Liar(module(dict.fromkeys(names, TENSOR)), ok(torch.ones(2)))).Net()
        assert sorted(name for name, _ in net.named_parameters()) == sorted(names)
        assert net(torch.ones(2)).tolist() == [1, 1]
        net.assign(**{name: torch.zeros(2) for name in names})
        assert all(each.tolist() == [0, 0] for each in net.parameters())

    def test_a_name_both_of_a_parameter_and_a_buffer(self) -> None:
        net = begun(Liar(module({"a": TENSOR}, {"a": torch.ones(3)}), ok(torch.ones(2)))).Net()
        assert net(torch.ones(2)).tolist() == [1, 1]

    def test_parameters_of_any_dtype(self) -> None:
        net = begun(Liar(module({"a": torch.ones(2, dtype=torch.int64), "b": torch.ones(1, dtype=torch.cfloat)}))).Net()
        assert [each.requires_grad for each in net.parameters()] == [False, False]

    @pytest.mark.parametrize("training", [None, 1, torch.ones(2), [], Handle(1, "x")])
    def test_a_mode_of_the_wrong_form(self, training: Any) -> None:
        assert begun(Liar(module({}, training=training))).Net().training is False

    @pytest.mark.parametrize("graph", ["1", 1.0, True, [1], torch.ones(1), Handle(1, "g"), {}])
    def test_a_graph_that_is_no_number(self, graph: Any) -> None:
        submission = begun(Liar(ok(torch.ones(2, requires_grad=True), graph=graph)))
        with pytest.raises(WireError, match="graph"):
            submission.f(torch.ones(2, requires_grad=True))

    @pytest.mark.parametrize(
        "gradients",
        [
            None, 3, "x", {}, (), torch.ones(2), [], [torch.ones(2)] * 2, [torch.ones(3)], [torch.ones(2, 1)],
            [torch.ones(2).double()], ["x"], [1.0], [Handle(1, "x")], [[torch.ones(2)]], Handle(1, "x"),
        ],
    )  # fmt: skip
    def test_gradients_of_the_wrong_form(self, gradients: Any) -> None:
        submission = begun(Liar(ok(torch.ones(2, requires_grad=True), graph=1), ok(gradients)))
        result = submission.f(torch.ones(2, requires_grad=True))
        with pytest.raises(WireError, match="gradient"):
            result.sum().backward()

    def test_a_gradient_that_wants_a_gradient_is_only_numbers(self) -> None:
        submission = begun(Liar(ok(torch.ones(2, requires_grad=True), graph=1), ok([TENSOR])))
        x = torch.ones(2, requires_grad=True)
        submission.f(x).sum().backward()
        assert x.grad is not None
        assert not x.grad.requires_grad

    def test_results_that_want_a_gradient_without_a_graph(self) -> None:
        result = begun(Liar(ok(torch.ones(2, requires_grad=True)))).f(torch.ones(2, requires_grad=True))
        assert not result.requires_grad

    @pytest.mark.parametrize("echo", [3, "x", {}, (), torch.ones(1), [], [1, 2]])
    def test_echoes_of_the_wrong_form(self, echo: Any) -> None:
        with pytest.raises(WireError, match="echo"):
            assert_unchanged(begun(Liar(ok(echo=echo))).f, x=torch.ones(1))

    @pytest.mark.parametrize(
        "echo", [[3], [None], [torch.ones(2)], [torch.ones(1, dtype=torch.int8)], [Handle(1, "x")]]
    )
    def test_echoes_of_other_things_are_changes(self, echo: Any) -> None:
        with pytest.raises(Mismatch, match="changes `x`"):
            assert_unchanged(begun(Liar(ok(echo=echo))).f, x=torch.ones(1))

    @pytest.mark.parametrize(
        "seen", [{}, {"operators": []}, {"operators": [1], "calls": []}, {"operators": "x", "calls": []}]
    )
    def test_traces_of_the_wrong_form(self, seen: dict[str, Any]) -> None:
        submission = begun(Liar(ok(**seen)))
        with pytest.raises(WireError, match="names"), submission.watching():
            submission.f()

    def test_names_in_a_trace_that_nothing_has(self) -> None:
        judged: list[Seen] = []
        reply = ok(
            operators=["aten::conv2d", "aten::conv2d\x1b[2J"], calls=["torch:conv2d", "torch:conv2d" + "x" * 999]
        )
        submission = begun(Liar(reply), judged.append)
        with submission.watching():
            submission.f()
        assert (judged[0].operators, judged[0].calls) == ({"aten::conv2d"}, {"torch:conv2d"})

    @pytest.mark.parametrize("name", ["g", "the input is 3.25", "\x1b[2J", ""])
    def test_a_name_that_nobody_asked_for(self, name: str) -> None:
        with pytest.raises(WireError, match="nobody asked for"):
            begun(Liar({"ok": False, "undefined": name})).f()

    def test_undefined_is_no_answer_to_anything_else(self) -> None:
        undefined = {"ok": False, "undefined": "f"}
        net = begun(Liar(module({}), undefined)).Net()
        for ask in (net.eval, lambda: net.fetch("a"), lambda: net(torch.ones(1)), lambda: net.assign(a=TENSOR)):
            with pytest.raises(WireError, match="nobody asked for"):
                ask()
        result = begun(Liar(ok(torch.ones(2, requires_grad=True), graph=1), undefined)).f(TENSOR)
        with pytest.raises(WireError, match="nobody asked for"):
            result.sum().backward()

    @pytest.mark.parametrize(
        "value",
        [
            [torch.ones(())] * 5000, {0: torch.ones(1), 0.5: None, None: 1, True: [2]}, torch.empty(0, 2**20),
            Handle(2**64 - 1, "x" * 5000), "x" * 10**6, [[[[[[]]]]]], float("nan"), -(2**2000),
        ],
    )  # fmt: skip
    def test_values_of_any_form_are_only_values(self, value: Any) -> None:
        for x in (torch.ones(1), torch.ones(1, requires_grad=True)):
            result = begun(Liar(ok(value, graph=1))).f(x)
            with pytest.raises(Mismatch):
                assert_close(result, torch.ones(1))
            with pytest.raises(Mismatch):
                assert_close(result, [1.0])
