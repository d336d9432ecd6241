"""Whether every reference of a folder of HTML pages leads somewhere inside it, anchors included."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself; a link that a reader has to follow may lead elsewhere.
FETCHED = {("link", "href"), ("a", "ping")}
REFERENCES = {"href", "src", "srcset", "poster", "data", "action", "ping"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.references: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (tag, name) == ("a", "name"):
                self.anchors.add(value or "")
            elif name in REFERENCES:
                self.references.append((tag, name, value or ""))


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def complaints(site: Path) -> Iterator[str]:
    """One line for each reference to a file or an anchor that is not there, and for what another host would serve."""
    pages = {page.resolve(): _read(page) for page in sorted(site.rglob("*.html"))}
    for page, reader in pages.items():
        for tag, name, reference in reader.references:
            url = urlsplit(reference)
            told = f"{page.relative_to(site.resolve())}: <{tag} {name}> `{reference}`"
            if url.scheme in ("mailto", "data") or (url.scheme in ("http", "https") and (tag, name) == ("a", "href")):
                continue
            if url.scheme or url.netloc:
                yield f"{told} is fetched from another place"
                continue
            target = (page.parent / unquote(url.path)).resolve() if url.path else page
            if not target.is_file():
                yield f"{told} leads to no file"
            elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].anchors:
                yield f"{told} leads to no anchor"
