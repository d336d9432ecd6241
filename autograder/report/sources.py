"""What students wrote, kept beside the results: `sources/<student>/<exercise>.py`, and `names.json`.

Files that staff can open, compare and search; a notebook is there as the module that was graded.
`names.json` says what the student calls each file, which cells its lines come from, and the digest that
results.json has, so that a page never shows another text than the one that was graded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.results import writing
from autograder.submission import Source, Submission, folder_names

FOLDER = "sources"
NAMES = "names.json"


def keep_sources(out: Path, submissions: Iterable[Submission]) -> None:
    """Keep the sources of a class in `out`, as they were read."""
    submissions = list(submissions)
    folders = folder_names(each.student for each in submissions)
    for submission in submissions:
        folder = out / FOLDER / folders[submission.student]
        kept = {id: source for id, source in submission.sources.items() if isinstance(source, Source)}
        for old in folder.glob("*.py"):
            if old.stem not in kept:
                old.unlink()
        if not kept:
            (folder / NAMES).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()
            continue
        names = {id: {"name": each.name, "digest": each.digest, "cells": each.cells} for id, each in kept.items()}
        write(folder / NAMES, json.dumps(names, ensure_ascii=False, sort_keys=True) + "\n")
        for id, source in kept.items():
            write(folder / f"{id}.py", source.text)


def load_sources(folder: Path) -> dict[str, tuple[str, Source]]:
    """The digest and the source of each exercise of one student, as far as they can be read."""
    try:
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        return {id: _load(folder / f"{id}.py", raw) for id, raw in names.items() if (folder / f"{id}.py").is_file()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _load(path: Path, raw: Mapping[str, Any]) -> tuple[str, Source]:
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    return str(raw["digest"]), Source(str(raw["name"]), text, {}, tuple((int(a), int(b)) for a, b in raw["cells"]))


def write(path: Path, text: str) -> None:
    """Write a file that can be made again, so without waiting for the disk; leave it alone if nothing changed."""
    data = text.encode("utf-8")
    draft = path.with_name(f".{path.name}.draft")
    with suppress(OSError):
        draft.unlink()  # of a run that was killed
    with suppress(OSError):
        if path.read_bytes() == data:
            return
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(data)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
