"""What there is to translate, and the .po files that hold the translations, brought up to date.

    python -m autograder.catalogues [COURSE]

What the package says lies in `autograder/locale/`, what the author of an exercise says in a .po file beside
the exercise's own: its title, its hints, the titles of its checks, and the texts of `fail` and `say` in them.
Babel is imported where it is needed.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.exercise import Exercise, discover
from autograder.language import LANGUAGES, SOURCE, package_catalogue
from autograder.mistakes import texts as texts_of_errors

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE)
MARKED = {"_": 1, "N_": 1, "ngettext": 2}  # functions of the package, with the number of arguments that are texts
SPEAKING = ("fail", "say")  # functions of checks whose first argument is a text for people

_HEAD = """\
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def package_texts(root: Path) -> Catalog:
    """What the package says, and its templates by the rules of `babel.cfg` in the checkout `root`."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
    from babel.messages.frontend import parse_mapping_cfg

    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")  # type: ignore[no-untyped-call]
    folders = {pattern.partition("/")[0] for pattern, _ in methods}

    def is_ours(folder: str) -> bool:
        return Path(folder).relative_to(root).parts[0] in folders

    texts = Catalog()
    for path in sorted((root / "autograder").rglob("*.py")):
        for spoken in _spoken(path):
            texts.add(spoken, locations=[(path.relative_to(root).as_posix(), 0)])
    for error in texts_of_errors():
        texts.add(error, locations=[("autograder/mistakes.toml", 0)])
    for name, _line, text, _comments, context in extract_from_dir(
        str(root), methods, options, DEFAULT_KEYWORDS, directory_filter=is_ours
    ):
        texts.add(text, locations=[(name, 0)], context=context)
    return texts


def course_texts(exercise: Exercise) -> Catalog:
    """What the author of an exercise says in it."""
    from babel.messages.catalog import Catalog

    texts = Catalog()
    for file, found in (
        ("exercise.yaml", _described(exercise)),
        ("test_public.py", _said(exercise.public_tests)),
        ("test_hidden.py", _said(exercise.hidden_tests)),
    ):
        for text in found:
            texts.add(text, locations=[(file, 0)])
    return texts


def public_texts(exercises: Iterable[Exercise], code: str) -> str:
    """The catalogue of what students receive: each exercise's translations of what stands in public files alone."""
    from babel.messages.catalog import Catalog

    public = Catalog(locale=code)
    for exercise in exercises:
        path = exercise.folder / f"{code}.po"
        if not path.is_file():
            continue
        private = _read(path, code)
        for text in dict.fromkeys([*_described(exercise), *_said(exercise.public_tests)]):
            if (known := private.get(text)) is not None and known.string:
                public.add(text, known.string, context=exercise.id)
    return _written(public, code)


def updated(path: Path, texts: Catalog, code: str) -> str:
    """The catalogue at `path` as it should be: an entry for each of `texts`, translated where it was."""
    catalogue = _read(path, code)
    catalogue.update(texts, no_fuzzy_matching=True)
    return _written(catalogue, code)


def update(root: Path) -> list[Path]:
    """Bring the catalogues of a course up to date, and in a checkout the package's; the files that changed."""
    wanted = {}
    for code in TRANSLATED:
        if (root / "babel.cfg").is_file():
            wanted[package_catalogue(code)] = updated(package_catalogue(code), package_texts(root), code)
        for exercise in discover(root / "reference"):
            path = exercise.folder / f"{code}.po"
            wanted[path] = updated(path, course_texts(exercise), code)
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return changed


def _read(path: Path, code: str) -> Catalog:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, read_po

    if not path.is_file():
        return Catalog(locale=code)
    try:
        with path.open("rb") as file:
            return read_po(file, locale=code, ignore_obsolete=True, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CourseError(path, getattr(error, "lineno", None), "catalogue-broken", reason=error) from None


def _written(catalogue: Catalog, code: str) -> str:
    """The .po file; the same on every day, with every version of Babel."""
    from babel.messages.pofile import write_po

    for message in catalogue:
        message.flags -= {"python-format", "python-brace-format"}
    out = io.BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return _HEAD.format(code=code, plural=catalogue.plural_forms) + out.getvalue().decode("utf-8")


def _described(exercise: Exercise) -> Iterator[str]:
    """The texts of exercise.yaml."""
    yield exercise.title
    for hint in exercise.misconceptions.values():
        yield hint.strip()


def _said(path: Path) -> Iterator[str]:
    """The texts of a file of checks: the titles of the checks, and what they say when they fail."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CourseError(path, error.lineno, "not-python", reason=error.msg) from None
    for node in _in_order(tree):
        if isinstance(node, ast.FunctionDef) and any(map(_is_check, node.decorator_list)):
            yield (ast.get_docstring(node) or "").partition("\n")[0].strip()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING:
            yield _template(path, node)


def _spoken(path: Path) -> Iterator[str | tuple[str, str]]:
    """The texts of `_`, `N_` and `ngettext` in a module of the package, those inside f-strings too."""
    for node in _in_order(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKED:
            arguments = node.args[: MARKED[node.func.id]]
            match [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]:
                case [text]:
                    yield text
                case [one, many]:
                    yield one, many
                case _:  # a name is that of a text which `N_` has marked
                    continue


def _in_order(tree: ast.Module) -> list[ast.AST]:
    return sorted(ast.walk(tree), key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def _is_check(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "check"


def _template(path: Path, call: ast.Call) -> str:
    """The text of a call of `fail` or `say`, with the values for what is in its braces beside it."""
    name = ast.unparse(call.func)
    first = call.args[0] if call.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        raise CourseError(path, call.lineno, "text-put-together", name=name)
    given = {keyword.arg for keyword in call.keywords}
    if lacking := sorted(fields_of(first.value) - given):
        raise CourseError(path, call.lineno, "text-not-filled", name=name, lacking=lacking[0])
    return first.value


def fields_of(template: str) -> set[str]:
    """The names in the braces of a template of `str.format`."""
    return {field for _, field, _, _ in Formatter().parse(template) if field is not None}


if __name__ == "__main__":
    for changed in update(Path(*sys.argv[1:2]) if sys.argv[1:] else Path.cwd()):
        print(changed)
