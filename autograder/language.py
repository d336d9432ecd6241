"""The language that people read, chosen once per process: gettext catalogues read by Babel.

Source texts are English. `use` sets the language before anything is said; processes that are forked
later speak it too. Babel is imported only where another language than English is asked for.
"""

from __future__ import annotations

import gettext
import locale

LANGUAGES = ("en", "zh")

_catalogue = gettext.NullTranslations()


def of_locale() -> str:
    """The language of LC_ALL, LC_MESSAGES or LANG, if it is one of ours; else English."""
    name = locale.setlocale(locale.LC_MESSAGES)
    if name == "C":
        try:
            name = locale.setlocale(locale.LC_MESSAGES, "")
        except locale.Error:  # a locale that is not installed here
            return "en"
    code = name.partition("_")[0]
    return code if code in LANGUAGES else "en"


def use(code: str) -> None:
    """Speak this language, one of `LANGUAGES`, from now on."""
    assert code in LANGUAGES


def _(text: str) -> str:
    """`text` in the language in use."""
    return _catalogue.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many`, as `count` demands, in the language in use."""
    return _catalogue.ngettext(one, many, count)
