"""Mutants: what is altered and what is not, and what becomes of each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.errors import CourseError, UsageError
from autograder.exercise import Limits
from autograder.mutants import forks, general, likeness, listed, running
from autograder.mutants.altering import Altering
from autograder.mutants.making import mutants_of
from autograder.mutants.places import source_of
from autograder.mutants.tensors import edits

DTYPES = '''

from autograder import assert_dtype


@check(kind="dtype", points=1)
def dtypes(submission):
    """The dtype stays."""
    for dtype in (torch.float32, torch.float64):
        assert_dtype(submission.double(torch.ones(2, dtype=dtype)), dtype)
'''


def altered(body: str, signature: str = "def f(x, n):") -> set[tuple[str, str]]:
    """(operator, the body that it makes) of our own operators."""
    source = source_of(
        f"import torch\n\n\n{signature}\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n", ["f"]
    )
    texts = ((each.operator, source.with_text(each.span, each.text)) for each in edits(source))
    return {(name, textwrap.dedent(text.partition(f"{signature}\n")[2]).strip()) for name, text in texts}


class TestTensorOperators:
    @pytest.mark.parametrize(
        ("operator", "body", "expected"),
        [
            ("swap_neighbours", "return x.permute(0, 2, 1)", "return x.permute(2, 0, 1)"),
            ("swap_neighbours", "h, w = x.shape", "w, h = x.shape"),
            ("swap_neighbours", "return x[1:, :n]", "return x[:n, 1:]"),
            ("swap_neighbours", 'return {"a": x, "b": n}', 'return {"a": n, "b": x}'),
            ("drop_call", "return x.flip(0, 1)", "return x"),
            ("drop_call", "return (x + n).sum()", "return (x + n)"),
            ("drop_call", "return torch.nn.Parameter(x)", "return x"),
            ("drop_part", "return torch.zeros(n, requires_grad=True)", "return torch.zeros(n)"),
            ("drop_part", "return x.mean((1, 2))", "return x.mean((2,))"),
            ("drop_part", "return [x, n]", "return [n]"),
            ("off_by_one", "return range(n)", "return range(n - 1)"),
            ("off_by_one", "return x[n : 2 * n]", "return x[n : 2 * n + 1]"),
            ("off_by_one", "return [y for y in x]", "return [y for y in [*x][1:]]"),
            ("off_by_one", "for y in x:\n    n(y)", "for y in [*x][:-1]:\n    n(y)"),
            ("take_another", "return x.sum()", "return x.mean()"),
            ("take_another", "return max(x)", "return min(x)"),
            ("take_another", "x.eval()", "x.train()"),
            ("take_another", "return n(x, padding=1)", "return n(x, stride=1)"),
            ("swap_named", "return n(x, stride=1, padding=2)", "return n(x, stride=2, padding=1)"),
            ("drop_statement", "n.zero_grad()\nreturn x", "pass\nreturn x"),
            ("drop_no_grad", "with torch.no_grad():\n    n(x)", "if True:\n    n(x)"),
            ("freeze", "return torch.nn.Parameter(x)", "return torch.nn.Parameter(x, requires_grad=False)"),
            ("cut_or_cast", "return x + n", "return (x + n).detach()"),
            ("cut_or_cast", "return x + n", "return (x + n).half()"),
            ("cut_or_cast", "return x, n", "return x, n.double()"),
            ("cut_gradient", "return x + n", "return x.detach() + n"),
            ("change_target", "n -= x", "n += x"),
            ("take_side", "return x - n", "return n - x"),
            ("take_side", "return x + n", "return x"),
            ("take_side", "return x if n else -x", "return (-x)"),
            ("take_other_words", 'return n("ab,bc->ac")', "return n('ab,bc->ca')"),
            ("raise_another", 'raise ValueError("no")', 'raise RuntimeError("no")'),
        ],
    )
    def test_they_make_the_slip_that_they_are_named_after(self, operator: str, body: str, expected: str) -> None:
        assert (operator, expected) in altered(body)

    def test_a_shape_is_not_detached(self) -> None:
        for body in ("return x.shape", "return x.dim()", "return len(x)"):
            assert not [each for each in altered(body) if each[0] == "cut_gradient"]

    def test_columns_are_counted_in_characters(self) -> None:
        assert ("take_another", 'return n("变量", x.mean())') in altered('return n("变量", x.sum())')


class TestMutants:
    @pytest.fixture
    def made(self, make_course: Callable[..., Any]) -> Callable[[str], list[Any]]:
        return lambda text: mutants_of(make_course({"double/solution.py": text}).exercises[0])

    def test_only_what_students_write_is_altered(self, made: Callable[[str], list[Any]]) -> None:
        found = made('''
            """Given 1."""
            SIZE = 2


            class Timer:
                def stop(self):
                    return 3


            def unused():
                return 4


            def helper(x: list[int] = 5) -> int:
                return x


            def double(x, times: "1 + 1" = 6):
                """Returns 1 + 1.

                >>> double(1)
                2
                """
                y: list[2 + 2] = [7]
                if times:
                    raise ValueError(f"at least {8 + 8}")
                return helper(x) + Timer().stop()
            ''')
        before = {line for mutant in found for line in mutant.before.split("\n")}
        assert before == {
            "def helper(x: list[int] = 5) -> int:", "return x", 'def double(x, times: "1 + 1" = 6):',
            "y: list[2 + 2] = [7]", "if times:", 'raise ValueError(f"at least {8 + 8}")',
            "return helper(x) + Timer().stop()",
        }  # fmt: skip
        assert all("y: list[2 + 2] =" in each.after or each.after == "pass" for each in found if "y: " in each.before)
        assert {m.after for m in found if "raise" in m.before} == {"pass", 'raise RuntimeError(f"at least {8 + 8}")'}

    def test_methods_of_a_class_are_altered(self, made: Callable[[str], list[Any]]) -> None:
        found = made("""
            class double:
                kept = 1

                def forward(self, x):
                    return self.kept * x
            """)
        assert {mutant.before for mutant in found} == {"return self.kept * x"}
        assert {"return self.kept.detach() * x", "return self.kept / x"} <= {mutant.after for mutant in found}

    def test_cosmic_rays_operators_are_used(self, made: Callable[[str], list[Any]]) -> None:
        found = made("""
            def double(x):
                for i in range(2):
                    if x == i and True:
                        break
                return -x
            """)
        after = {" ".join(mutant.after.split()) for mutant in found}
        assert {
            "for i in []:", "for i in range(3):", "if x != i and True:", "if x == i or True:", "if x == i and False:",
            "continue", "return x", "return +x",
        } <= {text.replace("( ", "(").replace("return  ", "return ") for text in after}  # fmt: skip

    def test_each_is_made_once_and_compiles(self, made: Callable[[str], list[Any]]) -> None:
        found = made("def double(x):\n    return x.sum(0, 0) + x\n")
        assert len({mutant.text for mutant in found}) == len(found)
        for mutant in found:
            compile(mutant.text, "x", "exec")

    def test_its_line_and_diff_and_a_key_that_survives_reformatting(self, made: Callable[[str], list[Any]]) -> None:
        long, short = (
            made("def double(x):\n    return (\n        x\n        + 1)\n"),
            made("def double(x):\n  return (x+1)\n"),
        )
        assert {mutant.line for mutant in short} == {2}
        assert "- return (x+1)\n+ return (x-1)" in {mutant.diff for mutant in short}
        assert [mutant.line for mutant in long if mutant.after == "- 1)"] == [4]

    def test_without_cosmic_ray_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cosmic_ray.operators.provider", None)
        with pytest.raises(UsageError, match="pip install 'cosmic-ray'"):
            general.operators()


class TestForks:
    def test_every_task_is_answered_whatever_dies(self) -> None:
        def die() -> None:
            os.kill(os.getpid(), 9)

        tasks = [lambda: {"a": 1}, die, lambda: [os.getpid()], lambda: None]
        found = dict(forks.each(tasks, 2, lambda slot: None))
        assert (found[0], found[1], found[3]) == ({"a": 1}, forks.Died(9), None)
        assert found[2] != [os.getpid()]

    def test_a_task_that_raises_has_died(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert [*forks.each([lambda: 1 / 0], 1, lambda slot: None)] == [(0, forks.Died(1 << 8))]
        assert "ZeroDivisionError" in capfd.readouterr().err

    def test_slots_of_those_that_run_at_a_time_differ(self) -> None:
        slots: list[int] = []
        tasks = [lambda: slots[-1]] * 7
        assert {slot for _, slot in forks.each(tasks, 3, slots.append)} == {0, 1, 2}

    def test_nothing_is_left_of_a_run_that_was_given_up(self) -> None:
        running = forks.each([lambda: 1, lambda: sys.stdin.read(0) or torch.ones(1).tolist()], 2, lambda slot: None)
        before = children()
        next(running)
        running.close()
        assert children() == before

    def test_nothing_outlives_a_parent_that_was_killed(self, tmp_path: Path) -> None:
        """Answers that no pipe can hold wait for a reader; once there is none, their writers end."""
        parent = subprocess.Popen([sys.executable, "-c", ORPHANS, str(tmp_path)], stderr=subprocess.DEVNULL)
        until(lambda: len([*tmp_path.glob("*.pid")]) == 2)
        parent.kill()
        parent.wait()
        (tmp_path / "go").touch()
        until(lambda: not any(is_running(int(path.stem)) for path in tmp_path.glob("*.pid")))


ORPHANS = """
import os, sys, time
from pathlib import Path
from autograder.mutants.forks import each

folder = Path(sys.argv[1])

def answer():
    (folder / f"{os.getpid()}.pid").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    return "x" * (1 << 20)

list(each([answer, answer], 2, lambda slot: None))
"""


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must come to pass, however slow the machine is."""
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to pass")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children() -> list[str]:
    """The processes that this one has started and not yet waited for."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


class TestLikeness:
    def test_the_last_digits_do_not_count_and_all_else_does(self) -> None:
        one = torch.rand(3)
        assert likeness.same([one, {"a": 1.0}, float("nan")], [one * (1 + 1e-7), {"a": 1.0 + 1e-9}, float("nan")])
        for other in (one * 1.001, one.double(), one[None], one.clone().requires_grad_(), one.tolist()):
            assert not likeness.same(one, other)

    def test_altered_questions_are_the_same_for_the_same_seed(self) -> None:
        class Noted:
            def __init__(self) -> None:
                self.args: list[Any] = []

            def ask(self, request: dict[str, Any]) -> dict[str, Any]:
                self.args.append(request["args"])
                return {}

        first, second, other = Noted(), Noted(), Noted()
        request = {"op": "call", "target": "f", "args": [torch.ones(3, 4), 2, 0.5, (1, True), "max", None]}
        for peer, seed in ((first, 1), (second, 1), (other, 2)):
            altering = Altering(peer, seed, lambda entry: None)  # type: ignore[arg-type]
            for _ in range(30):
                altering.ask(request)
        assert likeness.same(first.args, second.args)
        assert not likeness.same(first.args, other.args)
        assert {each[4] for each in first.args if len(each) == 6} == {"max"}
        shapes = {each[0].shape for each in first.args}
        assert len(shapes) > 2
        assert all(len(shape) == 2 and min(shape) > 0 for shape in shapes)


class TestListed:
    def test_there_need_be_no_file(self, toy_course: Any) -> None:
        assert listed.read(toy_course.exercises[0]) == {}

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("before: x", "expected a list"),
            ("- {before: x, after: y}", "an entry needs before, after, reason"),
            ("- {before: x, after: 1, reason: z}", "an entry needs"),
            ("- {before: x, after: y, reason: ' '}", "an entry needs"),
            ("- {", "equivalent.yaml:1: "),
        ],
    )
    def test_a_broken_file_is_named(self, make_course: Callable[..., Any], text: str, complaint: str) -> None:
        course = make_course({"double/equivalent.yaml": text})
        with pytest.raises(CourseError, match=r"equivalent\.yaml") as raised:
            listed.read(course.exercises[0])
        assert complaint in str(raised.value)


class TestKill:
    @pytest.fixture(autouse=True)
    def _few_salts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "SALTS", 12)

    @pytest.fixture
    def killed(self, make_course: Callable[..., Any], warm: Any) -> Callable[..., running.Outcome]:
        def kill(solution: str, more: str = DTYPES, seconds: float = 20, **files: str) -> running.Outcome:
            course = make_course({"double/solution.py": solution} | {f"double/{k}.yaml": v for k, v in files.items()})
            tests = course.exercises[0].hidden_tests
            tests.write_text(tests.read_text() + more)
            exercise = replace(course.exercises[0], limits=Limits(seconds, 512))
            course = replace(course, exercises=(exercise, *course.exercises[1:]))
            return running.kill(course, [exercise], warm, counting)["double"]

        @contextmanager
        def counting(what: str, total: int) -> Iterator[Callable[[str], None]]:
            words: list[str] = []
            yield words.append
            assert len(words) == total

        return kill

    def test_every_mutant_is_killed_or_equivalent(self, killed: Callable[..., running.Outcome]) -> None:
        found = killed("def double(x):\n    return 2 * x + 0\n")
        assert (found.problems, found.survivors, found.listed) == ([], [], [])
        assert {each.diff for each in found.equivalent} >= {
            "- return 2 * x + 0\n+ return 2 * x - 0", "- return 2 * x + 0\n+ return (2 * x)"
        }  # fmt: skip
        assert found.mutants == found.killed + len(found.equivalent)

    def test_a_survivor_is_named_with_its_line(self, killed: Callable[..., running.Outcome]) -> None:
        found = killed("def double(x):\n    return 2 * x\n", more="")
        assert {(each.line, each.diff) for each in found.survivors} == {
            (2, "- return 2 * x\n+ return (2 * x).double()"), (2, "- return 2 * x\n+ return (2 * x).float()")
        }  # fmt: skip
        assert "solution.py:2: a mutant survives\n      - return 2 * x\n      + return" in found.complaints[0]
        shown = re.search(r"it differs in check `(\w+)`, `double\(tensor [\dx]+\)`, salt \d+$", found.complaints[0])
        assert shown is not None
        assert "2 survive" in str(found)

    def test_what_differs_on_a_gpu_alone_is_not_equivalent(self, killed: Callable[..., running.Outcome]) -> None:
        found = killed("import torch\n\n\ndef double(x):\n    return 2 * x + torch.zeros(x.shape, device=x.device)\n")
        assert "+ return 2 * x + torch.zeros(x.shape)'" in str([each.diff for each in found.survivors])

    def test_what_is_listed_by_hand_is_no_survivor(self, killed: Callable[..., running.Outcome]) -> None:
        entries = [
            {"before": "return 2*x", "after": f"return (2 * x)\n  .{cast}()", "reason": "a toy"}
            for cast in ("double", "float")
        ]
        found = killed("def double(x):\n    return 2 * x\n", more="", equivalent=json.dumps(entries))
        assert (found.problems, found.survivors, {each.reason for each in found.listed}) == ([], [], {"a toy"})

    def test_an_entry_that_nothing_needs_is_a_problem(self, killed: Callable[..., running.Outcome]) -> None:
        entry = {"before": "return 2 * x", "after": "return 3 * x", "reason": "wrong"}
        found = killed("def double(x):\n    return 2 * x\n", equivalent=json.dumps([entry]))
        assert found.complaints == ["equivalent.yaml lists a mutant that is none, or that loses a mark: `return 3 * x`"]

    def test_mutants_of_a_wrong_reference_prove_nothing(self, killed: Callable[..., running.Outcome]) -> None:
        found = killed("def double(x):\n    return 2 * x.detach()\n")
        assert (found.mutants, len(found.problems)) == (0, 1)
        assert "the reference loses `gradients`" in found.problems[0]

    def test_an_endless_loop_is_killed(
        self, killed: Callable[..., running.Outcome], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running, "SECONDS", 0.5)
        found = killed("def double(x):\n    n = 2\n    while n > 1:\n        n -= 1\n    return 2 * x\n", seconds=1)
        assert (found.problems, found.survivors) == ([], [])
        assert found.killed > 10


class TestCommand:
    def test_survivors_are_problems(
        self, toy_course: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from autograder.cli import main

        monkeypatch.setattr(running, "SALTS", 12)
        file = toy_course.root / "proof.json"
        arguments = [
            "validate",
            "--course",
            str(toy_course.root),
            "--exercise",
            "double",
            "--mutants",
            "--json",
            str(file),
        ]
        assert main(arguments) == 1
        said = capsys.readouterr().out
        assert re.search(
            r"^double: \d+ mutants: \d+ killed, 0 equivalent, 0 listed by hand, 2 survive", said, re.MULTILINE
        )
        assert "  solution.py:5: a mutant survives\n      - return 2 * x\n      + return (2 * x).double()" in said
        mutants = json.loads(file.read_text())[0]["mutants"]
        assert sum(mutants["by"].values()) == mutants["killed"]
        assert mutants["mutants"] == mutants["killed"] + len(mutants["survivors"]) + len(mutants["equivalent"])
        assert {(each["file"], each["line"]) for each in mutants["survivors"]} == {("solution.py", 5)}

    def test_without_cosmic_ray_nothing_is_begun(
        self, toy_course: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from autograder.cli import main

        monkeypatch.setitem(sys.modules, "cosmic_ray.operators.provider", None)
        assert main(["validate", "--course", str(toy_course.root), "--mutants"]) == 2
        assert "pip install 'cosmic-ray'" in capfd.readouterr().err
