"""Writes the pages of `autograde report`: `index.html` and `feedback/<student>/index.html`.

Each page is one file that asks nothing of any network. Its policy names the digests of the one style and
the one script in it, so that a browser runs nothing else, whatever a student's text may hold.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from autograder.diff import read_diff, reason
from autograder.language import _, in_use
from autograder.report.dashboard import dashboard
from autograder.report.feedback import Card, feedback
from autograder.report.pictures import FOLDER as PICTURES
from autograder.report.pictures import load_pictures
from autograder.report.reading import read_record
from autograder.report.sources import FOLDER, load_sources, write
from autograder.report.text import KINDS, finalize, pieces, visible
from autograder.results import Record
from autograder.shipped import templates, templates_dir
from autograder.submission import folder_names

STYLES = ("theme.css", "card.css", "style.css")  # colours; what a card needs; what the pages need beside it
DASHBOARD = "index.html"
FEEDBACK = "feedback"


def report(out: Path, course: Path | None = None) -> Path:
    """Rewrite the pages in `out` from its results.json; see `write_pages`."""
    return write_pages(read_record(out), out, course)


def write_pages(record: Record, out: Path, course: Path | None) -> Path:
    """Write the pages of the record that `out` holds, with its `sources/` and `pictures/`; the dashboard's path.

    `course` is the course's folder, for the commands that the dashboard suggests.
    """
    folders = folder_names(each.student for each in record.submissions)
    style = _asset(*STYLES)
    page = _template("feedback.html.j2")
    script = _asset("feedback.js")
    for each in record.submissions:
        folder = folders[each.student]
        view = feedback(record, each, load_sources(out / FOLDER / folder), load_pictures(out / PICTURES / folder))
        write(out / FEEDBACK / folder / DASHBOARD, page.render(page=view, style=style, script=script))
    _remove_others(out / FEEDBACK, set(folders.values()))
    view_of_class = dashboard(record, folders, out, course)
    text = _template("dashboard.html.j2").render(
        page=view_of_class, style=style, script=_asset("dashboard.js"), diff=read_diff(out)
    )
    write(out / DASHBOARD, text)
    return out / DASHBOARD


def _remove_others(folder: Path, students: set[str]) -> None:
    """Pages of students who are no longer in the results would be taken for theirs."""
    for path in folder.glob(f"*/{DASHBOARD}"):
        if path.parent.name not in students:
            path.unlink()
            with suppress(OSError):  # something of somebody else's lies beside it
                path.parent.rmdir()


@dataclass(frozen=True)
class Asset:
    """A style or a script: its text, and the source expression that allows it and no other."""

    text: Markup
    allowed: str


@cache
def _environment() -> jinja2.Environment:
    environment = templates("report", newstyle=True, autoescape=True, finalize=finalize)
    environment.globals["lang"] = in_use
    environment.filters["pieces"] = pieces
    environment.filters["reason"] = reason
    environment.filters["visible"] = visible
    environment.filters["points"] = lambda value: f"{value:.2f}".rstrip("0").rstrip(".")
    environment.filters["percent"] = lambda value: "–" if value is None else f"{100 * value:.0f} %"
    environment.filters["duration"] = _duration
    environment.filters["deflated"] = lambda html: base64.b64encode(zlib.compress(html.encode("utf-8"), 9)).decode()
    environment.filters["grouped"] = "{:,}".format
    environment.filters["kind"] = lambda kind: _(KINDS[kind])
    return environment


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


def inline(card: Card, printed: Sequence[str], notes: Sequence[str]) -> str:
    """A card as HTML that can stand in somebody else's page: its style is bound to it, and it runs no script.

    `printed` are the lines that the code printed, made harmless.
    """
    theme, body, frame = (_asset(name).text for name in (*STYLES[:2], "inline.css"))
    style = theme.replace(":root", ".autograde") + frame + Markup("\n.autograde {\n") + body + Markup("\n}")
    template = _template("inline.html.j2")
    return template.render(card=card, printed=printed, notes=notes, style=style, token=secrets.token_hex(4))


def _asset(*names: str) -> Asset:
    folder = templates_dir() / "report"
    text = "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
    return Asset(Markup(text), f"'sha256-{digest}'")  # ours, from a file beside the templates


def _duration(seconds: float) -> str:
    if seconds < 60:
        return _("{seconds:.1f} s").format(seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
