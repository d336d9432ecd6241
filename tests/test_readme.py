"""The two READMEs say the same; what they and CONTRIBUTING.md name is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli import make_parser

ROOT = Path(__file__).parent.parent
README, CHINESE, CONTRIBUTING = (ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md"))
EACH = pytest.mark.parametrize("path", [README, CHINESE, CONTRIBUTING], ids=lambda path: path.name)
BOTH = pytest.mark.parametrize("path", [README, CHINESE], ids=lambda path: path.name)
MOST_LINES = 150
MOST_BYTES = 150_000  # of a picture


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_of(path: Path) -> list[tuple[str, str]]:
    """Each block of code with its language."""
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text_of(path), re.DOTALL | re.MULTILINE)


def commands_of(path: Path) -> list[str]:
    """What is typed: in blocks after a `$`, without comments."""
    lines = [line for _language, block in code_of(path) for line in block.splitlines()]
    return [re.sub(r"\s+#.*", "", line.removeprefix("$ ")) for line in lines if line.startswith("$ ")]


def named_in(path: Path) -> set[str]:
    """Code in running text."""
    prose = re.sub(r"^ *```.*?^ *```$", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", prose)}


def links_of(path: Path) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)]+)\)", text_of(path))


@BOTH
def test_it_is_short(path: Path) -> None:
    assert len(text_of(path).splitlines()) < MOST_LINES


def test_the_translation_has_the_same_parts() -> None:
    def heads(path: Path) -> list[str]:
        return re.findall(r"^(#+) ", text_of(path), re.MULTILINE)

    def rows(path: Path) -> list[list[str]]:
        return [re.findall("`([^`]+)`", line) for line in text_of(path).splitlines() if line.startswith("|")]

    assert heads(CHINESE) == heads(README)
    assert rows(CHINESE) == rows(README)


def test_the_translation_has_the_same_commands_code_and_links() -> None:
    def python(path: Path) -> list[str]:
        return [block for language, block in code_of(path) if language == "python"]

    def documents(path: Path) -> list[str]:
        return sorted(link for link in links_of(path) if link.endswith(".md") and not link.startswith("README"))

    assert commands_of(CHINESE) == commands_of(README)
    assert named_in(CHINESE) == named_in(README)
    assert python(CHINESE) == python(README)
    assert documents(CHINESE) == documents(README)


@EACH
def test_its_links_lead_somewhere(path: Path) -> None:
    links = list(links_of(path))
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).is_file()] == []


@BOTH
def test_its_pictures_are_there_and_small(path: Path) -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text_of(path))
    assert len(pictures) == 2
    for picture in pictures:
        assert 0 < (ROOT / picture).stat().st_size < MOST_BYTES
        assert not re.search(rb"url\((?!#)|@import|href=", (ROOT / picture).read_bytes()), "it asks another host"


@EACH
def test_its_commands_exist(path: Path) -> None:
    """Each is one that the parser takes, or a target of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE)
    parser = make_parser()
    called = [each for each in (*commands_of(path), *named_in(path)) if re.match(r"(make|autograde) \S", each)]
    assert len(called) > 10
    for each in called:
        program, *words = shlex.split(each)
        if program == "make":
            assert set(words) <= set(targets), each
        elif len(words) > 1:
            parser.parse_args(words)
        else:
            assert words[0] in parser.format_help(), each


@BOTH
def test_the_folders_in_its_table_are_there(path: Path) -> None:
    rows = re.findall(r"^\| (`.*?/`) \|", text_of(path), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)/`", row)]
    assert len(named) == 8
    assert [name for name in named if not (ROOT / name).is_dir()] == []
