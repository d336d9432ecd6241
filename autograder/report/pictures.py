"""Pictures kept beside the results: `pictures/<student>/<exercise>.json`, with the digest of what was graded.

They are no part of results.json: what is drawn may change while what was found does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.pictures import Picture, dump, load
from autograder.report.sources import write
from autograder.submission import folder_names

FOLDER = "pictures"

Drawn = tuple[str, Sequence[Picture]]  # with the digest of the source


def keep_pictures(out: Path, drawn: Mapping[str, Mapping[str, Drawn]]) -> None:
    """Keep the pictures of a class, by student and exercise, and remove those of earlier runs."""
    for student, name in folder_names(drawn).items():
        folder = out / FOLDER / name
        kept = {id: each for id, each in drawn[student].items() if each[1]}
        for old in folder.glob("*.json"):
            if old.stem not in kept:
                old.unlink()
        for id, (digest, pictures) in kept.items():
            write(folder / f"{id}.json", f'{{"digest": {json.dumps(digest)}, "pictures": {dump(pictures)}}}\n')
        with suppress(OSError):  # it is not empty, or not there
            folder.rmdir()


def load_pictures(folder: Path) -> dict[str, Drawn]:
    """The digest and the pictures of each exercise of one student, as far as they can be read."""
    found: dict[str, Drawn] = {}
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            raw = json.loads(path.read_text(encoding="utf-8"))
            found[path.stem] = str(raw["digest"]), load(json.dumps(raw["pictures"]))
    return found
