"""The course as bytes that are the same wherever they are made, and as a private folder on each machine."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder import datasets
from autograder.errors import CourseError, MachineryError
from autograder.exercise import Course

DATA = "data"  # where a dataset goes that is no part of the package


def pack(course: Course) -> bytes:
    """A tar file of the private side, and of the course's dataset if it is not the embedded one and is there."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, course.root / "reference", "reference")
        images = datasets.place(course.dataset, course.data)
        if course.dataset != datasets.DEFAULT and images.is_dir():
            _add(tar, images, f"{DATA}/{images.relative_to(course.data).as_posix()}")
    return buffer.getvalue()


def digest_of(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()


def _add(tar: tarfile.TarFile, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise CourseError(path, None, "file-unreadable", reason=error.strerror) from None
            entry = tarfile.TarInfo(f"{name}/{path.relative_to(folder).as_posix()}")
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))


@contextmanager
def unpacked(packed: bytes, digest: str) -> Iterator[Path]:
    """The folder of a course on this machine, which nobody else can read.

    It is named by the digest, and shared by all processes of this user that grade the course at the time. The
    last of them removes it; if that was killed, the next one here does, whatever course it is for. Raises
    `MachineryError` if somebody else's folder is in its place, or if `packed` is not what the digest says.
    """
    if digest_of(packed) != digest:
        raise MachineryError("course-not-arrived")
    base = _base()
    folder = base / digest
    with _locked(base):
        _sweep(base)
        if not folder.is_dir():
            _unpack(packed, folder)
        in_use = os.open(folder, os.O_RDONLY)
        fcntl.flock(in_use, fcntl.LOCK_SH)  # gone with this process, however it ends
    try:
        yield folder
    finally:
        os.close(in_use)
        clear()


def clear() -> None:
    """Remove what no process of this machine uses: the last one may have been killed."""
    base = _base()
    if base.is_dir():
        with _locked(base):
            _sweep(base)
            if not any(base.iterdir()):
                base.rmdir()


def _base() -> Path:
    return Path(tempfile.gettempdir()) / f"autograde-{os.getuid()}"


def _sweep(base: Path) -> None:
    """Remove what no process uses. The caller holds the lock, so that nobody is about to."""
    for folder in base.iterdir():
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
        shutil.rmtree(folder)


@contextmanager
def _locked(base: Path) -> Iterator[None]:
    """While nobody else adds a folder to `base` or removes one."""
    while True:
        base.mkdir(mode=0o700, exist_ok=True)
        found = base.lstat()
        if found.st_uid != os.getuid() or found.st_mode & 0o77 or base.is_symlink():
            raise MachineryError("folder-not-private", folder=base)
        try:
            lock = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:  # it has just been removed
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not base.exists() or not os.path.samestat(os.fstat(lock), base.lstat()):
                continue
            yield
            return
        finally:
            os.close(lock)


def _unpack(packed: bytes, folder: Path) -> None:
    draft = folder.with_suffix(".draft")
    draft.mkdir(mode=0o700)
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            tar.extractall(draft, filter="data")
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise
