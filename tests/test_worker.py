"""The untrusted half, run in this process: what each request does, and that every failure becomes a reply."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import torch

from autograder.sandbox import wire
from autograder.sandbox.executor import MAX_TEXT, Executor
from autograder.sandbox.wire import Handle

Load = Callable[..., Executor]


@pytest.fixture
def load() -> Iterator[Load]:
    """Loads a source and gives the executor; this process forgets the source afterwards."""
    loaded: list[Executor] = []

    def load(text: str, **options: Any) -> Executor:
        executor = Executor(options.pop("supplier", None))
        loaded.append(executor)
        reply = executor.execute(loading(text, **options))
        assert reply == {"ok": True}, reply
        return executor

    yield load
    for executor in reversed(loaded):
        executor.finder.deactivate()


def loading(
    text: str, helpers: Mapping[str, str] | None = None, supplied: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    sources = {name: textwrap.dedent(each) for name, each in (helpers or {}).items()}
    request = {"op": "load", "module": "mine", "file": "mine.py", "text": textwrap.dedent(text)}
    return request | {"helpers": sources, "supplied": supplied or {}}


def call(executor: Executor, target: str | int, *args: Any, **more: Any) -> dict[str, Any]:
    request = {"op": "call", "target": target, "path": "", "args": list(args), "grad": False} | more
    reply = executor.execute(request)
    if reply["ok"]:
        wire.encode(reply, strided=False)
    return reply


def error_of(reply: Mapping[str, Any]) -> dict[str, Any]:
    assert reply["ok"] is False
    assert [*reply["error"]] == ["type", "bases", "message", "file", "line"]
    return dict(reply["error"])


class TestNotebooks:
    """The module that a notebook became is executed as its cells were: one by one."""

    @pytest.fixture
    def opened(self, request: pytest.FixtureRequest) -> Callable[[str], Executor]:
        def opened(text: str) -> Executor:
            executor = Executor()
            request.addfinalizer(executor.finder.deactivate)
            reply = executor.execute(loading(text) | {"file": "mine.ipynb"})
            assert reply == {"ok": True}, reply
            return executor

        return opened

    def test_a_statement_that_raises_costs_what_depends_on_it(self, opened: Callable[[str], Executor]) -> None:
        executor = opened("""\
            import nothing_of_this_name as nothing
            data = open("/nowhere").read()
            def first(): return 1
            def second(x=data): return x
            class Third(nothing.Base): pass
            def fourth(): return nothing
            if first():
                def fifth(x: Missing): return x
            try:
                sixth = seventh
            except KeyError:
                pass
            raise SystemExit
            """)
        assert call(executor, "first")["value"] == 1
        for name, type, line in [
            ("second", "FileNotFoundError", 2),
            ("Third", "ModuleNotFoundError", 1),
            ("fourth", "ModuleNotFoundError", 1),
            ("fifth", "NameError", 8),
            ("sixth", "NameError", 10),
            ("data", "FileNotFoundError", 2),
        ]:
            error = error_of(call(executor, name))
            assert (error["type"], error["file"], error["line"]) == (type, "mine.ipynb", line), name
        assert call(executor, "eighth") == {"ok": False, "undefined": "eighth"}

    def test_what_is_defined_again_is_defined(self, opened: Callable[[str], Executor]) -> None:
        executor = opened("def f(x=Missing): return 1\ndef f(): return 2\nn = 1 / 0\nn = 3\ndef g(): return n\n")
        assert call(executor, "f")["value"] == 2
        assert call(executor, "g")["value"] == 3

    def test_the_future_is_there_in_every_cell(self, opened: Callable[[str], Executor]) -> None:
        executor = opened("from __future__ import annotations\ndef f(x: Missing): return f.__annotations__['x']\n")
        assert call(executor, "f", 1)["value"] == "Missing"

    def test_a_file_is_executed_as_a_whole(self) -> None:
        executor = Executor()
        try:
            assert error_of(executor.execute(loading("x = 1 / 0\ndef f(): return 1\n")))["line"] == 1
        finally:
            executor.finder.deactivate()


class TestBystanders:
    """Where plots and progress bars are not installed; they are in the environment of nobody's tests."""

    def test_drawing_goes_nowhere(self, load: Load) -> None:
        executor = load(
            """
            import matplotlib.pyplot as plt
            from IPython import display
            from matplotlib.figure import Figure

            figure, axes = plt.subplots(1, 2, figsize=(3, 4))

            def f():
                for ax in axes:
                    ax.plot([1, 2])[0].set_label("x")
                axes[0].set(title="y")
                with plt.style.context("z"):
                    Figure().savefig("out.png")
                display.clear_output(wait=True)
                return 3
            """
        )
        assert call(executor, "f")["value"] == 3

    def test_a_progress_bar_is_what_it_goes_over(self, load: Load) -> None:
        executor = load(
            """
            from tqdm import tqdm, trange
            from tqdm.auto import tqdm as other

            def f():
                return [*tqdm([1, 2], desc="x"), *other((3,)), *trange(1, 3)]
            """
        )
        assert call(executor, "f")["value"] == [1, 2, 3, 1, 2]

    def test_a_library_that_would_compute_says_that_it_is_not_there(self, load: Load) -> None:
        executor = load("from d2l import torch as d2l\n\ndef f():\n    return d2l.corr2d(1, 2)\n")
        assert error_of(call(executor, "f"))["message"].startswith("d2l.torch is not installed where your code")


class TestLoad:
    def test_names_are_there(self, load: Load) -> None:
        executor = load("def f(x):\n    return x + 1\n\n\ng = lambda: f(1)\n")
        assert call(executor, "f", 1)["value"] == 2
        assert call(executor, "g")["value"] == 2
        assert call(executor, "h") == {"ok": False, "undefined": "h"}

    def test_it_is_a_module_and_not_the_main_one(self, load: Load) -> None:
        executor = load(
            """
            import sys
            from dataclasses import dataclass

            @dataclass
            class Point:
                x: int = 3

            def here(): return __name__, __file__, sys.modules[__name__].here is here

            if __name__ == "__main__":
                raise SystemExit
            """
        )
        assert call(executor, "here")["value"] == ("mine", "mine.py", True)
        assert call(executor, "Point")["value"].type == "Point"

    def test_it_inherits_no_future_of_ours(self, load: Load) -> None:
        executor = load("def f(x: int): pass\n\ndef kind(): return f.__annotations__['x'] is int")
        assert call(executor, "kind")["value"] is True

    @pytest.mark.parametrize(
        ("text", "type", "line", "message"),
        [
            ("x = 1\ny = (\n", "SyntaxError", 2, "'(' was never closed"),
            ("x = 1\n\tif x:\n", "IndentationError", 2, "unexpected indent"),
            ("import nothing_of_this_name\n", "ModuleNotFoundError", 1, "No module named 'nothing_of_this_name'"),
            ("\n\nraise ValueError('no')\n", "ValueError", 3, "no"),
            ("def f():\n    g()\n\nf()\n", "NameError", 2, "name 'g' is not defined"),
            ("import sys\nsys.exit('bye')\n", "SystemExit", 2, "bye"),
            ("raise KeyboardInterrupt\n", "KeyboardInterrupt", 1, ""),
        ],
    )
    def test_what_goes_wrong_has_a_place(self, text: str, type: str, line: int, message: str) -> None:
        executor = Executor()
        try:
            error = error_of(executor.execute(loading(text)))
        finally:
            executor.finder.deactivate()
        assert (error["type"], error["file"], error["line"], error["message"]) == (type, "mine.py", line, message)

    def test_helpers_are_importable_and_lazy(self, load: Load) -> None:
        executor = load(
            "from helper import two\n\ndef f(): return two()\n",
            helpers={"helper": "def two(): return 2\n", "broken": "1 / 0\n"},
        )
        assert call(executor, "f")["value"] == 2

    def test_a_helper_hides_a_module_of_its_name(self, load: Load) -> None:
        import colorsys

        executor = load("import colorsys\n\ndef f(): return colorsys.mine\n", helpers={"colorsys": "mine = 5\n"})
        assert call(executor, "f")["value"] == 5
        executor.finder.deactivate()
        try:
            assert sys.modules["colorsys"] is colorsys
            assert "mine" not in sys.modules
        finally:
            executor.finder.activate()

    def test_an_error_in_a_helper_is_told_where_the_submission_led_to_it(self, load: Load) -> None:
        executor = load(
            "import helper\n\n\ndef f(x):\n    return helper.divide(x)\n",
            helpers={"helper": "\n\n\n\n\n\n\n\ndef divide(x): return 1 / x\n"},
        )
        error = error_of(call(executor, "f", 0))
        assert (error["type"], error["file"], error["line"]) == ("ZeroDivisionError", "mine.py", 5)

    def test_a_helper_that_does_not_parse_is_told_where_it_does_not(self) -> None:
        executor = Executor()
        try:
            error = error_of(executor.execute(loading("x = 1\nimport helper\n", helpers={"helper": "\n\n\n(\n"})))
        finally:
            executor.finder.deactivate()
        assert (error["type"], error["file"], error["line"]) == ("SyntaxError", "helper.py", 4)


class Answering:
    """A supplier that adds, and differentiates that."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        if request["op"] == "vjp":
            return {"ok": True, "value": [3 * grad for grad in request["cotangents"]]}
        (x,) = request["args"]
        if not isinstance(x, torch.Tensor):
            return {"ok": False, "error": {"message": "a tensor is needed"}}
        return {"ok": True, "value": (3 * x.detach()).requires_grad_(), "graph": 7}

    def forget(self, kind: str, id: int) -> None: ...


TRIPLE = {"theirs": {"triple": {"parameters": [("x",)], "methods": {}, "kind": "function"}}}


class TestSupplied:
    OWN = "helper = 5\n\ndef triple(x): return x\n"

    def test_a_supplied_function_asks_the_grader(self, load: Load) -> None:
        answering = Answering()
        executor = load(
            "from theirs import triple\n\ndef f(x): return 2 * triple(x)\n",
            supplied=TRIPLE, supplier=answering,
        )  # fmt: skip
        x = torch.ones(2, requires_grad=True)
        reply = call(executor, "f", x, grad=True)
        assert reply["value"].tolist() == [6, 6]
        gradient = executor.execute({"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(2)]})
        assert gradient["value"][0].tolist() == [6, 6]
        assert [(each["op"], each["exercise"]) for each in answering.asked] == [("call", "theirs"), ("vjp", "theirs")]

    def test_its_graph_is_dropped_with_the_next_question(self, load: Load) -> None:
        answering = Answering()
        executor = load("from theirs import triple as f\n", supplied=TRIPLE, supplier=answering)
        reply = call(executor, "f", torch.ones(2, requires_grad=True), grad=True)
        executor.execute({"op": "fetch", "target": "f", "path": "__name__", "forget": [("graph", reply["graph"])]})
        del reply
        call(executor, "f", torch.ones(2))
        assert [each["forget"] for each in answering.asked] == [[], [("graph", 7)]]

    def test_its_errors_are_raised_in_the_submission(self, load: Load) -> None:
        executor = load(
            "from theirs import triple\n\ndef f(x):\n    return triple(x)\n",
            supplied=TRIPLE, supplier=Answering(),
        )  # fmt: skip
        error = error_of(call(executor, "f", 3))
        assert (error["type"], error["message"], error["line"]) == ("RuntimeError", "a tensor is needed", 4)

    def test_the_rest_of_the_students_own_file_stays(self, load: Load) -> None:
        executor = load(
            "from theirs import helper, triple\n\ndef f(x): return helper, triple(x)\n",
            helpers={"theirs": self.OWN}, supplied=TRIPLE, supplier=Answering(),
        )  # fmt: skip
        helper, result = call(executor, "f", torch.tensor(1.0))["value"]
        assert (helper, result.item()) == (5, 3)

    @pytest.mark.parametrize("own", ["(", "1 / 0", "raise SystemExit"])
    def test_a_file_of_the_students_own_that_cannot_be_imported_does_no_harm(self, load: Load, own: str) -> None:
        executor = load(
            "from theirs import triple\n\ndef f(x): return triple(x)\n",
            helpers={"theirs": own}, supplied=TRIPLE, supplier=Answering(),
        )  # fmt: skip
        assert call(executor, "f", torch.tensor(1.0))["value"].item() == 3


class TestCall:
    def test_everything_that_travels(self, load: Load) -> None:
        executor = load("def f(x): return x\n")
        for value in (None, True, 3, 2.5, "a", [1, (2, None)], {"a": [1], 2: "b"}, torch.float64):
            assert call(executor, "f", value)["value"] == value

    def test_subclasses_travel_as_what_they_are(self, load: Load) -> None:
        executor = load(
            """
            import collections, numpy, torch
            Pair = collections.namedtuple("Pair", "kernel losses")
            class Many(list): pass
            class Text(str): pass
            def pair(): return Pair(1, Many([2.0, numpy.float64(3)]))
            def ordered(): return collections.OrderedDict(a=1), collections.defaultdict(int, b=2)
            def text(): return Text("t"), numpy.int64(3) == 3
            def maximum(x): return torch.max(x, 0)
            """
        )
        assert wire.decode(wire.encode(call(executor, "pair")["value"])) == (1, [2.0, 3.0])
        assert call(executor, "ordered")["value"] == ({"a": 1}, {"b": 2})
        assert call(executor, "text")["value"][0] == "t"
        assert [each.item() for each in call(executor, "maximum", torch.tensor([1.0, 5.0]))["value"]] == [5.0, 1]

    def test_for_everything_else_a_handle_stands(self, load: Load) -> None:
        executor = load(
            """
            class Thing:
                def __init__(self): self.items = [4, 5]
                def __getitem__(self, index): return self.items[index]
                def __call__(self, x): return x + 1
            def several(): return [Thing(), {"a": Thing()}]
            def keyed(): return {(1, 2): 3}
            def huge(): return {2 ** 70: 3}
            """
        )
        one, (other) = call(executor, "several")["value"]
        assert (type(one), one.type, one.about) == (Handle, "Thing", None)
        assert one.id != other["a"].id
        assert call(executor, one.id, 1, path="__getitem__")["value"] == 5
        assert call(executor, one.id, 1)["value"] == 2
        assert call(executor, "keyed")["value"].type == "dict"
        assert call(executor, "huge")["value"].type == "dict"

    @pytest.mark.parametrize(
        ("body", "type", "line"),
        [
            ("raise ValueError('no')", "ValueError", 5),
            ("raise SystemExit", "SystemExit", 5),
            ("return f()", "RecursionError", 5),
            ("raise type('E' * 300, (Exception,), {})('x' * 9000)", "E" * 100, 5),
            ("raise Evil", "Evil", 5),
            ("raise 'text'", "TypeError", 5),
            ("l = []; l.append(l); return l", "RecursionError", 0),
        ],
    )
    def test_whatever_happens_becomes_a_reply(self, load: Load, body: str, type: str, line: int) -> None:
        executor = load(f"class Evil(Exception):\n    def __str__(self): raise KeyError\n\ndef f():\n    {body}\n")
        error = error_of(call(executor, "f"))
        assert (error["type"], error["line"]) == (type, line)
        assert len(error["message"]) <= MAX_TEXT

    @pytest.mark.parametrize("body", ["yield 1", "import os; return os", "return f", "return object"])
    def test_any_object_can_be_returned(self, load: Load, body: str) -> None:
        assert type(call(load(f"def f():\n    {body}\n"), "f")["value"]) is Handle

    def test_the_bases_of_an_exception_are_told(self, load: Load) -> None:
        executor = load("class Mine(ValueError): pass\n\ndef f():\n    raise Mine\n")
        assert error_of(call(executor, "f"))["bases"] == ["ValueError", "Exception", "BaseException", "object"]

    def test_what_is_asked_of_nothing_is_an_error(self, load: Load) -> None:
        executor = load("")
        assert error_of(call(executor, 99))["type"] == "KeyError"
        assert error_of(executor.execute({"op": "nonsense"}))["type"] == "AttributeError"

    def test_a_seed_is_set_before_the_call(self, load: Load) -> None:
        executor = load(
            """
            import random, numpy, torch
            def f(): return torch.rand(()).item(), random.random(), float(numpy.random.rand())
            """
        )
        first, second = (call(executor, "f", seed=2**40 + 1)["value"] for _ in range(2))
        assert first == second
        assert call(executor, "f")["value"] != first
        assert call(executor, "f", seed=2)["value"] != first

    def test_what_is_forgotten_is_gone(self, load: Load) -> None:
        executor = load("class Thing:\n    def f(self): return 1\n")
        one, other = (call(executor, "Thing")["value"].id for _ in range(2))
        assert call(executor, other, path="f", forget=[("object", one)])["value"] == 1
        assert error_of(call(executor, one, path="f"))["type"] == "KeyError"
        assert call(executor, other, path="f", forget=[("object", one), ("graph", 99)])["value"] == 1

    def test_where_a_check_begins_ids_start_and_nothing_is_kept(self, load: Load) -> None:
        executor = load("class Thing: pass\n\ndef f(x): return 2 * x\n")
        assert call(executor, "Thing", begin=100)["value"].id == 100
        assert call(executor, "f", torch.ones(1, requires_grad=True), grad=True)["graph"] == 101
        assert call(executor, "Thing", begin=200)["value"].id == 200
        assert [*executor.objects] == [200]
        assert executor.graphs == {}


class TestGradients:
    def vjp(self, executor: Executor, graph: int, *cotangents: torch.Tensor | None) -> list[torch.Tensor | None]:
        reply = executor.execute({"op": "vjp", "graph": graph, "cotangents": [*cotangents]})
        assert reply["ok"], reply
        return list(reply["value"])

    def test_of_several_results_and_inputs(self, load: Load) -> None:
        executor = load("def f(x, c, ys): return [x * ys[0], x.detach(), {'a': ys[1] * c}], 'text'\n")
        x, y, z = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True), torch.tensor(5.0)
        reply = call(executor, "f", x, 4, [y, z.requires_grad_()], grad=True)
        gradients = self.vjp(executor, reply["graph"], torch.tensor(1.0), torch.tensor(10.0))
        assert [float(each) for each in gradients if each is not None] == [3.0, 2.0, 40.0]
        assert [each and float(each) for each in self.vjp(executor, reply["graph"], torch.tensor(1.0), None)] == [
            3.0, 2.0, None,
        ]  # fmt: skip

    def test_a_result_without_a_graph_has_none(self, load: Load) -> None:
        executor = load("def f(x): return 2 * x.detach()\n")
        assert call(executor, "f", torch.ones(2, requires_grad=True), grad=True)["graph"] is None
        assert "graph" not in call(executor, "f", torch.ones(2))

    def test_an_input_that_needs_none_gets_none(self, load: Load) -> None:
        executor = load("def f(x, y): return x * y\n")
        reply = call(executor, "f", torch.ones(2, requires_grad=True), torch.ones(2), grad=True)
        assert self.vjp(executor, reply["graph"], torch.ones(2))[1] is None

    def test_writing_into_an_input_costs_no_gradient(self, load: Load) -> None:
        executor = load("def f(x, y):\n    z = x * y\n    x += 1\n    return z * y\n")
        x, y = torch.tensor([2.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
        reply = call(executor, "f", x, y, grad=True)
        assert [each.item() for each in self.vjp(executor, reply["graph"], torch.ones(1)) if each is not None] == [
            9,
            12,
        ]

    @pytest.mark.parametrize("write", ["X.zero_()", "X.data.mul_(0)", "X[0] = 5", "K *= 2", "X.neg_(); X.neg_()"])
    def test_nor_if_views_of_it_are_needed_afterwards(self, load: Load, write: str) -> None:
        executor = load(f"""
            import torch

            def f(X, K):
                Y = torch.stack([(X[i:i + 2] * K).sum() for i in range(len(X) - 1)])
                {write}
                return Y
        """)
        X, K = torch.tensor([1.0, 2.0, 3.0]).requires_grad_(), torch.tensor([4.0, 5.0]).requires_grad_()
        reply = call(executor, "f", X, K, grad=True)
        gradients = self.vjp(executor, reply["graph"], torch.ones(2))
        assert [each.tolist() for each in gradients if each is not None] == [[4, 9, 5], [3, 5]]

    def test_whoever_is_called_again_finds_what_was_there(self, load: Load) -> None:
        executor = load("def f(X, K):\n    Y = (X[0:2] * K).sum()\n    X.data.mul_(2)\n    return Y\n")
        X, K = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]).requires_grad_()
        reply = call(executor, "f", X, K, grad=True)
        for _ in range(3):
            (gradient,) = [each for each in self.vjp(executor, reply["graph"], torch.tensor(1.0)) if each is not None]
            assert gradient.tolist() == [1, 2]

    @pytest.mark.parametrize(("write", "calls"), [("", 1), ("X += 1", 1), ("X.data.add_(1)", 2)])
    def test_it_is_called_again_only_where_the_graph_does_not_do(self, load: Load, write: str, calls: int) -> None:
        executor = load(f"""
            count = 0

            def f(X):
                global count
                count += 1
                {write or "pass"}
                return 2 * X

            def counted():
                return count
        """)
        reply = call(executor, "f", torch.tensor([1.0, torch.nan]).requires_grad_(), grad=True)
        self.vjp(executor, reply["graph"], torch.ones(2))
        assert call(executor, "counted")["value"] == calls

    def test_writing_into_what_it_has_computed_is_a_mistake(self, load: Load) -> None:
        executor = load("def f(x):\n    y = x.exp()\n    y += 1\n    return y\n")
        reply = call(executor, "f", torch.ones(1).requires_grad_(), grad=True)
        error = error_of(executor.execute({"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(1)]}))
        assert "modified by an inplace operation" in error["message"]

    def test_a_backward_that_raises_is_the_submissions(self, load: Load) -> None:
        executor = load(
            """
            import torch
            class Odd(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x): return x.clone()
                @staticmethod
                def backward(ctx, grad): raise ValueError("no way back")
            f = Odd.apply
            """
        )
        reply = call(executor, "f", torch.ones(2, requires_grad=True), grad=True)
        error = error_of(executor.execute({"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(2)]}))
        assert (error["type"], error["line"]) == ("ValueError", 7)

    def test_gradients_are_on_whatever_the_submission_left(self, load: Load) -> None:
        executor = load("import torch\ntorch.set_grad_enabled(False)\n\ndef f(x): return 2 * x\n")
        try:
            assert call(executor, "f", torch.ones(2, requires_grad=True), grad=True)["graph"] is not None
        finally:
            torch.set_grad_enabled(True)


class TestModules:
    SOURCE = """
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self, n):
                super().__init__()
                self.inner = nn.Linear(n, 1)
                self.plain = torch.zeros(n)
                self.register_buffer("count", torch.tensor(0))
                self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)

            def forward(self, x):
                return self.inner(x + self.plain) + self.frozen
        """

    @pytest.fixture
    def executor(self, load: Load) -> Executor:
        return load(self.SOURCE)

    def test_a_module_is_described(self, executor: Executor) -> None:
        handle = call(executor, "Net", 2)["value"]
        assert handle.type == "Net"
        shapes = {name: (tuple(each.shape), each.requires_grad) for name, each in handle.about["parameters"].items()}
        assert shapes == {"frozen": ((1,), False), "inner.weight": ((1, 2), True), "inner.bias": ((1,), True)}
        assert handle.about["buffers"]["count"].item() == 0
        assert handle.about["training"] is True

    def test_values_are_set_and_differentiated(self, executor: Executor) -> None:
        id = call(executor, "Net", 2)["value"].id
        values = {"inner.weight": torch.tensor([[2.0, 3.0]]), "inner.bias": torch.tensor([1.0])}
        names = ["inner.weight", "inner.bias", "frozen"]
        reply = call(executor, id, torch.ones(2), grad=True, parameters=names, values=values)
        assert reply["value"].tolist() == [7.0]
        gradients = executor.execute({"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(1)]})["value"]
        assert [each if each is None else each.tolist() for each in gradients] == [None, [[1.0, 1.0]], [1.0], None]

    def test_fetch_and_assign(self, executor: Executor) -> None:
        id = call(executor, "Net", 2)["value"].id
        assert executor.execute({"op": "assign", "target": id, "values": {"plain": torch.ones(2)}}) == {"ok": True}
        assert executor.execute({"op": "fetch", "target": id, "path": "plain"})["value"].tolist() == [1.0, 1.0]
        assert error_of(executor.execute({"op": "fetch", "target": id, "path": "bias"}))["type"] == "AttributeError"
        wrong = {"op": "assign", "target": id, "values": {"plain": torch.ones(3)}}
        assert error_of(executor.execute(wrong))["type"] == "RuntimeError"

    def test_mode(self, executor: Executor) -> None:
        id = call(executor, "Net", 2)["value"].id
        executor.execute({"op": "mode", "target": id, "training": False})
        assert executor.execute({"op": "fetch", "target": id, "path": "inner.training"})["value"] is False

    def test_what_has_no_values_yet_is_left_out(self, load: Load) -> None:
        executor = load("from torch import nn\n\ndef make(): return nn.LazyLinear(2)\n")
        assert call(executor, "make")["value"].about["parameters"] == {}


class TestEcho:
    @pytest.fixture
    def executor(self, load: Load) -> Executor:
        return load(
            """
            import torch
            def nothing(x): return x
            def add(x): x += 1
            def resize(x): x.unsqueeze_(0)
            def stride(x): x.t_()
            def wish(x): x.requires_grad_()
            def more(xs): xs.append(torch.ones(1))
            def fill(x): (2 * x.requires_grad_()).sum().backward()
            """
        )

    @pytest.mark.parametrize("name", ["nothing", "wish", "fill"])
    def test_nothing_changed(self, executor: Executor, name: str) -> None:
        assert call(executor, name, torch.ones(2, 2).T, echo=True)["echo"] is None

    @pytest.mark.parametrize("name", ["add", "resize", "stride"])
    def test_something_changed(self, executor: Executor, name: str) -> None:
        assert len(call(executor, name, torch.ones(2, 3), echo=True)["echo"]) == 1

    def test_a_list_changed(self, executor: Executor) -> None:
        assert len(call(executor, "more", [torch.ones(1)], echo=True)["echo"][0]) == 2


class TestWatch:
    def test_operators_and_functions_are_seen(self, load: Load) -> None:
        executor = load(
            """
            import torch
            from torch.nn import functional as F
            def helper(x): return F.conv2d(x, x)
            def f(x): return helper(x)
            def g(x): return x + 1
            """
        )
        reply = call(executor, "f", torch.ones(1, 1, 2, 2), watch=True)
        assert "aten::convolution" in reply["operators"]
        assert {"mine:f", "mine:helper"} <= set(reply["calls"])
        assert call(executor, "g", torch.ones(1), watch=True)["operators"] == ["aten::add"]
        assert "operators" not in call(executor, "g", torch.ones(1))

    def test_watching_ends_with_an_exception(self, load: Load) -> None:
        executor = load("def f(x): raise ValueError\n")
        error_of(call(executor, "f", 1, watch=True))
        assert sys.getprofile() is None


class TestBatch:
    def test_each_request_gets_its_reply(self, load: Load) -> None:
        executor = load("def f(x): return 2 * x\n\ndef g(x): raise ValueError\n")
        asked = [
            {"op": "call", "target": "f", "args": [torch.ones(1, requires_grad=True)], "grad": True, "begin": 50},
            {"op": "call", "target": "g", "args": [1], "grad": False},
            {"op": "vjp", "graph": 50, "cotangents": [torch.ones(1)]},
            {"op": "call", "target": "h", "args": [1], "grad": False},
        ]
        replies = [wire.decode(raw) for raw in executor.execute({"op": "batch", "requests": asked})["replies"]]
        assert [reply["ok"] for reply in replies] == [True, False, True, False]
        assert replies[2]["value"][0].tolist() == [2.0]
        assert replies[3] == {"ok": False, "undefined": "h"}

    def test_a_reply_is_what_it_was_when_it_was_given(self, load: Load) -> None:
        executor = load("import torch\nstate = torch.zeros(1)\n\ndef f():\n    state.add_(1)\n    return state\n")
        asked = [{"op": "call", "target": "f", "args": [], "grad": False}] * 3
        replies = [wire.decode(raw) for raw in executor.execute({"op": "batch", "requests": asked})["replies"]]
        assert [reply["value"].item() for reply in replies] == [1, 2, 3]

    def test_what_cannot_be_sent_is_an_error_of_its_own(self, load: Load) -> None:
        executor = load("def deep(n): return [deep(n - 1)] if n else 0\n")
        asked = [{"op": "call", "target": "deep", "args": [n], "grad": False} for n in (50, 1)]
        one, other = (wire.decode(raw) for raw in executor.execute({"op": "batch", "requests": asked})["replies"])
        assert error_of(one)["type"] == "Unencodable"
        assert other["value"] == [0]
