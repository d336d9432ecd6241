"""Hostile students: the files of tests/attacks, and the plain work that they are measured by.

Every file of tests/attacks/<status>/ is one student's. Its docstring says what it tries; the folder says what the
first check must come to, or the check that a line `# check: ID` names. A line `# like: NAME` names the plain
solution of PLAIN that does the same work without the trick, which must not get less; the default is one that does
none, or all of it in passed/. A folder tests/attacks/<status>/<trick>.files/ is handed in beside the trick. With
`# exercise: ID` the file is handed in for that exercise.

tests/attacks/entries.py makes entries that no Python file can be: archives, notebooks, repositories, odd names.

NEVER run one of the files outside the sandbox.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ATTACKS = ROOT / "tests" / "attacks"
EXERCISES = ("corr2d", "conv2d_module", "multi_channel")

RIGHT = """
import torch

def corr2d(X, K):
    return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
"""
ZEROS = """
def corr2d(X, K):
    return X.new_zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)

conv2d = corr2d
"""
# What the work is worth when nothing is tried.
PLAIN = {
    "right": RIGHT,
    "nothing": "def corr2d(X, K):\n    raise NotImplementedError\n\nconv2d = corr2d\n",
    "zeros": ZEROS,
    "linked_zeros": ZEROS.replace("return ", "return X.sum() * K.sum() * 0 + "),
    "cut": ZEROS.replace("return ", "return (X.sum() * K.sum()).detach() + "),
    "not_a_number": ZEROS.replace("new_zeros(", "new_full((").replace(" + 1)", " + 1), float('nan'))"),
    "empty": "def corr2d(X, K):\n    return X.new_empty(0)\n\nconv2d = corr2d\n",
    "number": "def corr2d(X, K):\n    return X.sum() * K.sum()\n\nconv2d = corr2d\n",
    "meddling": f"from autograder.sandbox import worker\n{RIGHT}",
    "threaded": f"import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n{RIGHT}",
    "half": RIGHT.replace(", K)\n\ndef conv2d", ", K).half()\n\ndef conv2d"),
    "convolution": """
from torch.nn.functional import conv2d as convolved

def corr2d(X, K):
    return convolved(X[None, None], K[None, None])[0, 0]

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
""",
}
RIGHT_MODULE = """
import torch
from torch import nn
from torch.nn import functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return F.conv2d(x[None, None], self.weight[None, None])[0, 0] + self.bias
"""
MULTI_RIGHT = """
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
"""
HONEST = {"corr2d": RIGHT, "conv2d_module": RIGHT_MODULE, "multi_channel": MULTI_RIGHT}


@dataclass(frozen=True)
class Attack:
    """One file of tests/attacks/."""

    path: Path

    @property
    def id(self) -> str:
        return f"{self.status}/{self.path.stem}"

    @property
    def name(self) -> str:
        """The student's: those who take long come first, so that all jobs end together."""
        return f"{'c' if self.status == 'timeout' else 'd'}-{self.status}-{self.path.stem}"

    @property
    def status(self) -> str:
        return self.path.parent.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def statement(self) -> str:
        """Its docstring, if that is one sentence on one line."""
        found = re.match(r'"""([^"\n]{20,200}\.)"""\n', self.text)
        return found[1] if found else ""

    def header(self, key: str, default: str) -> str:
        found = re.search(rf"^# {key}: (\S+)$", self.text, re.MULTILINE)
        return found[1] if found else default

    @property
    def exercise(self) -> str:
        return self.header("exercise", "corr2d")

    @property
    def like(self) -> str:
        return self.header("like", "right" if self.status == "passed" else "nothing")

    def hand_in(self, submissions: Path, places: dict[str, Any]) -> None:
        hand_in(submissions / self.name, self.text, self.exercise, places)
        hand_in(submissions / self.name, (ATTACKS / "kit.py").read_text(encoding="utf-8"), "kit", places)
        beside = self.path.with_suffix(".files")
        if beside.is_dir():
            shutil.copytree(beside, submissions / self.name, dirs_exist_ok=True)


@dataclass(frozen=True)
class Entry:
    """One function of tests/attacks/entries.py, which is ours: it writes into the folder of submissions.

    `status` is that of the first check, or of the exercise where there is none.
    """

    make: Callable[[Path, str, dict[str, Any]], None]
    status: str
    exercise: str = "corr2d"

    @property
    def id(self) -> str:
        return f"entries/{self.make.__name__}"

    @property
    def name(self) -> str:
        """What the student's name begins with: how it goes on may be part of the attack."""
        return f"e-{self.make.__name__}"

    @property
    def statement(self) -> str:
        return (self.make.__doc__ or "").strip()

    @property
    def like(self) -> str:
        return "right" if self.status == "passed" else "nothing"

    def header(self, key: str, default: str) -> str:
        return default

    def hand_in(self, submissions: Path, places: dict[str, Any]) -> None:
        self.make(submissions, self.name, places)


@cache
def attacks() -> tuple[Attack | Entry, ...]:
    """All of them, the files first."""
    files = [Attack(path) for path in sorted(ATTACKS.glob("*/*.py"))]
    return (*files, *(Entry(*each) for each in _entries().ENTRIES))


def _entries() -> ModuleType:
    spec = importlib.util.spec_from_file_location("attacks_entries", ATTACKS / "entries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hand_in(folder: Path, text: str, module: str, places: dict[str, Any] | None = None) -> None:
    """Write the file of a module, with the true places in place of their names."""
    folder.mkdir(exist_ok=True)
    for key, value in (places or {}).items():
        text = text.replace(f"@{key}@", str(value))
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
