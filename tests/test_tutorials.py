"""The tutorials of docs/, command by command: each prints what its page says.

A page begins in a fresh copy of the repository, with an empty home. Of its fenced blocks, `console` holds commands
after `$ ` and what they print, and a block with a `title` is a file that the reader writes. `...` on a page stands for
anything, on a line of its own for any lines. Times, digests, versions of torch and levels of isolation may
be others.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs/tutorials").glob("*.md"))
FENCE = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
VARYING = re.compile(r"\b\d+(\.\d+)? s\b|\b[0-9a-f]{12,64}\b|\btorch \d[^ ,]*|\bisolation [a-z]+")
DONE = "\x1e"


@dataclass(frozen=True)
class Command:
    """What the reader types, and what the page says that it prints."""

    line: str
    printed: list[str]


@dataclass(frozen=True)
class File:
    """What the reader writes."""

    path: str
    content: str


def steps(page: str) -> Iterator[Command | File]:
    for language, title, body in FENCE.findall(page):
        if title:
            yield File(title, body)
        elif language == "console":
            first, *entries = re.split(r"^\$ ", body, flags=re.MULTILINE)
            assert not first, f"a console block begins with what no command prints: {first}"
            for entry in entries:
                line, *printed = entry.splitlines()
                yield Command(line, printed)


def matches(said: list[str], printed: list[str]) -> bool:
    """Whether a page's lines stand for what was printed."""
    pattern = ""
    for line in said:
        steady = [re.escape(part) for part in VARYING.sub("\0", line).split("...")]
        pattern += r"(?:.*\n)*" if line.strip() == "..." else ".*".join(steady) + r"\n"
    return re.fullmatch(pattern, "".join(f"{VARYING.sub(chr(0), line).rstrip()}\n" for line in printed)) is not None


class Shell:
    """A reader's shell, which keeps its folder and its variables from one command to the next."""

    def __init__(self, folder: Path, home: Path) -> None:
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(folder)}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def run(self, line: str) -> tuple[list[str], int]:
        """What a command prints, and its exit status."""
        self.stdin.write(f"eval {shlex.quote(line)} </dev/null; printf '\\n{DONE}%d\\n' $?\n")
        self.stdin.flush()
        printed = []
        for each in self.stdout:
            if each.startswith(DONE):
                # The line break before the mark is the command's own, unless its last line had one.
                return printed[:-1] if printed and printed[-1] == "" else printed, int(each[1:])
            printed.append(each.removesuffix("\n"))
        raise AssertionError(f"the shell ended in `{line}`")

    def close(self) -> None:
        self.stdin.close()
        self.process.wait(10)
        self.stdout.close()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in a fresh copy of the repository, whose .venv is the environment that runs the tests."""
    copy, home = tmp_path / "autograde", tmp_path / "home"
    home.mkdir()
    tracked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(tracked, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    shell = Shell(copy, home)
    yield shell
    shell.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_prints_what_the_page_says(page, shell):
    for step in steps(page.read_text(encoding="utf-8")):
        if isinstance(step, File):
            Path(*shell.run("pwd")[0], step.path).write_text(step.content, encoding="utf-8")
            continue
        printed, status = shell.run(step.line)

        difference = "\n".join(unified_diff(step.printed, printed, f"{page.name} says", "printed", lineterm=""))
        assert matches(step.printed, printed), f"$ {step.line}\n{difference}"
        assert status in (0, 1), f"$ {step.line}\nexit status {status}"  # 1: marks were lost


def test_each_reader_has_a_tutorial():
    assert [page.stem for page in PAGES] == ["author", "instructor", "student"]
    assert all(any(isinstance(step, Command) for step in steps(page.read_text(encoding="utf-8"))) for page in PAGES)


@pytest.mark.parametrize(
    ("said", "printed", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        ([], ["a"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["a", "...", "d"], ["a", "b", "c"], False),
        (["took 1.5 s, ..."], ["took 12 s, torch"], True),
        (["took 1.5 s"], ["took 12 ms"], False),
        (["5 of 5"], ["4 of 5"], False),
        (["course 0123456789ab"], ["course ba9876543210"], True),
        (["a.b(c)"], ["aXb(c)"], False),
    ],
)
def test_a_page_that_says_something_else_is_found_out(said, printed, same):
    assert matches(said, printed) is same
