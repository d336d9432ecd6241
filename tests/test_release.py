"""Stubs give nothing away, and `exercises/` is what `reference/` says, byte for byte."""

from __future__ import annotations

import ast
import os
import textwrap
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.exercise import discover
from autograder.release import release, stale, unsettled
from autograder.stub import stub

ROOT = Path(__file__).parents[1]


def cut(solution: str, *implement: str) -> str:
    return stub(textwrap.dedent(solution).lstrip("\n"), implement or ["f"])


def lines(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def test_a_body_gives_way_to_one_raise():
    assert cut('''
        """Doubling."""

        import torch
        from torch import Tensor


        def f(X: Tensor) -> Tensor:
            """Double X.

            >>> f(torch.ones(1))
            tensor([2.])
            """
            Y = X + X
            return Y


        def given(X):
            # a comment
            return X   # odd   spacing
        ''') == lines('''
        """Doubling."""

        import torch
        from torch import Tensor


        def f(X: Tensor) -> Tensor:
            """Double X.

            >>> f(torch.ones(1))
            tensor([2.])
            """
            raise NotImplementedError("f")


        def given(X):
            # a comment
            return X   # odd   spacing
        ''')  # fmt: skip


def test_every_method_of_a_class_is_cut():
    assert cut('''
        from torch import nn


        class Net(nn.Module):
            """A net."""

            scale = 2

            def __init__(self, n=(1, 2)):
                super().__init__()
                self.n = n

            @property
            def size(self) -> int:
                """Its size."""
                return self.n

            # about forward
            @staticmethod
            def forward(x):
                return x
        ''', "Net") == lines('''
        from torch import nn


        class Net(nn.Module):
            """A net."""

            scale = 2

            def __init__(self, n=(1, 2)):
                raise NotImplementedError("Net.__init__")

            @property
            def size(self) -> int:
                """Its size."""
                raise NotImplementedError("Net.size")

            # about forward
            @staticmethod
            def forward(x):
                raise NotImplementedError("Net.forward")
        ''')  # fmt: skip


def test_comments_of_a_body_are_cut_with_it():
    assert cut('''
        def f(
            X,  # the input
            Y=lambda: {"a": 1},
        ):
            # secret above

            return X
            # secret below

            # secret further below

        # public
        def given():
            """Nothing."""
            # stays
        ''') == lines('''
        def f(
            X,  # the input
            Y=lambda: {"a": 1},
        ):
            raise NotImplementedError("f")

        # public
        def given():
            """Nothing."""
            # stays
        ''')  # fmt: skip


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ('def f():\n    """Only a docstring."""\n', 'def f():\n    """Only a docstring."""\n'),
        ("async def f():\n    await x\n", "async def f():\n"),
        ("@wrap(1)\ndef f():\n    return 1\n", "@wrap(1)\ndef f():\n"),
        ("def f():\n\n\n    return 1\n", "def f():\n"),
        ("def f():  # note\n    return [\n        1,\n    ]\n", "def f():  # note\n"),
        ("def f() -> 'a[b:c]':\n    @wrap\n    def g(): return 1\n    return g\n", "def f() -> 'a[b:c]':\n"),
        ('def f(x: "a:b" = {1: 2}[1]):\n    return 1', 'def f(x: "a:b" = {1: 2}[1]):\n'),
        ("def f():\n    return '''\nflush left\n'''\n", "def f():\n"),
        ("def f():\n    'a' 'b'\n    return 1\n", "def f():\n    'a' 'b'\n"),
    ],
)  # fmt: skip
def test_unusual_bodies_are_cut(solution, expected):
    assert stub(solution, ["f"]) == expected + '    raise NotImplementedError("f")\n'


def test_tabs_line_endings_and_marks_are_no_obstacle():
    text = "\ufeffdef f():\r\n\t'''Doc.'''\r\n\treturn 1\r\n"

    assert stub(text, ["f"]) == "def f():\n\t'''Doc.'''\n\traise NotImplementedError(\"f\")\n"


def test_chinese_text_survives():
    assert stub('def f(输入):\n    """加倍。"""\n    return 输入 * 2  # 秘密\n', ["f"]) == (
        'def f(输入):\n    """加倍。"""\n    raise NotImplementedError("f")\n'
    )


def test_imports_that_only_bodies_used_are_dropped():
    assert cut('''
        """Doc."""

        from __future__ import annotations

        import math

        import torch
        import numpy as np, os.path
        from collections.abc import (
            Iterable,
            Sequence,  # for bodies
        )
        from torch import nn, Tensor, optim
        from torch.nn import functional as F
        from typing import Any


        def f(x: Sequence[int], y: "Any") -> None:
            """Doc.

            >>> os.path.join("a", "b")
            'a/b'
            """
            return F.conv2d(np.ones(1), math.pi, Iterable, optim)
        ''') == lines('''
        """Doc."""

        from __future__ import annotations

        import torch
        import os.path
        from collections.abc import Sequence
        from torch import nn, Tensor
        from typing import Any


        def f(x: Sequence[int], y: "Any") -> None:
            """Doc.

            >>> os.path.join("a", "b")
            'a/b'
            """
            raise NotImplementedError("f")
        ''')  # fmt: skip


def test_an_import_that_is_given_code_needs_stays():
    text = cut('''
        import math
        from torch.nn import functional as F


        def f():
            return math.pi


        def given(x):
            return F.relu(x)
        ''')  # fmt: skip

    assert "import math" not in text
    assert "from torch.nn import functional as F" in text


@pytest.mark.parametrize(
    ("solution", "line", "reason"),
    [
        ("x = 1\n", None, "no top-level `def` or `class` defines `f`"),
        ("f = lambda: 1\n", None, "no top-level `def` or `class` defines `f`"),
        ("if 1:\n    def f(): return 1\n", None, "no top-level"),
        ("def f():\n    return 1\ndef f():\n    return 2\n", 3, "`f` is defined twice"),
        ("\ndef f(): return 1\n", 2, "the body of `f` must begin on a line of its own"),
        ("def f():\n    'doc'; return 1\n", 2, "the body of `f` must begin on a line of its own"),
        ("class f:\n    x = 1\n", 1, "class `f` has no method to be written"),
        ("class f:\n    g = lambda self: 1\n    def h(self):\n        pass\n", 2, "in `f` this would be"),
        ("class f:\n    class G:\n        x = 1\n    def h(self):\n        pass\n", 2, "in `f` this would be"),
        ("def f(:\n", 1, "not Python"),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_refused(solution, line, reason):
    with pytest.raises(CourseError) as caught:
        stub(solution, ["f"])

    assert caught.value.line == line
    assert caught.value.reason.startswith(reason)


YAML = """format: 1
order: {order}
title: Exercise | {id}
points: 10
implement: [{id}]
"""
SOLUTION = '''"""Solution of {id}."""

import torch
from torch import Tensor


def {id}(X: Tensor) -> Tensor:
    """Add up X."""
    total = torch.zeros(()) + X.sum()
    return total
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for order, id in ((2, "beta"), (1, "alpha")):
        folder = tmp_path / "reference" / id
        folder.mkdir(parents=True)
        (folder / "exercise.yaml").write_text(YAML.format(order=order, id=id))
        (folder / "solution.py").write_text(SOLUTION.format(id=id))
        (folder / "README.md").write_text(f"# {id}\n")
        (folder / "README.zh.md").write_text(f"# {id} 中文\n", encoding="utf-8")
        (folder / "test_public.py").write_text('"""Public."""\n')
        (folder / "test_hidden.py").write_text('"""Hidden."""\n')
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_holds_what_students_get_and_nothing_else(course):
    written = release(course)

    expected = ["README.md", "README.zh.md", "exercise.yaml", "test_public.py"]
    assert sorted(content(course / "exercises")) == sorted(
        ["README.md", *(f"{id}/{name}" for id in ("alpha", "beta") for name in [*expected, f"{id}.py"])]
    )
    assert len(written) == 11
    assert 'raise NotImplementedError("alpha")' in (course / "exercises/alpha/alpha.py").read_text()


def test_the_index_lists_the_exercises_in_order(course):
    release(course)

    rows = (course / "exercises/README.md").read_text().splitlines()[-2:]
    assert rows == [
        r"| 1 | [Exercise \| alpha](alpha/README.md) | `alpha.py` | 10 |",
        r"| 2 | [Exercise \| beta](beta/README.md) | `beta.py` | 10 |",
    ]


def test_a_second_release_changes_nothing(course):
    release(course)
    before = content(course / "exercises")

    assert release(course) == []
    assert content(course / "exercises") == before
    assert stale(course) == []


def test_line_endings_do_not_depend_on_the_machine(course):
    release(course)
    before = content(course / "exercises")
    for path in (course / "reference").rglob("*.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert release(course) == []
    assert all(b"\r" not in each for each in before.values())


def test_files_that_are_gone_are_removed(course):
    release(course)
    (course / "reference/alpha/README.zh.md").unlink()
    (course / "exercises/alpha/solution.py").write_text("leaked")
    (course / "exercises/alpha/notes").mkdir()
    (course / "exercises/alpha/notes/link").symlink_to(course / "reference")
    for path in (course / "reference/beta").iterdir():
        path.unlink()

    release(course)

    assert sorted(content(course / "exercises")) == [
        "README.md", "alpha/README.md", "alpha/alpha.py", "alpha/exercise.yaml", "alpha/test_public.py",
    ]  # fmt: skip
    assert not (course / "exercises/beta").exists()
    assert (course / "reference/alpha/solution.py").exists()


def test_only_some_exercises_may_be_released_elsewhere(course, tmp_path):
    release(course, tmp_path / "out", only=["beta"])

    assert {name.partition("/")[0] for name in content(tmp_path / "out")} == {"README.md", "beta"}
    assert not (course / "exercises").exists()


def test_stale_files_are_named_with_what_to_do(course):
    release(course)
    (course / "exercises/alpha/alpha.py").write_text("edited")
    (course / "exercises/alpha/test_hidden.py").write_text("leaked")
    (course / "exercises/beta/README.md").unlink()
    (course / "exercises/README.md").write_text("edited")
    (course / "exercises/gamma").mkdir()
    (course / "exercises/gamma/exercise.yaml").write_text("")
    before = content(course / "exercises")

    assert stale(course) == [
        "exercises/alpha/alpha.py is stale; edit reference/alpha/solution.py, then run `autograde release`",
        "exercises/alpha/test_hidden.py does not come from reference/; `autograde release` removes it",
        "exercises/beta/README.md is missing; edit reference/beta/README.md, then run `autograde release`",
        "exercises/gamma has no exercise in reference/; `autograde release` removes it",
        "exercises/README.md is stale; run `autograde release`",
    ]
    assert content(course / "exercises") == before


def test_what_the_author_may_have_forgotten_is_named(course):
    statement = course / "reference/alpha/README.md"
    statement.write_text("# Alpha\n\n<!-- TODO: write it -->\n")
    settings = course / "reference/beta/exercise.yaml"
    settings.write_text(YAML.format(order=1, id="beta"))

    assert unsettled(course) == [
        "reference/alpha/README.md:3: this still says TODO, and students read it",
        "alpha and beta have the same `order`, 1; they come by name",
    ]


def test_the_bundled_course_is_settled():
    assert unsettled(ROOT) == []


FIGURE = '<svg xmlns="http://www.w3.org/2000/svg"/>\n'


def test_figures_lie_beside_the_exercises(course):
    (course / "reference/alpha/figure.svg").write_text(FIGURE)
    release(course)

    assert (course / "exercises/figures/alpha.svg").read_text() == FIGURE
    assert not list((course / "exercises").glob("*/figure*"))
    assert [each.id for each in discover(course / "exercises")] == ["alpha", "beta"]
    assert release(course) == stale(course) == []


def test_stale_figures_are_named_and_released_again(course):
    for id in ("alpha", "beta"):
        (course / f"reference/{id}/figure.svg").write_text(FIGURE)
    release(course)
    (course / "reference/alpha/figure.svg").write_text("<svg/>\n")
    (course / "reference/beta/figure.svg").unlink()
    (course / "exercises/figures/notes.txt").write_text("edited")

    assert stale(course) == [
        "exercises/figures/alpha.svg is stale; run `autograde release`",
        "exercises/figures/beta.svg does not come from reference/; `autograde release` removes it",
        "exercises/figures/notes.txt does not come from reference/; `autograde release` removes it",
    ]
    release(course)
    assert {path.name for path in (course / "exercises/figures").iterdir()} == {"alpha.svg"}
    assert stale(course) == []


def test_a_line_of_a_solution_is_not_released_in_a_figure(course):
    path = course / "reference/alpha/figure.svg"
    path.write_text("<svg>\n<text>total = torch.zeros(()) + X.sum()</text></svg>\n")

    with pytest.raises(CourseError, match=r"would be released in figure\.svg:2") as caught:
        release(course)

    assert (caught.value.path, caught.value.line) == (path, 2)


def test_a_failed_write_leaves_the_old_file(course, monkeypatch):
    release(course)
    before = content(course / "exercises")
    (course / "reference/alpha/README.md").write_text("# new\n")

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        release(course)

    assert content(course / "exercises") == before


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "test_public.py", "exercise.yaml"])
def test_a_line_of_a_solution_is_not_released(course, name):
    path = course / "reference/alpha" / name
    path.write_text(path.read_text(encoding="utf-8") + "# as in total = torch.zeros(()) + X.sum()\n", encoding="utf-8")

    with pytest.raises(CourseError, match="a private line would be released in") as caught:
        release(course)

    assert caught.value.path == path
    assert caught.value.line == len(path.read_text(encoding="utf-8").splitlines())
    assert not (course / "exercises").exists()


def test_a_line_of_a_solution_is_not_given_away_by_the_stub(course):
    path = course / "reference/alpha/solution.py"
    path.write_text(path.read_text() + "\n\n# total = torch.zeros(()) + X.sum()\n")

    with pytest.raises(CourseError, match=r"would be released in alpha\.py:12"):
        release(course)


def test_lines_that_say_nothing_may_stand_anywhere(course):
    path = course / "reference/alpha/solution.py"
    path.write_text(path.read_text().replace("    total =", "    h, w = X.shape\n    total ="))
    (course / "reference/alpha/README.md").write_text("`h, w = X.shape`, then `return total`\n")

    release(course)


@pytest.mark.parametrize("name", ["README.md", "test_public.py", "solution.py"])
def test_a_missing_file_is_named(course, name):
    (course / "reference/alpha" / name).unlink()

    with pytest.raises(CourseError, match=name) as caught:
        release(course)

    assert caught.value.path == course / "reference/alpha" / name


def test_a_file_that_is_not_utf8_is_named(course):
    (course / "reference/alpha/README.md").write_bytes(b"\xff")

    with pytest.raises(CourseError, match=r"README\.md: not UTF-8: invalid start byte at byte 0"):
        release(course)


def test_an_error_of_the_stub_names_the_solution(course):
    path = course / "reference/alpha/solution.py"
    path.write_text("\ndef alpha(X): return X\n")

    with pytest.raises(CourseError) as caught:
        stale(course)

    assert str(caught.value) == f"{path}:2: the body of `alpha` must begin on a line of its own [body-line]"


@pytest.mark.parametrize("exercise", discover(ROOT / "reference"), ids=lambda exercise: exercise.id)
def test_stubs_of_the_course_parse_and_raise_once_per_function(exercise):
    tree = ast.parse(stub(exercise.solution.read_text(encoding="utf-8"), exercise.implement))

    definitions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for name in exercise.implement:
        for routine in [each for each in ast.walk(definitions[name]) if isinstance(each, ast.FunctionDef)]:
            assert [type(each) for each in routine.body][-1:] == [ast.Raise]
            assert len(routine.body) == 1 + (ast.get_docstring(routine) is not None)


def test_the_course_can_be_released(tmp_path):
    os.symlink(ROOT / "reference", tmp_path / "reference")

    release(tmp_path)

    assert stale(tmp_path) == []
