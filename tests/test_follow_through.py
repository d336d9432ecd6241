"""What is supplied of an earlier exercise: modules, arguments by name; and what a later one is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
import torch

from autograder.exercise import Course
from autograder.grading.code import AuthorCode, loading
from autograder.grading.local import LocalPeer
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.grading.supplier import MAX_OBJECTS, Supplier
from autograder.results import ExerciseResult
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.wire import Handle, WireError
from autograder.submission import Source

SCALE = {
    "scale/exercise.yaml": """
        format: 1
        order: 0
        title: A factor for every element
        points: 10
        implement: [Scale, stretch, Tally, reset]
        """,
    "scale/solution.py": '''
        """A factor for every element."""

        import torch
        from torch import nn


        class Scale(nn.Module):
            """Factors of shape (n,) that can be learned."""

            def __init__(self, n, base=1):
                super().__init__()
                self.inner = nn.Module()
                self.inner.weight = nn.Parameter(torch.rand(base ** (n - 1) * n))
                self.register_buffer("seen", torch.zeros(1))

            def forward(self, x, plus=0.0):
                if self.training:
                    self.seen += 1
                return x * self.inner.weight + plus


        def stretch(x, by=2, plus=0):
            """by times x, plus something."""
            return by * x + plus


        def reset(layer):
            """Set the weight of a linear layer to one."""
            if isinstance(layer, nn.Linear):
                nn.init.ones_(layer.weight)


        class Tally:
            """n sums."""

            def __init__(self, n):
                self.sums = [0.0] * n

            def add(self, *values):
                self.sums = [one + float(other) for one, other in zip(self.sums, values, strict=True)]

            def __getitem__(self, index):
                return self.sums[index]
        ''',
    "scale/test_hidden.py": '''
        import torch

        from autograder import assert_close, check


        @check(kind="interface", points=10)
        def interface(submission):
            """`stretch` is there."""
            assert_close(submission.stretch(torch.ones(2)), torch.tensor([2.0, 2.0]))
        ''',
}

GradeStudent = Callable[..., dict[str, ExerciseResult]]


@pytest.fixture
def course(make_course: Callable[..., Course]) -> Course:
    """A third exercise, which comes before the two others."""
    return make_course(SCALE)


@pytest.fixture
def grade_student(warm: WarmProcess, course: Course) -> GradeStudent:
    def grade_student(only: str = "", **sources: str) -> dict[str, ExerciseResult]:
        given = {id: Source(f"{id}.py", textwrap.dedent(text)) for id, text in sources.items()}
        exercises = course.select([only] if only else [])
        found: dict[str, ExerciseResult] = {}

        def run(session: GradingSession) -> None:
            warm.ready()
            for result, _key, _output in StudentGrader(session, warm, None).grade(Work("ada", given), exercises):
                found[result.id] = replace(result, seconds=0.0)

        GradingSession(course, exercises, public=False).run(run)
        return found

    return grade_student


def outcome(result: ExerciseResult) -> tuple[float | None, tuple[str, ...], list[str]]:
    return result.score, result.follow_through, [each.message for each in result.checks if each.status != "passed"]


BY_HAND = """
    import torch
    from scale import Scale

    layer = Scale(n=2)
    for _ in range(60):
        layer.zero_grad()
        ((layer(torch.ones(2)) - 4) ** 2).sum().backward()
        layer.inner.weight.data -= 0.2 * layer.inner.weight.grad
    assert layer.seen == 60

    def quadruple(x):
        with torch.no_grad():
            assert torch.allclose(layer.inner.weight, torch.tensor(4.0), atol=1e-3)
        layer.inner.weight.data.fill_(4)
        return torch.cat([layer.eval()(each.expand(2))[:1] for each in x])
    """
WITH_AN_OPTIMIZER = """
    import copy
    import torch
    from scale import Scale

    class Mine(Scale):
        def __init__(self):
            super().__init__(2, base=1)

        def forward(self, x):
            return super().forward(x, plus=1.0) - 1

    layer = Mine()
    assert isinstance(layer, Scale) and isinstance(layer, torch.nn.Module)
    assert [*layer.state_dict()] == ["seen", "inner.weight"]
    torch.nn.init.constant_(layer.inner.weight, 9)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
    for _ in range(80):
        optimizer.zero_grad()
        ((layer(torch.ones(2)) - 4) ** 2).sum().backward()
        optimizer.step()
    other = copy.deepcopy(layer)
    torch.nn.init.zeros_(layer.inner.weight)

    def quadruple(x):
        return torch.cat([(other(each.expand(2)) + layer(each.expand(2)))[:1] for each in x])
    """
QUADRUPLE_BY_NAME = "from scale import stretch\n\ndef quadruple(x): return stretch(plus=0, x=x, by=4)\n"


WITH_AN_OBJECT = """
    from scale import Tally

    def quadruple(x):
        sums, others = Tally(n=2), Tally(2)
        for _ in range(2):
            sums.add(3, 1.0)
        others.add(7, 7)
        return (sums[0] - sums[1]) * x
    """


WITH_A_MODULE_OF_MINE = """
    from scale import reset
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(1, 2, bias=False), nn.LayerNorm(2), nn.Linear(2, 1, bias=False))
            self.apply(reset)

    net = Net()
    assert [each.weight.tolist() for each in net.layers] == [[[1], [1]], [1, 1], [[1, 1]]]

    def quadruple(x):
        return 2 * net.layers[2](net.layers[0](x[:, None]))[:, 0]
    """


class TestSupplied:
    @pytest.mark.parametrize(
        "quadruple", [BY_HAND, WITH_AN_OPTIMIZER, QUADRUPLE_BY_NAME, WITH_AN_OBJECT, WITH_A_MODULE_OF_MINE]
    )
    @pytest.mark.parametrize("scale", [None, "Scale = stretch = None", "def stretch(x): return x"])
    def test_what_an_earlier_exercise_defines(
        self, grade_student: GradeStudent, quadruple: str, scale: str | None
    ) -> None:
        own = {} if scale is None else {"scale": scale}
        result = grade_student(quadruple=quadruple, **own)["quadruple"]
        assert outcome(result) == (10, ("scale",), [])

    def test_the_students_own_is_used_if_it_is_right(self, grade_student: GradeStudent) -> None:
        right = "def stretch(x, by=2, plus=0): return by * x\n\ndef mine(x): return stretch(x, 4)\n"
        results = grade_student(quadruple="from scale import mine as quadruple", scale=right)
        assert [outcome(results[id]) for id in ("scale", "quadruple")] == [(10, (), [])] * 2

    @pytest.mark.parametrize("arguments", ["100, base=100", "200, base=1", "30, base=2", "'x'"])
    def test_a_module_too_large_is_refused(self, grade_student: GradeStudent, arguments: str) -> None:
        source = f"from scale import Scale\n\ndef quadruple(x):\n    Scale({arguments})\n    return 4 * x\n"
        first = grade_student(quadruple=source)["quadruple"].checks[0]
        assert first.status == "raised"
        assert "raised RuntimeError at quadruple.py, line 4" in first.message

    def test_an_argument_that_nothing_takes_is_the_students_error(self, grade_student: GradeStudent) -> None:
        source = "from scale import stretch\n\ndef quadruple(x):\n    return stretch(x, times=4)\n"
        first = grade_student(quadruple=source)["quadruple"].checks[0]
        assert "raised TypeError at quadruple.py, line 4" in first.message

    def test_what_it_draws_follows_the_students_seed(self, course: Course) -> None:
        text = """
            import torch
            from scale import Scale

            def weights(seed):
                torch.manual_seed(seed)
                return [Scale(2).inner.weight.tolist() for _ in range(2)]
            """
        supplied = {"scale": course.exercise("scale")}
        peer = LocalPeer(Supplier(supplied))
        code = AuthorCode("quadruple.py", textwrap.dedent(text))
        assert peer.ask(loading(course.exercise("quadruple"), code, supplied)) == {"ok": True}
        ours = torch.get_rng_state()
        found = [peer.ask({"op": "call", "target": "weights", "args": [seed]})["value"] for seed in (1, 1, 2)]
        assert torch.equal(torch.get_rng_state(), ours)
        assert found[0] == found[1]
        assert len({tuple(each) for pair in found[1:] for each in pair}) == 4


class TestLater:
    """Nothing of a later exercise is supplied, whose answer may hold the answer; the student's own is a helper."""

    def test_the_students_own_is_there(self, grade_student: GradeStudent) -> None:
        later = "def twice(x): return 2 * x\n\ndef quadruple(x): return x\n"
        results = grade_student(double="from quadruple import twice as double", quadruple=later)
        assert outcome(results["double"]) == (10, (), [])
        assert results["quadruple"].score != 10
        assert grade_student("double", double="from quadruple import twice as double", quadruple=later) == {
            "double": results["double"]
        }

    def test_nobody_is_given_it(self, grade_student: GradeStudent) -> None:
        result = grade_student(double="from quadruple import quadruple\n\ndef double(x): return quadruple(x) / 2\n")
        assert (result["double"].score, result["double"].follow_through) == (0, ())
        message = result["double"].checks[0].message
        assert message.endswith("No module named 'quadruple'; it is another exercise, of which there is no file")

    def test_a_circle_is_the_students_own(self, grade_student: GradeStudent) -> None:
        double = "import quadruple\n\ndef double(x): return quadruple.quadruple(x) / 2\n"
        quadruple = "import double\n\ndef quadruple(x): return 2 * double.double(x)\n"
        results = grade_student(double=double, quadruple=quadruple)
        assert "RecursionError" in results["double"].checks[0].message
        assert outcome(results["quadruple"]) == (10, ("double",), [])

    def test_what_an_import_imports_is_there_as_well(self, grade_student: GradeStudent) -> None:
        right = "from scale import stretch\n\ndef double(x): return stretch(x)\n"
        results = grade_student(
            double=right, quadruple="from double import double\n\ndef quadruple(x): return double(double(x))\n"
        )
        assert outcome(results["double"]) == (10, ("scale",), [])
        assert outcome(results["quadruple"]) == (10, ("scale",), [])


class TestSupplier:
    """Modules and other objects that a worker holds on to, in the grader's own process."""

    CALL: Mapping[str, Any] = MappingProxyType({"exercise": "scale", "op": "call", "seed": 0, "forget": []})

    @pytest.fixture
    def supplier(self, course: Course) -> Supplier:
        return Supplier({"scale": course.exercise("scale")})

    def made(self, supplier: Supplier, *args: Any) -> Handle:
        made = supplier.ask({**self.CALL, "target": "Scale", "args": list(args)})["value"]
        assert isinstance(made, Handle)
        return made

    def test_a_forward_is_one_of_the_state_that_it_brings(self, supplier: Supplier) -> None:
        made = self.made(supplier, 2)
        weight, seen = torch.full((2,), 5.0, requires_grad=True), torch.tensor([3.0])
        args = [{"inner.weight": weight, "seen": seen}, True, torch.ones(2)]
        reply = supplier.ask({**self.CALL, "target": made.id, "args": args, "grad": True})
        result, buffers = reply["value"]
        assert (result.tolist(), buffers["seen"].tolist(), seen.tolist()) == ([5, 5], [4], [3])
        vjp = {"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(2)]}
        assert supplier.ask({**self.CALL, **vjp})["value"][0].tolist() == [1, 1]

    @pytest.mark.parametrize(
        "args",
        [
            [], [{}], [{}, 1], [[], True], [torch.ones(2), True], [{"inner.weight": 3}, True],
            [{"outer": torch.ones(2)}, True], [{"inner.weight": Handle(1)}, False], [{3: torch.ones(2)}, True],
        ],
    )  # fmt: skip
    def test_nonsense_about_a_module_is_refused(self, supplier: Supplier, args: list[Any]) -> None:
        made = self.made(supplier, 2)
        with pytest.raises(WireError, match="nobody answers"):
            supplier.ask({**self.CALL, "target": made.id, "args": args})

    @pytest.mark.parametrize(
        "about",
        [
            None, {}, {"parameters": {}}, {"parameters": {"a": 1}, "buffers": {}},
            {"parameters": {}, "buffers": {".": torch.ones(1)}},
            {"parameters": {"a." * 90 + str(each): torch.ones(1) for each in range(30)}, "buffers": {}},
        ],
    )  # fmt: skip
    def test_so_is_a_module_that_is_none(self, supplier: Supplier, about: Any) -> None:
        with pytest.raises(WireError):
            supplier.ask({**self.CALL, "target": "reset", "args": [Handle(0, "Linear", about)]})

    @pytest.mark.parametrize("kind", ["Linear", "LSTM", "Module", "__doc__", "Sequential", "init"])
    def test_a_module_that_is_an_argument_has_a_stand_in(self, supplier: Supplier, kind: str) -> None:
        about = {"parameters": {"weight": torch.zeros(2), "a.weight": torch.zeros(1)}, "buffers": {}}
        reply = supplier.ask({**self.CALL, "target": "reset", "args": [Handle(9, kind, about)]})
        (state,) = reply["modules"]
        assert (reply["value"], state["weight"].sum().item(), state["a.weight"].item()) == (
            None,
            2 * (kind == "Linear"),
            0,
        )
        too_large = {"parameters": {"weight": torch.zeros(1 << 19)}, "buffers": {}}
        assert not supplier.ask({**self.CALL, "target": "reset", "args": [Handle(9, kind, too_large)]})["ok"]
        assert not supplier.ask({**self.CALL, "target": "stretch", "args": [[Handle(9, kind, about)]]})["ok"]

    @pytest.mark.parametrize("target", [99, True, -1, 2**70, "Module", "Scale.forward"])
    def test_so_is_what_was_never_made(self, supplier: Supplier, target: Any) -> None:
        self.made(supplier, 2)
        with pytest.raises(WireError, match="nobody answers"):
            supplier.ask({**self.CALL, "target": target, "args": [{}, True, torch.ones(2)]})

    def test_what_is_forgotten_is_gone(self, supplier: Supplier) -> None:
        made = self.made(supplier, 2)
        question = {**self.CALL, "target": made.id, "args": [{}, True, torch.ones(2)]}
        assert supplier.ask(question)["ok"]
        with pytest.raises(WireError):
            supplier.ask({**question, "forget": [("object", made.id)]})

    @pytest.mark.parametrize(
        "args", [[{}, True], [{}, True, 3, 4, 5], [{"inner.weight": torch.ones(2, 2, 2)}, True, "x"]]
    )
    def test_what_the_module_makes_of_it_is_said(self, supplier: Supplier, args: list[Any]) -> None:
        made = self.made(supplier, 2)
        assert supplier.ask({**self.CALL, "target": made.id, "args": args})["ok"] is False

    @pytest.mark.parametrize(("args", "most"), [([2], MAX_OBJECTS), ([12, 2], 10), ([16, 2], 0)])
    def test_there_is_a_bound_on_modules_and_on_their_parameters(
        self, supplier: Supplier, args: list[int], most: int
    ) -> None:
        question = {**self.CALL, "target": "Scale", "args": args}
        assert [supplier.ask(question)["ok"] for _ in range(most + 1)] == [True] * most + [False]

    @pytest.mark.parametrize("args", [[], ["sums"], ["__init__", 3], ["__class__"], [["add"], 1], [{}, True, 1]])
    def test_nonsense_about_an_object_is_refused(self, supplier: Supplier, args: list[Any]) -> None:
        made = supplier.ask({**self.CALL, "target": "Tally", "args": [2]})["value"]
        with pytest.raises(WireError, match="nobody answers"):
            supplier.ask({**self.CALL, "target": made.id, "args": args})

    def test_what_an_object_may_keep_has_a_bound(self, supplier: Supplier) -> None:
        made = supplier.ask({**self.CALL, "target": "Tally", "args": [2]})["value"]
        question = {**self.CALL, "target": made.id, "args": ["add", torch.ones(1 << 14), 0]}
        count = next(number for number in range(100) if "hold no more" in supplier.ask(question)["error"]["message"])
        assert count == 15

    def test_graphs_that_are_kept_have_a_bound(self, supplier: Supplier) -> None:
        made = self.made(supplier, 2)
        state = {"inner.weight": torch.ones(1 << 16, requires_grad=True)}
        question = {**self.CALL, "target": made.id, "args": [state, True, torch.ones(1)], "grad": True}
        assert [supplier.ask(question)["ok"] for _ in range(4)] == [True] * 3 + [False]
