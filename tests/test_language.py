"""Two languages: nothing is left untranslated, and nothing but words depends on the language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import language
from autograder.cli import main
from autograder.compare import Mismatch, fail
from autograder.errors import MachineryError, SubmissionRaised, UsageError
from autograder.grading.wording import of_exception
from autograder.report.clusters import masked
from autograder.report.listing import named_line
from autograder.submission import Source

ROOT = Path(__file__).parent.parent
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`")

# A part of the demo class: what is wrong, what is odd, what cannot be read, what raises, what is hostile.
STUDENTS = ("eva_novak.zip", "ivan_petrov", "jonas_weber.tar.gz", "liam_oconnor.py", "mallory", "tom_baker")
GRADED = ("corr2d", "conv2d_module")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test finds English in use, and leaves it so."""
    language.use("en")
    yield
    language.use("en")


class TestChoice:
    @pytest.mark.parametrize(
        ("variables", "code"),
        [
            ({"LANG": "zh_CN.UTF-8"}, "zh"),
            ({"LANG": "zh"}, "zh"),
            ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
            ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, "zh"),
            ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
            ({"LANG": "de_DE.UTF-8"}, "en"),
            ({}, "en"),
        ],
    )
    def test_the_locale_decides(self, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], code: str) -> None:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert language.of_locale() == code

    @pytest.mark.parametrize("arguments", [["--lang", "zh", "--help"], ["--help", "--lang=zh"]])
    def test_the_help_speaks_it_too(self, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
        with pytest.raises(SystemExit):
            main(["grade", *arguments])
        assert "为一个班级评分" in capsys.readouterr().out

    def test_another_language_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["doctor", "--lang", "la"])
        assert stopped.value.code == 2
        assert "invalid choice: 'la'" in capsys.readouterr().err

    def test_errors_speak_it(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["report", str(tmp_path), "--lang", "zh"]) == 2
        assert "没有这个文件" in capsys.readouterr().err

    def test_english_needs_no_babel(self) -> None:
        without = (
            "import sys; sys.modules['babel'] = None; from autograder.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        for code, expected in (("en", 1), ("zh", 2)):
            run = subprocess.run(
                [sys.executable, "-c", without, "check", str(ROOT / "exercises" / "conv1x1"), "--lang", code],
                capture_output=True, text=True,
            )  # fmt: skip
            assert run.returncode == expected, run.stderr
        assert "needs Babel" in run.stderr

    @pytest.mark.parametrize("content", [b'msgid "a"\nmsgstr "\xff"\n', b'msgid "a\n', None])
    def test_a_catalogue_that_cannot_be_read_is_an_error(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "zh.po"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UsageError, match=re.escape(str(path))):
            language.read_catalogue(path, "zh")


class TestAuthors:
    def test_a_check_s_words_are_put_into_the_language_in_use(self, tmp_path: Path) -> None:
        (tmp_path / "zh.po").write_text('msgid "{count} legs, {{}}"\nmsgstr "{count} 条腿，{{}}"\n', encoding="utf-8")
        with pytest.raises(Mismatch, match=re.escape("2 legs, {}")):
            fail("{count} legs, {{}}", count=2)
        language.use("zh")
        with language.speaking(language.words_of(tmp_path)):
            with pytest.raises(Mismatch, match=re.escape("2 条腿，{}")):
                fail("{count} legs, {{}}", count=2)
            assert language.say("{what}", what="{odd}") == "{odd}"

    def test_a_text_that_cannot_be_filled_in_is_no_student_s_fault(self) -> None:
        for text in ("{count} legs", "{", "{0}"):
            with pytest.raises(MachineryError, match="cannot be filled in"):
                fail(text)


class TestPlaces:
    """A page finds the line that a message names, in whatever language the message is."""

    @pytest.mark.parametrize("code", language.LANGUAGES)
    def test_of_a_module(self, code: str) -> None:
        source = Source("corr2d.py", "def corr2d(X, K):\n    return Y\n")
        assert self.told(code, source) == 2

    @pytest.mark.parametrize("code", language.LANGUAGES)
    def test_of_a_notebook(self, code: str) -> None:
        source = Source("work.ipynb", "# Cell 3\ndef corr2d(X, K):\n    return Y\n", cells=((3, 1), (3, 1), (3, 2)))
        assert self.told(code, source) == 3

    def told(self, code: str, source: Source) -> int | None:
        language.use(code)
        last = source.text.count("\n")
        error = SubmissionRaised("NameError", (), "name 'Y' is not defined", source.name, last)
        messages = [of_exception(error, source, call, show=False) for call in ("", "`corr2d(tensor 3x3)`")]
        language.use("en")
        lines = {named_line(source, message) for message in messages}
        assert len(lines) == 1
        assert all("return Y" not in masked(message) for message in messages)
        return lines.pop()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a part of the demo class, in Chinese."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "submissions").mkdir()
    for name in STUDENTS:
        source = ROOT / "examples" / "submissions" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / "submissions" / name)
    grade(folder, "zh")
    return folder


def grade(folder: Path, code: str) -> None:
    only = [part for id in GRADED for part in ("--exercise", id)]
    command = ["grade", str(folder / "submissions"), "--course", str(ROOT), "--out", str(folder / "out"), *only]
    assert main([*command, "--lang", code, "--jobs", "2"]) == 0


def results(folder: Path) -> dict:
    return json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))


def texts(record: dict) -> list[str]:
    """What the record says to people."""
    found = [each["title"] for each in record["exercises"]]
    for exercise in (each for submission in record["submissions"] for each in submission["exercises"]):
        found.append(exercise["message"])
        found += [check[key] for check in exercise["checks"] for key in ("title", "message", "hint")]
    return [text for text in found if text]


def without_words(record: dict) -> dict:
    """The record without what it says, and without what differs from run to run."""
    for each in record["exercises"]:
        del each["title"]
    for exercise in (each for submission in record["submissions"] for each in submission["exercises"]):
        del exercise["message"], exercise["seconds"]
        for check in exercise["checks"]:
            del check["title"], check["message"], check["hint"]
    return record


class TestGrading:
    def test_nothing_is_said_in_english(self, graded: Path) -> None:
        said = texts(results(graded))
        assert len(set(said)) > 40
        assert [text for text in said if not HAN.search(CODE.sub("", text))] == []

    def test_pages_speak_it(self, graded: Path) -> None:
        for page in (graded / "out" / "index.html", *(graded / "out" / "feedback").glob("*/index.html")):
            text = page.read_text(encoding="utf-8")
            assert '<html lang="zh">' in text
        assert "班级总览" in (graded / "out" / "index.html").read_text(encoding="utf-8")

    def test_another_language_grades_again_and_differs_in_words_alone(self, graded: Path) -> None:
        chinese = results(graded)
        grade(graded, "en")
        english = results(graded)
        assert [text for text in texts(english) if HAN.search(text)] == []
        assert without_words(english) == without_words(chinese)
        assert '<html lang="en">' in (graded / "out" / "index.html").read_text(encoding="utf-8")
        grade(graded, "zh")
        assert texts(results(graded))[0] == "互相关与卷积"

    def test_a_report_in_another_language_says_what_was_graded(self, graded: Path, tmp_path: Path) -> None:
        shutil.copytree(graded / "out", tmp_path / "out")
        assert main(["report", str(tmp_path / "out"), "--lang", "en"]) == 0
        page = (tmp_path / "out" / "feedback" / "tom_baker" / "index.html").read_text(encoding="utf-8")
        assert '<html lang="en">' in page
        assert "Skip to the exercises" in page
        assert "互相关与卷积" in page


def test_a_student_without_the_private_side_is_told_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["check", str(tmp_path / "exercises" / "corr2d")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("互相关与卷积: ")
    assert [line for line in lines[:-1] if not HAN.search(CODE.sub("", line))] == []
