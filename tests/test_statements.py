"""Statements: their figures are what the scripts draw, and the two languages say the same."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.exercise import Exercise, discover
from autograder.figures import drawn

ROOT = Path(__file__).parents[1]
EXERCISES = discover(ROOT / "reference")
SECTIONS = {
    "README.md": [
        "The idea", "The formula", "What to write", "By hand", "What it is for", "Pitfalls", "Check your work",
        "Read more",
    ],
    "README.zh.md": ["思想", "公式", "要写什么", "手算一例", "有什么用", "常见陷阱", "检查你的作业", "延伸阅读"],
}  # fmt: skip
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@each_exercise
def test_a_figure_is_what_its_script_draws(exercise: Exercise) -> None:
    """After an edit of the script: `make figures`."""
    figure = (exercise.folder / "figure.svg").read_text(encoding="utf-8")

    assert figure == drawn(exercise.folder / "figure.py")


@each_exercise
def test_a_figure_is_small_self_contained_and_described(exercise: Exercise) -> None:
    figure = (exercise.folder / "figure.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(figure)
    names = [each.tag.partition("}")[2] for each in root]
    shown = "".join(text for each in root.iter("{http://www.w3.org/2000/svg}text") for text in each.itertext())

    assert len(figure.encode()) < 20_000
    assert names[:2] == ["title", "desc"]
    assert all(root[index].text for index in (0, 1))
    assert not re.search(r"https?:|url\(|href|@import|<script", figure.replace("http://www.w3.org/2000/svg", "", 1))
    assert "prefers-color-scheme:dark" in figure
    assert not re.search(r"[A-Za-z]{12,}|[\u4e00-\u9fff]", shown)  # one figure for both languages: symbols, not words


@each_exercise
@pytest.mark.parametrize("name", SECTIONS)
def test_a_statement_has_every_section_and_shows_its_figure(exercise: Exercise, name: str) -> None:
    text = (exercise.folder / name).read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS[name]
    [(shown, link)] = re.findall(r"^!\[(.*)\]\((.+)\)$", text, re.MULTILINE)
    assert link == f"../figures/{exercise.id}.svg"
    assert len(shown) > 20


@each_exercise
def test_the_two_languages_have_the_same_parts_code_and_numbers(exercise: Exercise) -> None:
    english, chinese = (_parts((exercise.folder / name).read_text(encoding="utf-8")) for name in SECTIONS)

    assert len(english) == len(chinese)
    for ours, theirs in zip(english, chinese, strict=True):
        assert _kind(ours) == _kind(theirs), (ours, theirs)
        assert _code(ours) == _code(theirs), (ours, theirs)
        assert _numbers(ours) == _numbers(theirs), (ours, theirs)


def _parts(text: str) -> list[str]:
    """The paragraphs, blocks and items of a statement."""
    return [part for part in re.split(r"\n\n+|\n(?=\s*- )|\n(?=\|)", text.rstrip("\n")) if part.strip()]


def _kind(part: str) -> str:
    start = re.match(r"#+ |\s*- |\||!\[|    ", part)
    return start.group() if start else "text"


def _code(part: str) -> set[str]:
    return {" ".join(each.split()) for each in re.findall(r"`[^`]+`", part)}


def _numbers(part: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", part))
