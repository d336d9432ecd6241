"""Brings files that were just written to a folder where people may have worked since the last time.

The folder keeps a list of what was written, with digests. A file that still is as it was written may
be replaced or removed; one that somebody edited, or that was never ours, stops the whole delivery
before anything is changed. Whatever else lies in the folder stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import FileError, UsageError

MANIFEST = ".autograde-release.json"
_HARMLESS = frozenset([".git", ".DS_Store"])  # in a folder that is as good as empty
_MOST_NAMED = 5


def deliver(draft: Path, folder: Path, format: str) -> list[Path]:
    """Make `folder` hold the files of `draft`, and no file of an earlier delivery beside them.

    Returns what was written or removed. Raises `UsageError` before it has changed anything.
    """
    wanted = {path.relative_to(draft).as_posix(): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()}
    before = _delivered(folder, format)
    there = {name: _digest(folder / name) for name in {*before, *wanted} if _is_there(folder / name)}
    edited = [
        name for name, digest in sorted(there.items()) if digest != before.get(name) and digest != wanted.get(name)
    ]
    if edited:
        names = ", ".join(edited[:_MOST_NAMED]) + (", …" if len(edited) > _MOST_NAMED else "")
        raise UsageError("release-edited", folder=folder, names=names)
    changed = [name for name, digest in wanted.items() if there.get(name) != digest]
    gone = [name for name in sorted(before) if name in there and name not in wanted]
    for name in changed:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft / name, target)
        target.chmod((draft / name).stat().st_mode & 0o777)
    for name in gone:
        _remove(folder, name)
    if wanted != before or not (folder / MANIFEST).exists():
        _write_manifest(folder, format, wanted)
    return [folder / name for name in sorted([*changed, *gone])]


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _digest(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return "not a file"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _delivered(folder: Path, format: str) -> Mapping[str, str]:
    """What an earlier delivery wrote to `folder`, with digests; nothing if the folder is new."""
    manifest = folder / MANIFEST
    if manifest.is_file():
        return _read_manifest(manifest, format)
    if folder.is_dir():
        others = sorted(path.name for path in folder.iterdir() if path.name not in _HARMLESS)
        if others:
            raise UsageError("release-foreign", folder=folder, name=others[0])
    elif _is_there(folder):
        raise FileError(folder, None, "not-a-folder")
    return {}


def _read_manifest(manifest: Path, format: str) -> Mapping[str, str]:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        written, files = content["format"], content["files"]
        if not all(isinstance(each, str) for pair in files.items() for each in pair):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileError(manifest, None, "release-list-broken") from None
    if written != format:
        raise UsageError("release-format", folder=manifest.parent, written=written, format=format)
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
        raise FileError(manifest, None, "release-list-broken")
    return dict(files)


def _write_manifest(folder: Path, format: str, files: Mapping[str, str]) -> None:
    content = {"written by": "autograde release", "format": format, "files": dict(sorted(files.items()))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    path = folder / name
    path.unlink()
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
