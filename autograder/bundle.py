"""The private side of a course in one sealed file, to lie where students can see it and not read it.

A bundle is a line that says what it is and with which key it was sealed, then a Fernet token (AES-128-CBC
and HMAC-SHA256, from the `cryptography` library) of a compressed tar of `reference/`. It is opened into a
folder that only the trusted process can enter, in memory where the system has such a place, and is gone
when the run ends.
"""

from __future__ import annotations

import hashlib
import io
import os
import signal
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from autograder.errors import CourseError, FileError, UsageError
from autograder.exercise import Course
from autograder.release import LEFT_BY_TOOLS
from autograder.results import write_whole

try:
    from cryptography.fernet import Fernet, InvalidToken
except ImportError:
    raise UsageError("extra-missing", what="--bundle", package="cryptography", install="convgrade[bundle]") from None

KEY = "AUTOGRADE_BUNDLE_KEY"
_MAGIC = "autograde bundle 1 "
_MEMORY = Path("/dev/shm")
_MAX_BYTES = 256 << 20


def seal(course: Course, file: Path, key: str | None) -> str:
    """Write the private side of `course` to `file`, sealed with `key`, or with a new one; returns the key."""
    key = key or Fernet.generate_key().decode()
    token = _fernet(key).encrypt(_packed(course.root / "reference"))
    write_whole(file, f"{_MAGIC}{_name_of(key)}\n{token.decode()}\n")
    return key


@contextmanager
def opened(file: Path, key: str | None, *, outside: Path) -> Iterator[Path]:
    """The folder of the course in a bundle, for as long as it is needed; never inside `outside`.

    Raises `UsageError` if there is no key, if it is the wrong one, or if the bundle is not as it was sealed.
    """
    content = _unsealed(file, key)
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    if place.resolve().is_relative_to(outside.resolve()):
        raise UsageError("inside-checkout", what=f"TMPDIR={place}")
    with tempfile.TemporaryDirectory(prefix="autograde-", dir=place) as folder, _ended_tidily():
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:xz") as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder)


def _unsealed(file: Path, key: str | None) -> bytes:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise FileError(file, None, "no-bundle")
        head, _newline, token = file.read_text(encoding="ascii").partition("\n")
    except OSError as error:
        raise FileError(file, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError:
        head, token = "", ""
    if not head.startswith(_MAGIC):
        raise FileError(file, None, "no-bundle")
    if not key:
        raise UsageError("bundle-key", name=KEY)
    opener = _fernet(key)
    if head.removeprefix(_MAGIC) != _name_of(key):
        raise FileError(file, None, "bundle-other-key", name=KEY)
    try:
        return opener.decrypt(token.strip())
    except InvalidToken:
        raise FileError(file, None, "bundle-tampered") from None


def _packed(reference: Path) -> bytes:
    """The files of `reference/`, the same bytes for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as tar:
        for path in sorted(reference.rglob("*")):
            if LEFT_BY_TOOLS.intersection(path.relative_to(reference).parts) or path.is_dir():
                continue
            if path.is_symlink() or not path.is_file():
                raise CourseError(path, None, "bundle-irregular")
            entry = tarfile.TarInfo(f"reference/{path.relative_to(reference).as_posix()}")
            entry.size, entry.mode = path.stat().st_size, 0o600
            with path.open("rb") as content:
                tar.addfile(entry, content)
    return packed.getvalue()


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError:
        raise UsageError("bundle-key", name=KEY) from None


def _name_of(key: str) -> str:
    """What tells two keys apart and says nothing about either."""
    return hashlib.sha256(b"autograde bundle key " + key.strip().encode()).hexdigest()[:12]


@contextmanager
def _ended_tidily() -> Iterator[None]:
    """Who is told to end takes the time to remove what was opened: Actions cancels with SIGTERM."""

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
