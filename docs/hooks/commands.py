"""The page about the command line, made of its parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from unittest.mock import patch

from autograder import cli, language

INTRODUCTION = """\
# Command line

{description} `autograde COMMAND --help` says what stands here.

| exit code | meaning |
|---|---|
| 0 | it did its work, whatever the scores |
| 1 | `check` and `ci`: marks were lost; `validate`: something is not proved; `release --check`: `exercises/` is stale |
| 2 | wrong usage, or a broken course file, named with its line |
| 3 | something could not be graded (it is named, and never scored 0), or the machine cannot isolate as required |
| 130 | interrupted; the same command goes on from there |
"""

WORD = "usage: "


def page() -> str:
    language.use("en")
    parser = cli.make_parser()
    return "\n".join([INTRODUCTION.format(description=parser.description), *map(_section, _commands(parser))])


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _section(command: argparse.ArgumentParser) -> str:
    with patch.dict("os.environ", COLUMNS="100"):
        usage = command.format_usage().rstrip().removeprefix(WORD).replace(f"\n{' ' * len(WORD)}", "\n")
    rows = [
        f"| {_named(action)} | {_cell(action.help or '')} |"
        for action in command._actions
        if not isinstance(action, argparse._HelpAction)
    ]
    return "\n".join([
        f"## {command.prog}", "", f"{command.description}", "", "```text", usage, "```", "",
        f"{command.epilog}".replace(": ", ": `", 1) + "`", "",
        "| argument | meaning |", "|---|---|", *rows, "",
    ])  # fmt: skip


def _named(action: argparse.Action) -> str:
    value = action.metavar or (f"{{{','.join(action.choices)}}}" if action.choices else action.dest.upper())
    if not action.option_strings:
        return f"`{value}`"
    return f"`{action.option_strings[0]}`" if action.nargs == 0 else f"`{action.option_strings[0]} {value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
