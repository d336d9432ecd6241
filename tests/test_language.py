"""Two languages: nothing is left untranslated, and nothing but words depends on the language."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from autograder import language
from autograder.catalogues import MARKED, TRANSLATED, course_texts, fields_of, package_texts, public_texts, update
from autograder.cli import main
from autograder.compare import Mismatch, fail
from autograder.errors import CourseError, MachineryError, SubmissionRaised, UsageError
from autograder.exercise import discover, load_exercise
from autograder.grading.wording import of_exception
from autograder.release import release, stale
from autograder.report.clusters import masked
from autograder.report.listing import named_line
from autograder.submission import Source

ROOT = Path(__file__).parent.parent
EXERCISES = discover(ROOT / "reference")
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


def catalogues() -> list[tuple[Path, Catalog]]:
    """Every catalogue of the checkout, with the texts that it should translate."""
    found = [(language.package_catalogue(code), package_texts(ROOT)) for code in TRANSLATED]
    return found + [(each.folder / f"{code}.po", course_texts(each)) for code in TRANSLATED for each in EXERCISES]


CATALOGUES = catalogues()


@pytest.fixture(params=CATALOGUES, ids=[path.relative_to(ROOT).as_posix() for path, _ in CATALOGUES])
def catalogue(request: pytest.FixtureRequest) -> tuple[Catalog, Catalog]:
    """A catalogue as it is, and the texts that it should translate."""
    path, texts = request.param
    with path.open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True), texts


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def both(message: Message) -> tuple[str, str]:
    """The text, in its last form, and its translation."""
    one = message.id if isinstance(message.id, str) else message.id[-1]
    other = message.string if isinstance(message.string, str) else message.string[-1]
    return one, other


class TestCatalogues:
    def test_every_text_is_in_it_and_nothing_else(self, catalogue: tuple[Catalog, Catalog]) -> None:
        """`make messages` brings it up to date; what is new is then to be translated."""
        there, wanted = ({str(message.id) for message in entries(each)} for each in catalogue)
        assert there == wanted

    def test_every_text_is_translated(self, catalogue: tuple[Catalog, Catalog]) -> None:
        assert [message.id for message in entries(catalogue[0]) if message.fuzzy or not both(message)[1]] == []

    def test_what_is_filled_in_is_the_same(self, catalogue: tuple[Catalog, Catalog]) -> None:
        for text, translation in map(both, entries(catalogue[0])):
            percent = [sorted(set(re.findall(r"%\(\w+\)s", each))) for each in (text, translation)]
            assert percent[0] == percent[1], text
            assert fields_of(text) == fields_of(translation), text
            assert text.count("{}") == translation.count("{}"), text

    def test_code_is_the_same(self, catalogue: tuple[Catalog, Catalog]) -> None:
        for text, translation in map(both, entries(catalogue[0])):
            assert sorted(CODE.findall(text)) == sorted(CODE.findall(translation)), text

    def test_texts_are_written_out_where_they_are_said(self) -> None:
        """A text that is put together first is in no catalogue."""
        for path in (ROOT / "autograder").rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKED:
                    texts = node.args[: MARKED[node.func.id]]
                    kinds = (ast.Constant, ast.Name, ast.Subscript)  # a name, or a table, of texts that `N_` marks
                    assert all(isinstance(each, kinds) for each in texts), f"{path}:{node.lineno}"

    def test_templates_that_say_something_are_searched(self) -> None:
        searched = re.findall(r"^\[jinja2: templates/(\w+)/", (ROOT / "babel.cfg").read_text(encoding="utf-8"), re.M)
        for path in (ROOT / "templates").rglob("*.j2"):
            if re.search(r"gettext\(|\b_\(|{% trans", path.read_text(encoding="utf-8")):
                assert path.relative_to(ROOT / "templates").parts[0] in searched

    def test_what_students_get_holds_what_is_public_alone(self) -> None:
        released = (ROOT / "exercises" / "zh.po").read_text(encoding="utf-8")
        assert released == public_texts(EXERCISES, "zh")
        public = load_exercise(ROOT / "exercises" / "corr2d")
        assert "Every element is the sum of the products of its window." in public_and_private("corr2d")
        assert "Every element is the sum of the products of its window." not in released
        language.use("zh")
        assert public.say("An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1).").startswith(
            "(H, W) 的输入"
        )


def public_and_private(id: str) -> str:
    return (ROOT / "reference" / id / "zh.po").read_text(encoding="utf-8")


class TestExtraction:
    def course(self, tmp_path: Path, checks: str) -> Path:
        folder = tmp_path / "reference" / "double"
        shutil.copytree(ROOT / "reference" / "corr2d", folder)
        (folder / "test_public.py").write_text(checks, encoding="utf-8")
        return tmp_path

    def test_a_course_of_its_own_is_brought_up_to_date(self, tmp_path: Path) -> None:
        root = self.course(
            tmp_path,
            '@check(kind="interface")\ndef interface(submission):\n    """It is there."""\n'
            '    fail("it has {count} " "legs", count=2)\n    say("not")\n',
        )
        assert update(root) == [root / "reference" / "double" / "zh.po"]
        text = (root / "reference" / "double" / "zh.po").read_text(encoding="utf-8")
        for each in ("It is there.", "it has {count} legs", "not"):
            assert f'msgid "{each}"\nmsgstr ""' in text
        assert 'msgstr "互相关与卷积"' in text
        assert update(root) == []

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ('fail(f"it has {count} legs")', "must be written out"),
            ("fail(message)", "must be written out"),
            ('say("it has {count} legs")', "is not given `count`"),
        ],
    )
    def test_a_text_that_cannot_be_translated_is_an_error(self, tmp_path: Path, line: str, reason: str) -> None:
        root = self.course(tmp_path, f"count, message = 1, ''\n{line}\n")
        with pytest.raises(CourseError, match=reason) as error:
            update(root)
        assert (error.value.path.name, error.value.line) == ("test_public.py", 2)


class TestRelease:
    def test_a_catalogue_goes_out_is_watched_and_goes_again(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "reference" / "corr2d", tmp_path / "reference" / "corr2d")
        source, released = tmp_path / "reference" / "corr2d" / "zh.po", tmp_path / "exercises" / "zh.po"
        assert released in release(tmp_path)
        assert stale(tmp_path) == []
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("互相关与卷积", "卷积与互相关"), encoding="utf-8")
        assert stale(tmp_path) == ["exercises/zh.po is stale; run `autograde release`"]
        assert release(tmp_path) == [released]
        assert "卷积与互相关" in released.read_text(encoding="utf-8")
        source.unlink()
        assert stale(tmp_path) == ["exercises/zh.po does not come from reference/; `autograde release` removes it"]
        assert release(tmp_path) == [released]
        assert not released.exists()

    def test_a_line_of_the_solution_does_not_go_out_as_a_translation(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "reference" / "corr2d", tmp_path / "reference" / "corr2d")
        source = tmp_path / "reference" / "corr2d" / "zh.po"
        line = "Y[i, j] = (X[i : i + h, j : j + w] * K).sum()"
        assert line in (tmp_path / "reference" / "corr2d" / "solution.py").read_text(encoding="utf-8")
        source.write_text(source.read_text(encoding="utf-8").replace("互相关与卷积", line), encoding="utf-8")
        with pytest.raises(CourseError, match="would be released in zh.po"):
            release(tmp_path)


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
