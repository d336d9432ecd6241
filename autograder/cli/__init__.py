"""The command line: parse, call one verb, print, exit.

Exit codes (CONTRACT.md section 5): 0 it did its work; 1 marks were lost (`check`) or something is
not proved (`validate`, `release --check`); 2 wrong usage or a broken course file; 3 the machinery
failed or the machine cannot isolate as required; 130 interrupted. Each module beside this one
declares the commands of one kind of user.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

from autograder import __version__, language
from autograder.cli import authoring, ci, grading, handing_out, publishing
from autograder.cli.options import Parser, command
from autograder.cli.outlet import go_on_unheard
from autograder.errors import (
    EXIT_INTERRUPTED,
    EXIT_MACHINERY,
    EXIT_USAGE,
    AutograderError,
    IsolationError,
    MachineryError,
    UsageError,
)
from autograder.interrupts import noticed
from autograder.language import _
from autograder.sandbox.gpu import hide


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        with noticed():
            return _run(argv)
    except UsageError as error:
        return _complain(error, EXIT_USAGE)
    except (IsolationError, MachineryError) as error:
        return _complain(error, EXIT_MACHINERY)
    except KeyboardInterrupt:
        print(f"autograde: {_('interrupted; run the same command again to go on from here')}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        path = error.filename2 or error.filename or _("the system")
        return _complain(MachineryError("file-failed", path=path, reason=error.strerror or error), EXIT_MACHINERY)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "autograder":
            return _mistaken(error)
        what, package = _("this command"), error.name.partition(".")[0]
        return _complain(UsageError("extra-missing", what=what, package=package, install=package), EXIT_USAGE)
    except Exception as error:
        return _mistaken(error)


def _mistaken(error: Exception) -> int:
    """1, which is Python's exit code, would say that marks were lost."""
    traceback.print_exc()
    return _complain(MachineryError("unexpected", error=type(error).__name__), EXIT_MACHINERY)


def _run(argv: Sequence[str] | None) -> int:
    go_on_unheard()
    language.use(_language(sys.argv[1:] if argv is None else argv))
    arguments = make_parser().parse_args(argv)
    hide()
    # One thread each for the trusted processes too: they are forked, and share the cores with workers.
    os.environ.update({f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")})
    code = int(arguments.run(arguments))
    sys.stdout.flush()
    return code


def _language(argv: Sequence[str]) -> str:
    """What `--lang` says, which must be known before the help is written; else the locale's."""
    wish = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    wish.add_argument("--lang", choices=language.LANGUAGES)
    with suppress(argparse.ArgumentError):  # said by the parser of the command
        return wish.parse_known_args(argv)[0].lang or language.of_locale()
    return language.of_locale()


def _complain(error: AutograderError, code: int) -> int:
    print(f"autograde: {error.told()}", file=sys.stderr)
    return code


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, in the language in use."""
    parser = Parser(
        prog="autograde",
        description=_("Grades deep-learning exercises where student code cannot reach the tests."),
        epilog=_("Try `autograde COMMAND --help` for a command's options and an example."),
    )
    parser.add_argument("--version", action="version", version=f"autograde {__version__}")
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    grading.add(commands)
    authoring.add(commands)
    handing_out.add(commands)
    ci.add(commands)
    publishing.add(commands)
    command(commands, "doctor", _doctor, _("say what this machine can do"), "autograde doctor")
    return parser


def _doctor(arguments: argparse.Namespace) -> int:
    from autograder.sandbox.warm import WarmProcess

    with WarmProcess() as warm:
        from autograder.doctor import doctor

        return doctor(warm)
