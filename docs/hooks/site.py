"""What MkDocs calls while it builds the site: pages made of the code, and a look at all links of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files

from docs.hooks import checks, commands, keys, links, record

log = get_plugin_logger("links")

GENERATED = {
    "reference/commands.md": commands.page,
    "reference/course-yaml.md": keys.course_page,
    "reference/exercise-yaml.md": keys.exercise_page,
    "reference/checks.md": checks.page,
    "reference/results-json.md": record.page,
}


def on_config(config: Any) -> None:
    """Leave out the page that a server would show for what is not there: a folder has none."""
    config.theme.static_templates.discard("404.html")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that nobody writes by hand."""
    for path, page in GENERATED.items():
        files.append(File.generated(config, path, content=page()))
    return files


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Give the theme's search, which is a dialog, a name that can be read out."""
    dialog = 'data-md-component="search" role="dialog"'
    return output.replace(dialog, f'{dialog} aria-label="Search"')


def on_post_build(config: Any) -> None:
    """Warn, which ends a strict build, of what leads nowhere or to another host."""
    for complaint in links.complaints(Path(config.site_dir)):
        log.warning(complaint)
