"""Entries that are attacks, made by us: archives, notebooks, repositories, and names that a file system allows.

Every function writes what one student hands in, under a name that begins with `name`, and says which status its
first check must get, or the exercise if there is none. `# recipe` numbers are those of docs/security.md.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Make = Callable[[Path, str, dict[str, Any]], None]
ENTRIES: list[tuple[Make, str, list[int]]] = []

RIGHT = """import torch

def corr2d(X, K):
    return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
"""


def entry(status: str, *recipes: int) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        ENTRIES.append((make, status, [*recipes]))
        return make

    return keep


def zipped(path: Path, *members: tuple[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


@entry("rejected", 86)
def climbing_zip(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip whose members climb out of it, to the results; nothing may be written there."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), ("../out/results.json", "{}"))
