"""Pictures kept beside the results: `pictures/<student>/<exercise>.json`, with the digest of what was graded.

They are no part of results.json: what is drawn may change while what was found does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from autograder.pictures import Picture, dump, load
from autograder.report.sources import write

FOLDER = "pictures"

Drawn = tuple[str, Sequence[Picture]]  # with the digest of the source


def keep_pictures(folder: Path, exercise: str, digest: str, pictures: Sequence[Picture]) -> None:
    """Keep what was drawn of one student's exercise in the student's folder, in place of what an earlier run drew."""
    path = folder / f"{exercise}.json"
    if pictures:
        write(path, f'{{"digest": {json.dumps(digest)}, "pictures": {dump(pictures)}}}\n')
        return
    path.unlink(missing_ok=True)
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
