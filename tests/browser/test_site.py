"""The site of docs/ in a real browser: it asks nobody for anything, can be searched, and axe-core finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "index.html", "tutorials/student.html", "tutorials/author.html", "reference/commands.html",
    "reference/exercise-yaml.html", "reference/results-json.html", "reference/checks.html", "errors.html",
    "architecture.html", "performance.html",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    built = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return folder


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing(site, show, findings, theme, width):
    for name in PAGES:
        page = show(site / name, theme, width)

        assert findings(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"


def test_no_page_says_or_fetches_anything_else(site, show):
    pages = [show(path) for path in sorted(site.rglob("*.html"))]

    assert [each for page in pages for each in page.said if not each.startswith(site.as_uri())] == []


def test_the_search_needs_no_server(site, show):
    page = show(site / "index.html")
    page.locator("input.md-search__input").click()
    page.keyboard.type("salt")

    first: Any = page.locator(".md-search-result__item a").first
    first.wait_for()
    assert "salt" in first.inner_text()
