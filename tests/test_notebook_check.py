"""`autograder.notebook.check` in a real kernel: its cells' code, the same card, nothing of the kernel's disturbed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.cli import main
from autograder.submission import Source, read, read_cells

ROOT = Path(__file__).resolve().parents[1]

WRONG = """
import torch
print("top level is not run")

def corr2d(X, K):
    print("<b>seen</b>")
    h, w = K.shape
    windows = X.unfold(0, h, 1).unfold(1, w, 1)
    return (windows * K.flip(0, 1)).sum((2, 3))
"""
RIGHT = WRONG.replace(".flip(0, 1)", "").replace('    print("<b>seen</b>")\n', "")
CONV = "def conv2d(X, K):\n    return corr2d(X, K.flip(0, 1))"
CHECK = "from autograder.notebook import check\ncheck('corr2d')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "exercises/corr2d", tmp_path / "exercises/corr2d")
    shutil.copytree(ROOT / "exercises/pool2d", tmp_path / "exercises/pool2d")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs cells in a kernel of their own, in the folder with the exercises; the outputs of each."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*cells: str) -> list[list[Any]]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        where = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True, resources=where).execute()
        return [cell.outputs for cell in notebook.cells]

    return run


def html(outputs: list[Any]) -> str:
    (shown,) = [each for each in outputs if each.output_type == "execute_result"]
    return str(shown.data["text/html"])


def test_a_kernel_shows_the_card_of_what_its_cells_define(run):
    out = run(
        "import asyncio, os, random, torch, numpy\nawait asyncio.sleep(0)",
        "def conv2d(X, K):\n    return (",
        WRONG,
        CHECK,
        f"%%time\n{RIGHT}",
        f"# a comment\n%matplotlib_is_no_magic_of_ours\n{CONV}",
        "torch.manual_seed(5); before = torch.random.get_rng_state(), {**os.environ}",
        f"{CHECK}.passed, repr(check('corr2d'))",
        "torch.equal(before[0], torch.random.get_rng_state()), before[1] == {**os.environ}",
        "check('pool2d')",
        "check('nothing')",
    )

    first = html(out[3])
    assert 'class="autograde"' in first
    assert "3 of 5 checks passed" in first
    assert "flipped-kernel" in first
    assert "<desc>5, 1; 3, 1; the first that differs is in row 1, column 1</desc>" in first
    assert "&lt;b&gt;seen&lt;/b&gt;" in first
    assert "top level" not in first
    assert "<script" not in first
    assert "/1.0" not in first
    assert 'class="pts"' not in first
    assert out[7][-1].data["text/plain"].startswith("(True,")
    assert "5 of 5 checks passed" in out[7][-1].data["text/plain"]
    assert "\\x1b" not in out[7][-1].data["text/plain"]
    assert out[8][-1].data["text/plain"] == "(True, True)"
    assert (out[9][-1].ename, out[10][-1].ename) == ("UsageError", "UsageError")
    assert "no cell that has been run defines `pool2d`, `pool2d_multi`" in out[9][-1].evalue
    assert "no exercise `nothing`" in out[10][-1].evalue


class TestReading:
    """What `check` reads of a kernel's cells is what `autograde grade` reads of the notebook that holds them."""

    IMPLEMENT: ClassVar = {"corr2d": ("corr2d", "conv2d")}

    @pytest.mark.parametrize(
        "cells",
        [
            [WRONG, CONV, CHECK],
            ["%%bash\nls", f"%%time\n{RIGHT}", "x = (", "!ls", CONV],
            [
                "import numpy as np\nsize = np.prod((2, 2))",
                "def corr2d(X, K):\n    return helper.f(X, size)",
                "import helper",
            ],
        ],
    )
    def test_it_is_the_same_source(self, tmp_path, cells):
        raw = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
        (tmp_path / "corr2d.ipynb").write_text(json.dumps(raw))
        (tmp_path / "helper.py").write_text("def f(X, size):\n    return X\n")

        handed_in = read(tmp_path, self.IMPLEMENT, "you").sources["corr2d"]
        running = read_cells(cells, tmp_path, self.IMPLEMENT, "you").sources["corr2d"]

        assert isinstance(handed_in, Source)
        assert isinstance(running, Source)
        assert (running.text, running.cells, running.helpers) == (handed_in.text, handed_in.cells, handed_in.helpers)
        assert running.where(1).startswith("notebook.ipynb, cell ")

    def test_code_that_is_too_long_is_rejected(self, tmp_path):
        found = read_cells(["x = 1\n" * 300_000], tmp_path, self.IMPLEMENT, "you").sources["corr2d"]

        assert "too long" in found.message  # type: ignore[union-attr]


def test_outside_a_notebook_it_says_what_to_do():
    code = "from autograder.notebook import check\nfrom autograder.errors import UsageError\n"
    code += "try:\n    check('corr2d')\nexcept UsageError as error:\n    print(error)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "this is not a notebook [no-notebook]\n"


def test_the_card_and_the_terminal_agree(folder, run, capsys):
    """A notebook that is handed in is checked to the same effect as in its kernel."""
    (out,) = run(f"{WRONG}\n{CONV}\n{CHECK}")
    raw = {"nbformat": 4, "cells": [{"cell_type": "code", "source": f"{WRONG}\n{CONV}"}]}
    (folder / "corr2d.ipynb").write_text(json.dumps(raw))

    assert main(["check", str(folder / "corr2d.ipynb"), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    (shown,) = [each for each in out if each.output_type == "execute_result"]
    lines = shown.data["text/plain"].splitlines()
    assert lines[0].endswith("checks passed")
    assert [line for line in lines if line not in said.splitlines()] == []
