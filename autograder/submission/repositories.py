"""A student's git repository, read as data: fetched into a bare one, its files read as blobs, nothing checked out.

No hook runs, no filter, no submodule, no pager: there is no working tree that any of them could act on.
Only the transports that are named here are spoken, and nothing that git was told to get in with is kept.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from autograder.errors import MachineryError
from autograder.language import _
from autograder.submission.source import MAX_ENTRIES, File, Unreadable, is_work, size_limit, too_large

SECONDS = 300  # for all that git does with one repository at a time
REF = "refs/heads/graded"
_NO_COMMIT = "0" * 40
_MAX_REFLOG = 16 << 20
_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false", "protocol.allow=never",
    "submodule.recurse=false", "fetch.recurseSubmodules=false", "safe.directory=*",
)  # fmt: skip
# What would have git work on another repository than the one that it is told.
_MISLEADING = ("DIR", "WORK_TREE", "INDEX_FILE", "OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES", "COMMON_DIR")


@dataclass(frozen=True)
class Commit:
    """A commit and its time; `pushed` says whether that is when it arrived, which its author cannot choose."""

    id: str
    time: datetime
    pushed: bool = False


def fetch(repository: str, transport: str, bare: Path) -> None:
    """Make `bare` a repository that holds what the default branch of `repository` does.

    `transport` is the one that may be used: https, ssh or file. Raises `MachineryError` with git's last words.
    """
    _git(None, "init", "--bare", "--quiet", "--template=", str(bare))
    allowed = ("-c", f"protocol.{transport}.allow=always")
    wanted = f"+HEAD:{REF}"
    _git(
        bare, *allowed, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--end-of-options", repository, wanted
    )


def commit_time(repository: Path) -> datetime:
    """When the commit that is checked out in `repository` was made."""
    return _commits(repository, "HEAD")[0].time


def last_commit(bare: Path, deadline: datetime | None, arrivals: Path | None) -> Commit | None:
    """The last commit of the fetched branch, or the last that was there at a deadline; None if there was none.

    `arrivals` is a repository that students push to and cannot otherwise write: its reflog tells when each
    commit arrived. Without one, it is the date that the committer's own machine wrote into the commit.
    """
    if arrivals is not None and (log := _arrivals(arrivals)):
        there = [commit for commit in log if deadline is None or commit.time <= deadline]
        return there[-1] if there and there[-1].id != _NO_COMMIT else None
    until = () if deadline is None else (f"--before={int(deadline.timestamp())}",)
    found = _commits(bare, *until, REF)
    return found[0] if found else None


def _commits(repository: Path, *which: str) -> list[Commit]:
    lines = _git(repository, "rev-list", "--max-count=1", "--timestamp", *which).decode().splitlines()
    return [Commit(id, datetime.fromtimestamp(int(time), UTC)) for time, id in map(str.split, lines)]


def _arrivals(repository: Path) -> list[Commit]:
    """What the default branch of a bare repository has been, in order, if it keeps a reflog."""
    try:
        branch = (repository / "HEAD").read_text(encoding="utf-8").strip().removeprefix("ref: ")
        log = repository / "logs" / branch
        if ".." in branch or log.stat().st_size > _MAX_REFLOG:
            return []
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # a repository without a reflog, or not a bare one
        return []
    entries = [line.partition("\t")[0].split() for line in lines]
    return [Commit(words[1], datetime.fromtimestamp(int(words[-2]), UTC), pushed=True) for words in entries]


def files_of(bare: Path, commit: Commit) -> list[File]:
    """The files of a commit that may be a student's work; their contents are read when they are asked for."""
    found = []
    for number, entry in enumerate(_tree(bare, commit)):
        if number >= MAX_ENTRIES:
            raise Unreadable("too-many-files", count=MAX_ENTRIES)
        head, _tab, name = entry.partition(b"\t")
        mode, kind, id, size = head.decode().split()
        path = tuple(name.decode("utf-8", "surrogateescape").split("/"))
        if kind == "blob" and is_work(path):
            load = partial(_load, bare, id, int(size), size_limit(path[-1]))
            found.append(File(path, _refuse if mode == "120000" else load, is_link=mode == "120000"))
    return found


def _tree(bare: Path, commit: Commit) -> Iterator[bytes]:
    """The lines of `ls-tree`, as they come: a few trees that name each other can unfold to billions of files."""
    command = _command(bare, "ls-tree", "-r", "-z", "--long", "--full-tree", commit.id)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()) as process:
        assert process.stdout is not None
        rest = b""
        try:
            while piece := process.stdout.read(1 << 16):
                *entries, rest = (rest + piece).split(b"\0")
                yield from entries
        finally:
            process.kill()


def _load(bare: Path, id: str, size: int, limit: int) -> bytes:
    if size > limit:
        raise too_large(limit)
    return _git(bare, "cat-file", "blob", id)


def _refuse() -> bytes:
    raise Unreadable("is-link")


def _git(repository: Path | None, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            _command(repository, *arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
            env=_environment(), check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise MachineryError("git-failed", reason=_("it is not installed")) from None
    except subprocess.TimeoutExpired:
        reason = _("it was not done after {seconds} seconds").format(seconds=SECONDS)
        raise MachineryError("git-failed", reason=reason) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [str(done.returncode)]
        raise MachineryError("git-failed", reason="".join(filter(str.isprintable, said[0])))
    return done.stdout


def _command(repository: Path | None, *arguments: str) -> list[str]:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    where = [] if repository is None else ["-C", str(repository)]
    return ["git", "--no-pager", "--no-replace-objects", *settings, *where, *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.removeprefix("GIT_") not in _MISLEADING}
    kept.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")  # nobody is there to be asked
    return kept | {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}
