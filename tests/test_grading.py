"""One submission from source text to verdict, on the toy course, in real workers."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch

from autograder.errors import CourseError, MachineryError
from autograder.exercise import Course, load_course
from autograder.grading.code import AuthorCode
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.grader import Graded, grade
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.grading.supplier import Supplier
from autograder.results import ExerciseResult
from autograder.sandbox.connection import Worker
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.wire import Handle, WireError
from autograder.submission import Source

MakeCourse = Callable[..., Course]
GradeAll = Callable[..., list[Graded]]

RIGHT = "def double(x):\n    return 2 * x\n"
SECRET = "0xSECRET"


@pytest.fixture
def grade_all(warm: WarmProcess) -> GradeAll:
    """Grades sources of the course's first exercise, one after another, in one session."""

    def grade_all(course: Course, *sources: str, public: bool = False) -> list[Graded]:
        found: list[Graded] = []

        def run(session: GradingSession) -> None:
            warm.ready()
            grader, exercise = StudentGrader(session, warm, None), course.exercises[0]
            for source in sources:
                code = AuthorCode("double.py", textwrap.dedent(source))
                diagnose = Diagnosis(session)
                found.append(grade(session, exercise, code, grader.connect, supplied={}, diagnose=diagnose))

        GradingSession(course, course.exercises[:1], public=public).run(run)
        return found

    return grade_all


def statuses(graded: Graded) -> dict[str, str]:
    return {check.id.partition("/")[2]: check.status for check in graded.checks}


def lost(graded: Graded) -> dict[str, str]:
    return {name: status for name, status in statuses(graded).items() if status != "passed"}


def message(graded: Graded, name: str) -> str:
    return next(check.message for check in graded.checks if check.id == f"double/{name}")


class TestStatuses:
    def test_all_is_right(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(toy_course, RIGHT)
        assert lost(graded) == {}
        assert [(check.id, check.kind, check.score, check.points) for check in graded.checks] == [
            ("double/interface", "interface", 1, 1), ("double/shapes", "shape", 1, 1), ("double/values", "value", 3, 3),
            ("double/gradients", "gradient", 2, 2), ("double/unchanged", "purity", 2, 2),
            ("double/no_fft", "restriction", 1, 1),
        ]  # fmt: skip
        first = graded.checks[0]
        assert (first.title, first.message, first.misconception, first.hint) == ("`double` is there.", "", None, "")

    def test_one_slip_costs_one_aspect(self, toy_course: Course, grade_all: GradeAll) -> None:
        halved, cut, written, both, forbidden = grade_all(
            toy_course,
            "def double(x): return x / 2",
            "import torch\n\ndef double(x): return torch.tensor((2 * x).tolist())",
            "def double(x):\n    x += x\n    return x.clone()",
            "def double(x):\n    y = (x / 2).detach()\n    x.zero_()\n    return y",
            "import torch\n\ndef double(x):\n    torch.fft.fft(x)\n    return 2 * x",
        )
        assert lost(halved) == {"values": "failed"}
        assert lost(cut) == {"gradients": "failed"}
        assert lost(written) == {"unchanged": "failed"}
        assert lost(both) == {"values": "failed", "gradients": "failed", "unchanged": "failed"}
        assert lost(forbidden) == {"no_fft": "failed"}

    def test_what_is_not_there(self, toy_course: Course, grade_all: GradeAll) -> None:
        for graded in grade_all(toy_course, "def duoble(x): return 2 * x", ""):
            assert statuses(graded) == {"interface": "failed"} | dict.fromkeys([*statuses(graded)][1:], "blocked")
            assert message(graded, "interface") == "`double(tensor 2)`: `double` is not defined"
            assert message(graded, "shapes") == "needs `interface`, which did not pass"

    def test_what_cannot_be_loaded(self, toy_course: Course, grade_all: GradeAll) -> None:
        sources = {
            "def double(x):\n    return 2 *\n": ("raised", "SyntaxError at double.py, line 2: `return 2 *`: invalid"),
            "import nothing_here\n": ("raised", "ModuleNotFoundError at double.py, line 1"),
            "x = 1\nraise ValueError(x)\n": ("raised", "ValueError at double.py, line 2: `raise ValueError(x)`: 1"),
            "exit()\n": ("raised", "SystemExit at double.py, line 1"),
            "raise SystemExit\n": ("raised", "SystemExit at double.py, line 1"),
            "import os\nos._exit(0)\n": ("crashed", "the process that ran your code died: it ended itself"),
            "def f(): f()\nf()\n": ("raised", "RecursionError at double.py, line 1"),
        }  # fmt: skip
        for graded, (status, told) in zip(grade_all(toy_course, *sources), sources.values(), strict=True):
            found = statuses(graded)
            assert found == {"interface": status} | dict.fromkeys([*found][1:], "blocked")
            assert message(graded, "interface").startswith(told)
            assert message(graded, "values") == "`double.py` cannot be loaded"

    def test_what_raises(self, toy_course: Course, grade_all: GradeAll) -> None:
        everywhere, in_values = grade_all(
            toy_course,
            "def double(x):\n    return twice * x\n",
            f"def double(x):\n    if x.requires_grad: raise KeyError('{SECRET}')\n    return 2 * x",
        )
        assert statuses(everywhere)["interface"] == "raised"
        assert message(everywhere, "interface") == (
            "`double(tensor 2)` raised NameError at double.py, line 2: `return twice * x`: "
            "the name `twice` is not defined"
        )
        assert lost(in_values) == {"gradients": "raised"}
        assert message(in_values, "gradients").startswith("`double(tensor 3)` raised KeyError at double.py, line 2")

    def test_a_crash_costs_its_check_alone(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(
            toy_course,
            """
            import os
            calls = 0

            def double(x):
                global calls
                calls += 1
                print("call", calls)
                if x.requires_grad: os._exit(1)
                return 2 * x
            """,
        )
        assert lost(graded) == {"gradients": "crashed"}
        assert graded.output.splitlines().count("call 1") >= 2  # a fresh worker, in which nothing was called before

    def test_an_endless_loop_costs_its_check_alone(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        course = make_course({"double/exercise.yaml": QUICK})
        looping, importing = grade_all(
            course,
            "def double(x):\n    while x.requires_grad: pass\n    return 2 * x",
            "while True: pass",
        )
        assert lost(looping) == {"gradients": "timeout"}
        assert message(looping, "gradients") == "no answer after 2 s: an endless loop?"
        assert statuses(importing) == {"interface": "timeout"} | dict.fromkeys([*statuses(importing)][1:], "blocked")

    def test_a_check_can_be_skipped(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        course = make_course({
            "double/test_hidden.py": """
                import pytest
                from autograder import check

                @check(kind="interface", points=1)
                def interface(submission):
                    "It is there."
                    submission.double(1)

                @check(kind="device", points=4, needs=[interface])
                def device(submission):
                    "It runs there too."
                    pytest.skip("no GPU here")

                @check(kind="device", points=4, needs=[device])
                def further(submission):
                    "And further."
                """
        })  # fmt: skip
        (graded,) = grade_all(course, RIGHT)
        assert statuses(graded) == {"interface": "passed", "device": "skipped", "further": "blocked"}
        assert (message(graded, "device"), graded.checks[1].score) == ("no GPU here", 0)

    def test_results_of_a_wrong_type_fail(self, toy_course: Course, grade_all: GradeAll) -> None:
        bodies = ("None", "[x]", "object()", "double", "(x, x)", "{'x': x}", "x.int()", "2 * x.to(complex)")
        for graded in grade_all(toy_course, *(f"import torch\n\ndef double(x): return {body}" for body in bodies)):
            assert statuses(graded)["interface"] == "failed"
            assert "not" in message(graded, "interface")


QUICK = """
    format: 1
    order: 1
    title: Quick
    points: 10
    implement: [double]
    limits: {seconds: 2}
    """


class TestMessages:
    def test_a_hidden_check_tells_no_value_and_repeats_no_word(self, toy_course: Course, grade_all: GradeAll) -> None:
        """Whatever a submission does to carry the hidden inputs out, its words are not in what it is told."""
        sources = [
            "class Odd(Exception): pass\n\ndef double(x):\n    raise Odd(S)",
            "def double(x):\n    raise type(S, (Exception,), {})('no')",
            "def double(x):\n    raise NameError(f\"name '{S}' is not defined\")",
            "def double(x):\n    raise AttributeError(f\"'{S}' object has no attribute '{S}'\")",
            "def double(x): return type(S, (), {})()",
            "def double(x): return S",
            "import warnings\n\ndef double(x):\n    print(S); warnings.warn(S)\n    return x",
            "class A(type): pass\n\ndef double(x): return A(S, (), {})",
        ]
        spelled = [f"S = '{SECRET[:5]}' + '{SECRET[5:]}'\n{source}" for source in sources]
        for source, graded in zip(sources, grade_all(toy_course, *spelled), strict=True):
            assert lost(graded)
            assert all(SECRET not in check.message for check in graded.checks), source

    def test_a_wrong_value_is_told_by_its_size_alone(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(toy_course, "def double(x): return 2 * x + 1000")
        told = message(graded, "values")
        assert told.startswith("`double(tensor ")
        assert told.endswith("by up to about 1e+03")
        assert "expected" not in told

    def test_output_is_kept_for_staff(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(toy_course, f"print('{SECRET}')\n{RIGHT}")
        assert SECRET in graded.output
        assert lost(graded) == {}

    def test_a_public_check_shows_what_it_got(self, toy_course: Course, grade_all: GradeAll) -> None:
        wrong, raising, named = grade_all(
            toy_course,
            "def double(x): return x",
            "def double(x):\n    raise KeyError('this\\x1b[2J and that')",
            "def double(x):\n    return type('A\\x1b[2J' + 'y' * 300, (), {})()",
            public=True,
        )
        assert message(wrong, "interface").endswith("the first at [0]: yours 1, expected 2")
        assert "'this\\x1b[2J and that'" in message(raising, "interface")
        assert "an object of type A [2J" in message(named, "interface")
        for graded in (raising, named):
            assert message(graded, "interface").isprintable()
            assert len(message(graded, "interface")) <= 700


class TestDiagnosis:
    def test_the_chaff_that_behaves_the_same_names_it(self, toy_course: Course, grade_all: GradeAll) -> None:
        sources = {
            "values": "def double(x): return 0.5 * x",
            "gradients": "def double(x):\n    with __import__('torch').no_grad(): return x + x",
            "unchanged": "def double(x):\n    y = x + x\n    x.mul_(2)\n    return y",
        }
        for (name, _), graded in zip(sources.items(), grade_all(toy_course, *sources.values()), strict=True):
            (check,) = (check for check in graded.checks if check.status != "passed")
            assert check.id == f"double/{name}"
            assert check.misconception in toy_course.exercises[0].misconceptions
            assert check.hint == toy_course.exercises[0].misconceptions[check.misconception]

    def test_nobody_knows_this_one(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(toy_course, "def double(x): return x / 3")
        (check,) = (check for check in graded.checks if check.status != "passed")
        assert (check.misconception, check.hint) == (None, "")

    def test_two_wrong_ideas_that_look_the_same_name_neither(
        self, make_course: MakeCourse, grade_all: GradeAll
    ) -> None:
        other = {"double/chaff/values/other_idea.py": '"""Also divides."""\ndef double(x):\n    return x * 0.5\n'}
        (graded,) = grade_all(make_course(other), "def double(x): return x / 2")
        assert [check.misconception for check in graded.checks] == [None] * 6

    def test_a_check_can_name_it_itself(self, toy_course: Course, grade_all: GradeAll) -> None:
        (graded,) = grade_all(toy_course, "import torch\n\ndef double(x):\n    torch.fft.fft(x)\n    return 2 * x")
        assert graded.checks[-1].misconception == "forbidden-call"


# Ways to look when asked the same again; each must be judged as it is when nobody has been graded before.
TRICKY = [
    "def double(x): return x / 2",
    "def double(x): return 2 * x.detach()",
    "def double(x):\n    if x.dim() == 2: raise ValueError\n    return 2 * x",
    "def double(x): return 2 * x.flatten()",
    "import os\n\ndef double(x):\n    if x.shape[-1] > 2 and x.dim() == 2: os._exit(1)\n    return 3 * x",
    "import os\n\ndef double(x):\n    x.requires_grad or len(x) == 3 and os._exit(1)\n    return x",
    "def double(x):\n    y = 2 * x.detach()\n    x.zero_()\n    return y",
    "state = []\n\ndef double(x):\n    state.append(x)\n    return 2 * x if len(state) < 9 else x",
    "import torch\n\ndef double(x): return 2 * x + torch.rand(())",
    "def double(x):\n    return 2 * x if x.requires_grad or x.dim() == 1 else object()",
]


class TestAsked:
    def test_it_makes_no_difference_who_was_graded_before(self, toy_course: Course, grade_all: GradeAll) -> None:
        """Once a check has been passed it is asked ahead, in one round trip: that must not be seen."""
        together = grade_all(toy_course, RIGHT, *TRICKY, RIGHT)
        assert lost(together[0]) == lost(together[-1]) == {}
        for source, after in zip(TRICKY, together[1:], strict=False):
            (alone,) = grade_all(toy_course, source)
            assert after.checks == alone.checks, source

    def test_no_answer_is_given_away_by_a_later_question(self, make_course: MakeCourse, warm: WarmProcess) -> None:
        """A check that builds on an answer is never asked ahead: the worker would read there what it has to say."""
        tests = """
            import torch
            from autograder import assert_close, assert_gradients, check

            @check(kind="interface")
            def interface(submission):
                "It is there."
                submission.double(torch.ones(2))

            @check(kind="value")
            def apart(submission):
                "It doubles."
                for x in torch.randn(3, 2):
                    assert_close(submission.double(x), 2 * x)

            @check(kind="gradient")
            def linear(submission):
                "It has a gradient."
                assert_gradients(submission.double, x=torch.randn(3))

            @check(kind="value")
            def passed_on(submission):
                "It doubles twice."
                x = torch.randn(3)
                assert_close(submission.double(submission.double(x)), 4 * x)

            @check(kind="value")
            def half(submission):
                "Half of it is what it was."
                x = torch.randn(3)
                assert_close(submission.double(submission.double(x) / 2), 2 * x)

            @check(kind="gradient")
            def loss(submission):
                "The gradient of a loss holds the result that the loss is of."
                x = torch.randn(3, requires_grad=True)
                submission.double(x).square().sum().backward()
                assert_close(x.grad, 8 * x)
            """
        course = make_course({"double/test_hidden.py": tests})
        session = GradingSession(course, course.exercises[:1], public=False)

        def run(session: GradingSession) -> None:
            warm.ready()
            connect, exercise = StudentGrader(session, warm, None).connect, course.exercises[0]
            for _ in range(2):
                code = AuthorCode("double.py", RIGHT)
                graded = grade(session, exercise, code, connect, supplied={}, diagnose=lambda *_: None)
                assert lost(graded) == {}

        session.run(run)
        kept = {id.partition("/")[2]: list(batches.values()) for id, batches in session.batches.items()}
        ahead = {check: batch and len(batch.requests) for check, (batch,) in kept.items()}
        assert ahead == {"interface": 1, "apart": 3, "linear": 4, "passed_on": None, "half": None, "loss": None}

    def test_who_names_things_otherwise_holds_up_nobody(self, make_course: MakeCourse, warm: WarmProcess) -> None:
        """What a module calls its parameters is a part of what is asked of it; one worker is enough for any name."""
        tests = """
            import torch
            from autograder import assert_close, check

            @check(kind="interface")
            def interface(submission):
                "It is there."
                submission.double()

            @check(kind="value")
            def values(submission):
                "It doubles."
                layer = submission.double()
                x, factor = torch.randn(3), torch.randn(1)
                layer.assign(**{name: factor for name, _ in layer.named_parameters()})
                assert_close(layer(x), factor * x)
            """
        layer = """
            from torch import nn
            import torch

            class double(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.NAME = nn.Parameter(torch.ones(1))

                def forward(self, x):
                    return self.NAME * x
            """
        course = make_course({"double/test_hidden.py": tests})
        session = GradingSession(course, course.exercises[:1], public=False)
        workers: list[str] = []

        def run(session: GradingSession) -> None:
            warm.ready()
            grader, exercise = StudentGrader(session, warm, None), course.exercises[0]

            def connect(*given: Any) -> Worker:
                workers.append(name)
                return grader.connect(*given)

            for name in ["factor", "weight", "factor", "weight", "times", "factor"]:
                code = AuthorCode("double.py", textwrap.dedent(layer).replace("NAME", name))
                graded = grade(session, exercise, code, connect, supplied={}, diagnose=lambda *_: None)
                assert lost(graded) == {}

        session.run(run)
        assert workers == ["factor", "weight", "factor", "weight", "times", "factor"]

    def test_the_diagnosis_is_the_same_too(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        """A check that fails in its first example goes on with the others, for the sake of the transcript."""
        tests = """
            import torch
            from hypothesis import strategies as st
            from autograder import assert_close, check, examples

            @check(kind="interface")
            def interface(submission):
                "It is there."
                submission.double(torch.ones(2))

            @check(kind="value", needs=[interface])
            @examples(3, n=st.integers(1, 9))
            def values(submission, n):
                "It doubles."
                x = torch.randn(n)
                assert_close(submission.double(x), 2 * x)
                assert_close(submission.double(-x), -2 * x)
            """
        course = make_course({"double/test_hidden.py": tests})
        source = "def double(x): return x / 2"
        _, after = grade_all(course, RIGHT, source)
        (alone,) = grade_all(course, source)
        assert after.checks == alone.checks
        assert [check.misconception for check in alone.checks] == [None, "halved"]

    def test_a_loop_beyond_what_the_check_comes_to(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        """Asked ahead it never answers; asked one by one it is found wrong at once."""
        tests = """
            import torch
            from autograder import check, fail

            @check(kind="interface")
            def interface(submission):
                "It is there."
                submission.double(torch.ones(2))

            @check(kind="value")
            def values(submission):
                "It doubles."
                if submission.double(torch.ones(2)).tolist() != [2, 2]:
                    fail("ones are not doubled")
                submission.double(torch.ones(3))
            """
        course = make_course({"double/exercise.yaml": QUICK, "double/test_hidden.py": tests})
        source = "def double(x):\n    while len(x) == 3: pass\n    return x"
        _, after = grade_all(course, RIGHT, source)
        (alone,) = grade_all(course, source)
        assert after.checks == alone.checks
        assert message(after, "values") == "`double(tensor 2)`: ones are not doubled"


# The worker's own frames are within reach of a submission: it can send any bytes, with the right nonce.
TAKE_OVER = """
    import os, sys, time
    from autograder.sandbox import wire
    import torch

    def serving():
        frame = sys._getframe()
        while frame.f_code.co_name != "serve": frame = frame.f_back
        return frame.f_locals

    def send(body, kind=wire.REPLY, encoded=False):
        here = serving()
        here["connection"].sendall(wire.frame(kind, here["nonce"], body if encoded else wire.encode(body)))

    TENSOR = torch.ones(2)
    HANDLE = wire.Handle(1, "x", {"parameters": {"forward": TENSOR, "a": TENSOR, "a.b": TENSOR}, "buffers": {}})
    ERROR = {"type": "E", "bases": [], "message": "m", "file": "double.py", "line": 2 ** 2000}

    KEYS = b"d" + (999).to_bytes(4, "little") + b"".join(wire.encode(k * (2 ** 61 - 1)) + b"N" for k in range(999))
    """
FORGED = [
    'send({"ok": False, "undefined": "0xSECRET"})',
    'send({"ok": False, "error": ERROR})',
    'send({"ok": False})',
    'send({"ok": True})',
    'send({"ok": True, "value": HANDLE})',
    'send({"ok": True, "value": wire.Handle(1, "0xSECRET", 3)})',
    'send({"ok": True, "value": torch.empty(0, 2 ** 27)})',
    'send({"ok": True, "value": torch.ones(2, requires_grad=True)})',
    'send({"ok": True, "value": [torch.ones(())] * 9000, "graph": 1})',
    'send({"ok": True, "value": "x" * 10 ** 7})',
    'send({"ok": True, "graph": [1], "value": TENSOR})',
    'send({"ok": True, "echo": HANDLE, "value": TENSOR})',
    'send({"ok": True, "operators": ["0xSECRET"] * 9, "calls": ["\\x1b[2J"], "value": TENSOR})',
    'send({"ok": True, "replies": [{"ok": True}] * 3})',
    "send(KEYS, encoded=True)",
    'send(b"\\xff" * 99, encoded=True)',
    'send({"op": "call", "exercise": "double", "target": "double", "args": [1], "grad": 0}, wire.QUESTION)',
    "send({}, wire.QUESTION)",
    "send(TENSOR, wire.QUESTION)",
    "send([], 77)",
    'serving()["connection"].close()',
    'serving()["connection"].sendall(b"AGW1" + b"\\xff" * 17)',
]
STATUSES = {"passed", "failed", "raised", "blocked", "timeout", "crashed"}


class TestTakenOver:
    """Nothing that a worker does may look like a failure of ours: every path ends as a status."""

    @pytest.mark.parametrize("then", ["os._exit(0)", "return TENSOR"])
    def test_forged_frames_in_a_call(self, make_course: MakeCourse, grade_all: GradeAll, then: str) -> None:
        course = make_course({"double/exercise.yaml": QUICK})
        sources = [f"{TAKE_OVER}\n    def double(x):\n        {forged}\n        {then}\n" for forged in FORGED]
        found = grade_all(course, RIGHT, *sources)
        assert lost(found[0]) == {}
        for forged, graded in zip(FORGED, found[1:], strict=True):
            assert set(statuses(graded).values()) <= {"passed", "failed", "raised", "blocked", "timeout", "crashed"}, (
                forged
            )
            assert statuses(graded)["values"] != "passed"
            assert all(SECRET not in check.message and check.message.isprintable() for check in graded.checks), forged

    def test_forged_frames_while_loading(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        course = make_course({"double/exercise.yaml": QUICK})
        sources = [f"{TAKE_OVER}\n    {forged}\n    os._exit(0)\n" for forged in FORGED]
        for forged, graded in zip(FORGED, grade_all(course, *sources), strict=True):
            found = [*statuses(graded).values()]
            assert found[0] in ("raised", "crashed", "timeout", "failed"), forged
            assert set(found[1:]) == {"blocked"}, forged

    def test_a_forged_answer_is_an_answer_and_no_more(self, toy_course: Course, grade_all: GradeAll) -> None:
        answer = 'send({"ok": True, "value": 2 * x})'
        (graded,) = grade_all(toy_course, f"{TAKE_OVER}\n    def double(x):\n        {answer}\n        os._exit(0)\n")
        assert statuses(graded)["interface"] == "passed"
        assert statuses(graded)["gradients"] != "passed"
        assert "crashed" in statuses(graded).values()

    def test_values_that_the_check_cannot_use(self, toy_course: Course, grade_all: GradeAll) -> None:
        """Right in the first call, odd in the others."""
        odd = [
            "x.flatten()[:0]",
            "x.bool()",
            "x * float('inf')",
            "None",
            "[x, x]",
            "2 ** 2000",
            "x.to(complex)",
            "{}",
            "x[None]",
        ]
        sources = [f"def double(x): return 2 * x if (x == 1).all() else {value}" for value in odd]
        for value, graded in zip(odd, grade_all(toy_course, *sources), strict=True):
            assert statuses(graded)["interface"] == "passed"
            assert lost(graded)
            assert set(lost(graded).values()) <= {"failed", "blocked"}, value


class TestSession:
    def checks(self, body: str) -> dict[str, str]:
        text = """
            import torch
            from hypothesis import strategies as st
            from autograder import assert_close, assert_tensor, check, examples

            @check(kind="interface", points=1)
            def interface(submission):
                "It is there."
                submission.double(torch.ones(1))
            """
        return {"double/test_hidden.py": textwrap.dedent(text) + "\n" + textwrap.dedent(body)}

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("def double(x):\n    return 2 * (x\n", 2, "not Python: '(' was never closed"),
            ("import nothing_here\n", 1, "cannot be imported: ModuleNotFoundError: No module named 'nothing_here'"),
            ("raise SystemExit(0)\n", 1, "cannot be imported: SystemExit: 0"),
            ("import quadruple\n", 1, "cannot be imported: ModuleNotFoundError: No module named 'quadruple'"),  # later
        ],
    )
    @pytest.mark.parametrize("is_relative", [False, True])
    def test_a_broken_solution_is_named(
        self,
        make_course: MakeCourse,
        monkeypatch: pytest.MonkeyPatch,
        is_relative: bool,
        text: str,
        line: int,
        reason: str,
    ) -> None:
        course = make_course({"double/solution.py": text})
        if is_relative:
            monkeypatch.chdir(course.root)
            course = load_course(Path())
        with pytest.raises(CourseError) as caught:
            GradingSession(course, course.exercises, public=False)
        error = caught.value
        assert (error.path, error.line, error.reason) == (course.exercises[0].solution, line, reason)

    def test_a_solution_can_import_an_earlier_one(self, make_course: MakeCourse) -> None:
        later = "from double import double\n\ndef quadruple(x):\n    return double(double(x))\n"
        course = make_course({"quadruple/solution.py": later})
        session = GradingSession(course, course.exercises, public=False)
        assert session.references["quadruple"].quadruple(torch.ones(1)).tolist() == [4]
        assert "double" not in sys.modules

    @pytest.mark.parametrize(
        ("body", "line", "reason"),
        [
            ("def f(:\n    pass", 10, "not Python: invalid syntax"),
            ("\nimport nothing_here", 11, "ModuleNotFoundError: No module named 'nothing_here'"),
            ("1 / 0", 10, "ZeroDivisionError: division by zero"),
            ("def f(): return g()\n\nf()", 10, "NameError: name 'g' is not defined"),
            ("@check(kind='values')\ndef f(submission):\n    'X.'", 10, "ValueError: kind must be one of"),
            ("@check(kind='value', points=-1)\ndef f(submission):\n    'X.'", 10, "ValueError: points must not be"),
            ("@check(kind='value')\ndef f(submission): pass", 10, "ValueError: check `f` needs a docstring"),
            ("def g(): pass\n\n@check(kind='value', needs=[g])\ndef f(submission):\n    'X.'", 12, "ValueError: check"),
            ("@check(kind='value')\n@examples(3, x=st.just(1))\ndef f():\n    'X.'", 11, "ValueError: `f` takes no"),
            ("@check(kind='value')\ndef f(submission, tmp_path):\n    'X.'", None, "check `f` takes `tmp_path`"),
        ],
    )
    def test_a_broken_test_file_is_named(
        self, make_course: MakeCourse, grade_all: GradeAll, body: str, line: int | None, reason: str
    ) -> None:
        course = make_course(self.checks(body))
        with pytest.raises(CourseError) as caught:
            grade_all(course, RIGHT)
        error = caught.value
        assert error.reason.removeprefix("cannot be imported: ").startswith(reason)
        assert (error.path, error.line) == (course.exercises[0].hidden_tests.resolve(), line)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "from autograder import check\n\n@check(kind='value')\ndef interface(submission):\n    'It holds.'\n",
            "from autograder import check\n\n@check(kind='interface')\ndef first(submission):\n    'It holds.'\n",
        ],
    )
    def test_the_first_check_is_called_interface(self, make_course: MakeCourse, grade_all: GradeAll, text: str) -> None:
        course = make_course({"double/test_hidden.py": text})
        with pytest.raises(CourseError, match="the first check must be called `interface`"):
            grade_all(course, RIGHT)

    def test_a_test_file_that_is_not_there(self, toy_course: Course, grade_all: GradeAll) -> None:
        toy_course.exercises[0].hidden_tests.unlink()
        with pytest.raises(CourseError, match=r"test_hidden.py: there is no such file"):
            grade_all(toy_course, RIGHT)

    def test_public_checks_have_no_reference(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        text = "from autograder import check\n\n@check(kind='interface')\ndef interface(reference):\n    'It holds.'\n"
        with pytest.raises(CourseError, match="takes `reference`"):
            grade_all(make_course({"double/test_public.py": text}), RIGHT, public=True)

    def test_helper_functions_are_no_checks(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = "def test_f(): assert False\n\nclass TestX:\n    def test_g(self): assert False\n\nalias = interface\n"
        (graded,) = grade_all(make_course(self.checks(body)), RIGHT)
        assert statuses(graded) == {"interface": "passed"}

    def test_needs(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = """
            @check(kind="value", points=1, needs=[interface])
            def one(submission):
                "One."
                assert submission.double(torch.ones(1)).item() == 2, "two ones are two"

            @check(kind="value", points=1, needs=[interface, one])
            def two(submission):
                "Two."

            @check(kind="value", points=1, needs=[two])
            def three(submission):
                "Three."

            @check(kind="value", points=1)
            def four(submission):
                "Four."
            """
        (graded,) = grade_all(make_course(self.checks(body)), "def double(x): return x")
        assert lost(graded) == {"one": "failed", "two": "blocked", "three": "blocked"}
        assert message(graded, "one") == "two ones are two"
        assert message(graded, "three") == "needs `two`, which did not pass"

    def test_a_name_that_only_a_later_check_needs_blocks_it(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = "@check(kind='value', needs=[interface])\ndef other(submission):\n    'X.'\n    submission.triple(1)\n"
        (graded,) = grade_all(make_course(self.checks(body)), RIGHT)
        assert lost(graded) == {"other": "blocked"}
        assert message(graded, "other") == "`triple` is not defined"

    def test_a_check_that_fails_on_our_side_is_our_failure(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = "@check(kind='value')\ndef broken(submission):\n    'It holds.'\n    submission.double(1).nonsense()\n"
        with pytest.raises(MachineryError, match="does not even work for the reference"):
            grade_all(make_course(self.checks(body)), RIGHT)

    def test_a_check_that_a_result_makes_stumble_is_failed(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = "@check(kind='value')\ndef odd(submission):\n    'X.'\n    submission.double(torch.ones(1)).sum() + 1\n"
        (graded,) = grade_all(make_course(self.checks(body)), "def double(x): return 'text'")
        assert lost(graded) == {"odd": "failed"}
        assert message(graded, "odd") == "the result cannot be used as the check must use it"
        assert "has no attribute 'sum'" in graded.output

    def test_random_inputs_come_from_salt_and_check(self, make_course: MakeCourse, grade_all: GradeAll) -> None:
        body = """
            @check(kind="value", points=1)
            def one(submission):
                "One."
                submission.double(torch.randn(1))

            @check(kind="value", points=1)
            @examples(3, n=st.integers(0, 10 ** 9))
            def two(submission, n):
                "Two."
                submission.double(torch.randn(1) + n)
            """
        source = "import torch\n\ndef double(x): print('saw', x.item(), torch.rand(()).item())"
        seen = []
        for salt in ("one", "one", "two"):
            course = f"format: 1\nname: toy\nsalt: {salt}\n"
            graded = grade_all(make_course({"course.yaml": course} | self.checks(body)), source, source)
            assert graded[0].output == graded[1].output
            seen.append(graded[0].output)
        assert seen[0] == seen[1]
        lines = [{line for line in output.splitlines() if not line.startswith("saw 1.0 ")} for output in seen]
        assert len(lines[0]) == 4
        assert not lines[0] & lines[2]

    def test_examples_are_drawn_once(self, toy_course: Course) -> None:
        drawn: list[Mapping[str, Any]] = []
        for _ in range(2):
            session = GradingSession(toy_course, toy_course.exercises[:1], public=False)
            session.run(lambda session: session.prepare())
            drawn.append(session.examples)
        assert drawn[0] == drawn[1]
        assert 0 < len(drawn[0]["double/shapes"]) <= 5
        assert drawn[0]["double/shapes"] != drawn[0]["double/values"]
        assert drawn[0]["double/interface"] == [{}]

    def test_no_submission_sees_what_another_did_to_an_example(
        self, make_course: MakeCourse, grade_all: GradeAll
    ) -> None:
        body = """
            from autograder import tensors

            @check(kind="value", points=1)
            @examples(3, x=tensors((2,)))
            def values(submission, reference, x):
                "It is doubled."
                assert x.abs().sum() > 0, "somebody was here"
                expected = reference.double(x)
                assert_close(submission.double(x), expected)
                expected.zero_()
                x.zero_()
            """
        course = make_course(self.checks(body))
        for graded in grade_all(course, RIGHT, "def double(x): return x.mul_(2)", RIGHT):
            assert lost(graded) == {}


class TestFollowThrough:
    QUADRUPLE = "from double import double\n\ndef quadruple(x): return double(double(x))\n"

    @pytest.fixture
    def grade_student(self, warm: WarmProcess, toy_course: Course) -> Callable[..., dict[str, ExerciseResult]]:
        def grade_student(only: str = "", **sources: str | None) -> dict[str, ExerciseResult]:
            found: dict[str, ExerciseResult] = {}
            given = {id: Source(f"{id}.py", text) for id, text in sources.items() if text is not None}
            exercises = toy_course.select([only] if only else [])

            def run(session: GradingSession) -> None:
                warm.ready()
                for result, _, _ in StudentGrader(session, warm, None).grade(Work("ada", given), exercises):
                    found[result.id] = result

            GradingSession(toy_course, exercises, public=False).run(run)
            return found

        return grade_student

    def test_what_is_right_is_used(self, grade_student: Callable[..., dict[str, ExerciseResult]]) -> None:
        results = grade_student(double=RIGHT, quadruple=self.QUADRUPLE)
        assert [(each.score, each.follow_through) for each in results.values()] == [(10, ()), (10, ())]

    @pytest.mark.parametrize(
        ("double", "why"),
        [
            (None, "is missing"), ("def double(x): return x", "lost marks"), ("def double(x: return x", "lost marks"),
            ("raise SystemExit", "lost marks"), ("def double(x): return 2 * x.detach()", "lost marks"),
        ],
    )  # fmt: skip
    def test_what_is_not_is_supplied(
        self, grade_student: Callable[..., dict[str, ExerciseResult]], double: str | None, why: str
    ) -> None:
        result = grade_student(double=double, quadruple=self.QUADRUPLE)["quadruple"]
        assert (result.score, result.follow_through) == (10, ("double",))
        assert result.message == (
            f"your own `double` {why}; the grader supplied a correct one, so that it costs nothing here"
        )

    def test_it_is_judged_even_if_it_was_not_asked_for(
        self, grade_student: Callable[..., dict[str, ExerciseResult]]
    ) -> None:
        results = grade_student("quadruple", double="def double(x): return x", quadruple=self.QUADRUPLE)
        assert [*results] == ["quadruple"]
        assert (results["quadruple"].score, results["quadruple"].follow_through) == (10, ("double",))

    def test_nothing_is_supplied_that_is_not_imported(
        self, grade_student: Callable[..., dict[str, ExerciseResult]]
    ) -> None:
        result = grade_student(quadruple="# double\n\ndef quadruple(x): return 4 * x\n")["quadruple"]
        assert (result.score, result.follow_through, result.message) == (10, (), "")

    def test_its_own_slips_stay_its_own(self, grade_student: Callable[..., dict[str, ExerciseResult]]) -> None:
        source = "from double import double\n\ndef quadruple(x): return double(x)\n"
        result = grade_student(quadruple=source)["quadruple"]
        assert [check.status for check in result.checks] == ["passed", "failed", "passed"]

    @pytest.mark.parametrize(
        "argument", ["torch.ones(200, 200)", "torch.ones(2 ** 20, 0)", "10 ** 9", "[3, {'a': 1e9}]"]
    )
    def test_what_would_keep_the_grader_busy_is_refused(
        self, grade_student: Callable[..., dict[str, ExerciseResult]], argument: str
    ) -> None:
        source = (
            f"import torch\nfrom double import double\n\ndef quadruple(x):\n    double({argument})\n    return 4 * x\n"
        )
        first = grade_student(quadruple=source)["quadruple"].checks[0]
        assert first.status == "raised"
        assert first.message.startswith("`quadruple(tensor 2)` raised RuntimeError at quadruple.py, line 5")

    def test_results_that_are_never_dropped_have_a_bound(
        self, grade_student: Callable[..., dict[str, ExerciseResult]]
    ) -> None:
        source = """
            import torch
            from double import double

            kept = []

            def quadruple(x):
                for _ in range(40):
                    kept.append(double(torch.ones(1000, requires_grad=True)))
                return 4 * x
            """
        first = grade_student(quadruple=textwrap.dedent(source))["quadruple"].checks[0]
        assert (first.status, "RuntimeError" in first.message) == ("raised", True)


class TestSupplier:
    """It runs in the grader's own process, on whatever a worker wrote."""

    CALL: Mapping[str, Any] = MappingProxyType(
        {"exercise": "double", "op": "call", "target": "double", "args": [torch.ones(2)], "grad": False, "seed": 0,
         "forget": []}
    )  # fmt: skip

    @pytest.fixture
    def supplier(self, toy_course: Course) -> Supplier:
        return Supplier({"double": toy_course.exercises[0]})

    def test_values_and_gradients(self, supplier: Supplier) -> None:
        assert supplier.ask(self.CALL)["value"].tolist() == [2, 2]
        x = torch.ones(2, requires_grad=True)
        graph = supplier.ask({**self.CALL, "args": [x], "grad": True})["graph"]
        vjp = {"exercise": "double", "op": "vjp", "graph": graph, "cotangents": [torch.ones(2)], "forget": []}
        assert supplier.ask(vjp)["value"][0].tolist() == [2, 2]
        supplier.ask({**self.CALL, "forget": [("graph", graph)]})
        with pytest.raises(WireError):
            supplier.ask(vjp)

    @pytest.mark.parametrize(
        "change",
        [
            *({key: value} for key in CALL for value in (None, 3, [3], {}, torch.ones(3), "x", Handle(1, "x"), True)
              if (key, str(value)) not in {("args", "[3]"), ("grad", "True"), ("seed", "3")}),
            {"exercise": "quadruple"}, {"op": "load"}, {"op": "fetch"}, {"target": "__class__"}, {"target": "torch"},
            {"op": "vjp"}, {"op": "vjp", "graph": 99, "cotangents": []}, {"op": "vjp", "graph": [], "cotangents": []},
            {"forget": [("graph", [])]}, {"forget": [["graph", 1]]}, {"forget": [()]}, {"forget": torch.ones(2, 2)},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, supplier: Supplier, change: dict[str, Any]) -> None:
        with pytest.raises(WireError, match="nobody answers"):
            supplier.ask({**self.CALL, **change})

    @pytest.mark.parametrize("key", ["exercise", "op", "target", "args", "seed", "forget"])
    def test_a_question_has_all_its_parts(self, supplier: Supplier, key: str) -> None:
        with pytest.raises(WireError, match="nobody answers"):
            supplier.ask({name: value for name, value in self.CALL.items() if name != key})

    @pytest.mark.parametrize("args", [[], ["x", "y"], [{}], [[Handle(1, "x")]], [None], [[[[]]]], [torch.ones(2)] * 2])
    def test_what_the_reference_makes_of_it_is_said(self, supplier: Supplier, args: list[Any]) -> None:
        reply = supplier.ask({**self.CALL, "args": args})
        assert reply["ok"] is False or args == [[[[]]]]

    @pytest.mark.parametrize("cotangents", [[], [torch.ones(3)], [1], [torch.ones(2)] * 2, ["x"], [[]]])
    def test_cotangents_of_the_wrong_form_are_an_error_of_the_submission(
        self, supplier: Supplier, cotangents: list[Any]
    ) -> None:
        graph = supplier.ask({**self.CALL, "args": [torch.ones(2, requires_grad=True)], "grad": True})["graph"]
        vjp = {"exercise": "double", "op": "vjp", "graph": graph, "cotangents": cotangents, "forget": []}
        assert supplier.ask(vjp)["ok"] is False
