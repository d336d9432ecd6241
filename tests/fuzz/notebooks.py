"""Notebooks that were handed in, read as JSON and turned into a module."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from autograder.submission.notebooks import convert
from autograder.submission.source import MAX_SOURCE, Unreadable
from autograder.submission.syntax import MAX_PARSED, Unparsed, parse
from fuzz.archives import is_fit
from fuzz.mutation import changed

WANTED = ("corr2d", "LeNet", "train")
BYTES_PER_ITEM = 100
_PIECES = (
    "def corr2d(X, K):\n    return X", "import torch\nfrom torch import nn as n", "from corr2d import *",
    "%matplotlib inline", "!ls", "%%time\nx = 1", "%%bash\nls", "x = 1; y = x",
    "class LeNet(nn.Module):\n    def forward(self, x):\n        return x",
    "@decorated\n@twice(1)\nasync def train(): pass", "if torch.cuda.is_available():\n    d = 1\nelse:\n    d = 2",
    "if __name__ == '__main__':\n    train()", "try:\n    import a\nexcept ImportError:\n    a = None",
    "from __future__ import annotations", "a.b.c = corr2d", "x[0], y.z = 1, 2", "s = '''\n%not magic\n'''",
    "é = 'ü'; ζ = \"\"\"\n\u4e2d\"\"\"; q = 1", "for i in range(3):\n    print(i)", "train()", "x: int = 3",
    "x += 1", "lambda: (yield)", "match x:\n    case 1: pass", "def (:", "'\\ud800'", "\ud800", "\0",
    "\f\ndef corr2d(): pass", "x = \\\n  1", "?help", "x = (\n1,\n)", "type X = int", "global corr2d\ncorr2d = 1",
    "import " + "a." * 300 + "b", "((" * 120, "x = " + "-" * 3000 + "1", "\t if x:\r\n\ty", "return 1",
)  # fmt: skip
_JUNK: tuple[object, ...] = (None, True, 0, -1, 1.5, "", [], {}, [[]], {"a": 1}, "code", ["x"], 1e308, "\ud800", 10**30)


def one(data: bytes) -> None:
    try:
        notebook = convert(data, WANTED)
    except Unreadable as error:
        is_fit(str(error))
        return
    notebook.text.encode()
    assert notebook.text.count("\n") == len(notebook.cells)
    assert all(cell > 0 and line > 0 for cell, line in notebook.cells)
    for note in notebook.notes:
        is_fit(note)
    if len(notebook.text) <= MAX_PARSED:
        try:
            parse(notebook.text)
        except Unparsed as error:
            raise AssertionError(f"cells that parse make a module that does not: {error}") from None


def bound(data: bytes) -> int:
    """The most memory that may be allocated at a time, in bytes, while `one` reads `data`."""
    items = sum(map(data.count, (b",", b"[", b"{")))
    return (4 << 20) + 16 * len(data) + BYTES_PER_ITEM * items + 400 * min(len(data), MAX_SOURCE)


def made(random: Random) -> bytes:
    cells = [_cell(random) for _ in range(random.randrange(5))]
    notebook: dict[str, object] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    if random.randrange(6) == 0:
        notebook = {"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": []}], "metadata": {"name": ""}}
    if random.randrange(4) == 0:
        _spoil(random, notebook)
    raw = json.dumps(notebook, ensure_ascii=random.randrange(2) == 0, indent=random.choice((None, 1)))
    encoded = raw.encode("utf-8", random.choice(("surrogatepass", "replace")))
    return changed(random, encoded) if random.randrange(4) == 0 else encoded


def _cell(random: Random) -> dict[str, object]:
    code = random.choice(("\n", "\n", "; ", "\r\n", "")).join(random.choices(_PIECES, k=random.randrange(4)))
    if random.randrange(8) == 0:
        code = changed(random, code.encode("utf-8", "replace")).decode("utf-8", "replace")
    source: object = code if random.randrange(2) else code.splitlines(keepends=True)
    kind = random.choice(("code",) * 6 + ("markdown", "raw", "heading"))
    metadata: dict[str, object] = {}
    if random.randrange(4) == 0:
        metadata = {"nbgrader": {"solution": True, "cell_type": "code", "grade_id": "x"}}
    return {"cell_type": kind, random.choice(("source",) * 5 + ("input",)): source, "metadata": metadata, "outputs": []}


def _spoil(random: Random, value: object) -> None:
    """Put something else somewhere in a tree."""
    while True:
        if isinstance(value, dict) and value:
            key: object = random.choice(list(value))
        elif isinstance(value, list) and value:
            key = random.randrange(len(value))
        else:
            return
        inner = value[key]  # type: ignore[index]
        if not isinstance(inner, dict | list) or random.randrange(3) == 0:
            value[key] = random.choice(_JUNK)  # type: ignore[index]
            return
        value = inner


def broke() -> list[bytes]:
    cells: list[Callable[[], str]] = [
        lambda: "\n" * (1 << 20),  # its lines were looked through once for each of them
        lambda: "\n" * (1 << 19) + "((",
        lambda: " \t" * (1 << 19),
        lambda: "async" + "\n" * (1 << 19),
    ]
    return [json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": cell()}]}).encode() for cell in cells]
