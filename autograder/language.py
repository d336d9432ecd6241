"""The language that people read, chosen once per process: gettext catalogues, English without one.

Source texts are English. `use` sets the language before anything is said; processes that are forked
later speak it too. Catalogues are .po files, read by Babel, which is imported only where another
language than English is asked for: `locale/<language>/LC_MESSAGES/autograder.po` holds what the package
says, `<language>.po` beside an exercise's files what its author does (see docs/exercises.md).
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from autograder import errors
from autograder.errors import FileError, MachineryError, UsageError

LANGUAGES = ("en", "zh")
SOURCE = "en"

Say = Callable[[str], str]

_code = SOURCE
_catalogue = gettext.NullTranslations()
_say: Say = str  # an author's words, while a check of theirs runs


def of_locale() -> str:
    """The language of LC_ALL, LC_MESSAGES or LANG, the first that is set, if it is one of ours; else English."""
    name = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = name.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else SOURCE


def use(code: str) -> None:
    """Speak this language, one of `LANGUAGES`, from now on. Raises `UsageError` if its catalogue cannot be read."""
    global _code, _catalogue
    assert code in LANGUAGES
    _catalogue = gettext.NullTranslations() if code == SOURCE else read_catalogue(package_catalogue(code), code)
    _code = code


def in_use() -> str:
    """The language in use."""
    return _code


def package_catalogue(code: str) -> Path:
    """The file with what the package says in a language."""
    return Path(__file__).parent / "locale" / code / "LC_MESSAGES" / "autograder.po"


@cache
def read_catalogue(path: Path, code: str) -> gettext.NullTranslations:
    """The translations into a language in a .po file.

    Raises `UsageError` if it cannot be read, or if Babel is not there to read it.
    """
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import PoFileError, read_po
    except ImportError:
        raise UsageError("babel-missing") from None
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code, abort_invalid=True)
    except OSError as error:
        raise FileError(path, None, "file-unreadable", reason=error.strerror) from None
    except (PoFileError, ValueError) as error:
        raise FileError(path, getattr(error, "lineno", None), "catalogue-broken", reason=error) from None
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """`text` in the language in use."""
    return _catalogue.gettext(text)


errors.translate = _


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many`, as `count` demands, in the language in use."""
    return _catalogue.ngettext(one, many, count)


def N_(text: str) -> str:
    """`text` as it is, marked for translation: for constants, which are made before the language is known."""
    return text


def words_of(folder: Path) -> Say:
    """What puts an author's words into the language in use: those of the exercise in `folder`.

    The author's catalogue lies in the folder; in what students receive one lies beside all exercises
    and tells them apart by context. A text without a translation stays as it is.
    """
    if _code == SOURCE:
        return str
    own, shared = folder / f"{_code}.po", folder.parent / f"{_code}.po"
    if own.is_file():
        known = read_catalogue(own, _code)
        return lambda text: text and known.gettext(text)  # the translation of nothing is a catalogue's head
    if shared.is_file():
        known = read_catalogue(shared, _code)
        return lambda text: text and known.pgettext(folder.name, text)
    return str


@contextmanager
def speaking(say: Say) -> Iterator[None]:
    """The texts of a check's author that are said inside are put into the language in use by `say`."""
    global _say
    before, _say = _say, say
    try:
        yield
    finally:
        _say = before


def say(template: str, /, **values: object) -> str:
    """An author's text in the language in use, with `values` in its braces; `{{` is a brace.

    It is for texts in test_hidden.py and test_public.py, which the catalogue of the exercise translates.
    """
    try:
        return _say(template).format(**values)
    except (LookupError, ValueError) as error:
        raise MachineryError("text-unfilled", text=template, reason=error) from None
