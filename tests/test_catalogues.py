"""Catalogues: everything that is said is in them and translated, and students get the public part."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from autograder import language
from autograder.catalogues import MARKED, TRANSLATED, course_texts, fields_of, package_texts, public_texts, update
from autograder.errors import CourseError
from autograder.exercise import discover, load_exercise
from autograder.release import release, stale

ROOT = Path(__file__).parent.parent
EXERCISES = discover(ROOT / "reference")
CODE = re.compile(r"`[^`]*`")


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
        hidden = "Every element is the sum of the products of its window."
        assert hidden in (ROOT / "reference" / "corr2d" / "zh.po").read_text(encoding="utf-8")
        assert hidden not in released

    def test_what_students_get_tells_exercises_apart(self) -> None:
        public = load_exercise(ROOT / "exercises" / "corr2d")
        language.use("zh")
        try:
            assert public.say(public.title) == "互相关与卷积"
            assert public.say("Learning a kernel") == "Learning a kernel"
            assert public.say("") == ""
        finally:
            language.use("en")


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
        with pytest.raises(CourseError, match=r"would be released in zh\.po"):
            release(tmp_path)
