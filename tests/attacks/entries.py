"""Entries that are attacks, made by us: archives, notebooks, repositories, and names that a file system allows.

Every function writes what one student hands in, under a name that begins with `name`, and says which status its
first check must get, or the exercise if there is none.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Make = Callable[[Path, str, dict[str, Any]], None]
ENTRIES: list[tuple[Make, str]] = []

RIGHT = """import torch

def corr2d(X, K):
    return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
"""
GAINED = 'print("GAINED by running what nobody should")\n'


def entry(status: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        ENTRIES.append((make, status))
        return make

    return keep


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


def tarred(path: Path, *members: tuple[str, bytes, str]) -> None:
    """Members with a name, a type and where they link to."""
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, target in (("corr2d.py", tarfile.REGTYPE, ""), *members):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            info.size = len(RIGHT) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(RIGHT.encode()))


def notebook(path: Path, *cells: str, **more: Any) -> None:
    metadata = more.pop("metadata", {})
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], **more} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made}))


def folder_of(folder: Path, name: str, text: str | bytes = RIGHT, file: str = "corr2d.py") -> Path:
    (folder / name).mkdir()
    (folder / name / file).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


# --- archives ---------------------------------------------------------------------------------------------


@entry("rejected")
def climbing_zip(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip whose members climb out of it, to the results; nothing may be written there."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), ("../out/results.json", "{}"))


@entry("rejected")
def absolute_tar(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a tar with a file at an absolute path; nothing may be written there."""
    tarred(folder / f"{name}.tar.gz", (f"{places['OUT']}/results.json", tarfile.REGTYPE, ""))


@entry("rejected")
def backslashes(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip with names that lead out on Windows; must be rejected everywhere."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), ("..\\out\\results.json", "{}"), ("C:x.py", ""))


@entry("rejected")
def linked_tar(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a tar whose file is a link to the reference solution; must not be followed."""
    tarred(
        folder / f"{name}.tar.gz", ("conv.py", tarfile.SYMTYPE, f"{places['COURSE']}/reference/corr2d/solution.py"),
        ("twin.py", tarfile.LNKTYPE, "/etc/passwd"),
    )  # fmt: skip


@entry("rejected")
def device_tar(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a tar with a device, a pipe and a file with holes; must not be read."""
    tarred(folder / f"{name}.tar.gz", ("zero.py", tarfile.CHRTYPE, ""), ("pipe.py", tarfile.FIFOTYPE, ""))


@entry("rejected")
def linked_zip(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip whose solution is a link to the reference; must not be followed."""
    link = zipfile.ZipInfo("corr2d.py")
    link.external_attr = 0o120777 << 16
    zipped(folder / f"{name}.zip", (link, f"{places['COURSE']}/reference/corr2d/solution.py"))


@entry("rejected")
def bomb(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip of 100 kB that unfolds to more than 100 MB; must not be unfolded to the end."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), ("data.bin", bytes(101 << 20)))


@entry("rejected")
def bomb_in_a_bomb(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a gzip of zeros that says it is a tar; must not be unfolded to the end."""
    (folder / f"{name}.tar.gz").write_bytes(gzip.compress(bytes(140 << 20), 1))


@entry("rejected")
def many_members(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip of 20,000 empty files; must not be gone through."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), *((f"{number}.py", "") for number in range(20_000)))


@entry("rejected")
def two_of_one_name(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip that holds its file twice, of which programs read different ones; must be rejected."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipped(folder / f"{name}.zip", ("corr2d.py", "x = 1"), ("corr2d.py", RIGHT))


@entry("rejected")
def lying_zip(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip whose directory gives another size than there is; must not be believed."""
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT))
    data = bytearray((folder / f"{name}.zip").read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 7)
    (folder / f"{name}.zip").write_bytes(data)


@entry("passed")
def odd_names_in_a_zip(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a zip with names for shells, terminals and workflows beside a right file; they must be left alone."""
    latin = zipfile.ZipInfo("caf\udce9.py".encode("utf-8", "surrogateescape").decode("cp437"))
    names = ("$(reboot).py", "-rf.py", "\x1b[2J.py", "::error::x.py", "=A1.py", "\u202egpj.py", f"{250 * 'n'}.py")
    zipped(folder / f"{name}.zip", ("corr2d.py", RIGHT), (latin, GAINED), *((each, GAINED) for each in names))


# --- folders and repositories -----------------------------------------------------------------------------


@entry("rejected")
def linked_file(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a link to the reference solution; must not be followed."""
    (folder / name).mkdir()
    (folder / name / "corr2d.py").symlink_to(Path(places["COURSE"]) / "reference" / "corr2d" / "solution.py")


@entry("rejected")
def pipe(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a pipe that nobody writes to; must not be waited for."""
    (folder / name).mkdir()
    os.mkfifo(folder / name / "corr2d.py")


@entry("missing")
def linked_folder(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a folder with a link to the whole private side; must not be followed."""
    (folder / name).mkdir()
    (folder / name / "work").symlink_to(Path(places["COURSE"]) / "reference")


@entry("passed")
def repository(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a git repository with hooks, filters and a program for its index; none may run."""
    path = folder_of(folder, name)
    (path / ".git" / "hooks").mkdir(parents=True)
    mark = f"#!/bin/sh\ntouch /tmp/{places['MARK']}-hook\n"
    for hook in ("post-checkout", "pre-commit", "fsmonitor-watchman"):
        (path / ".git" / "hooks" / hook).write_text(mark)
        (path / ".git" / "hooks" / hook).chmod(0o777)
    (path / ".git" / "config").write_text(f"[core]\n\tfsmonitor = touch /tmp/{places['MARK']}-monitor\n\tpager = sh\n")
    (path / ".gitattributes").write_text("* filter=evil\n")


@entry("passed")
def own_workflow(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in tests, a course, calibrations and a workflow of its own beside a right file; none may be looked at."""
    path = folder_of(folder, name)
    for file in ("test_hidden.py", "test_public.py", "exercise.yaml", "course.yaml", "reference/corr2d/solution.py",
                 "pyproject.toml", ".github/workflows/grade.yml", "calibration.json", "results.json"):  # fmt: skip
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_text(GAINED)


@entry("rejected")
def name_for_a_shell(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Has a name for shells, workflows and spreadsheets; must get another one."""
    folder_of(folder, f"{name}$(touch {places['MARK']});=1+1|x;::error::y")


@entry("rejected")
def name_for_a_terminal(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Has a name that clears terminals, sets their title and turns the direction of writing; must get another one."""
    folder_of(folder, f"{name}\x1b]0;t\x07\x1b[2J\u202e\nx")


@entry("rejected")
def name_for_markup(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Has a name that is markup, for pages and for the tables of a terminal; must get another one."""
    folder_of(folder, f"{name}<script>alert(1)<{chr(92)}script>[red]")


@entry("rejected")
def name_that_is_no_text(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Has a name that is not UTF-8; must get another one, and stop nobody."""
    folder_of(folder, f"{name}\udcff\udcfe")


# --- sources ----------------------------------------------------------------------------------------------


@entry("passed")
def shadows(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in files named after whatever the grader imports, beside a right one; must shadow nothing of its own."""
    path = folder_of(folder, name)
    for module in ("html", "yaml", "hypothesis", "rich", "jinja2", "sqlite3", "encodings", "site", "conftest"):
        (path / f"{module}.py").write_text(GAINED)


@entry("rejected")
def nul_bytes(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in UTF-16 with NUL bytes, which some readers stop at; must be rejected."""
    folder_of(folder, name, RIGHT.encode("utf-16"))


@entry("rejected")
def slow_encoding(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Asks in its first line to be read as punycode, which takes hours for a megabyte; must not be."""
    folder_of(folder, name, "# coding: punycode\n" + "x" * 900_000)


@entry("rejected")
def large_source(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a source of two megabytes; must not be parsed."""
    folder_of(folder, name, RIGHT + "# " + "x" * (2 << 20))


@entry("passed")
def intricate_source(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Brings thousands of choices of names and wide formats for whoever reads it; must be read within bounds."""
    choices = "".join(f"    a = '{number}'\n    b = b + a\n" for number in range(5_000))
    formats = "    '{0:{1}}'.format('a', 999999999)\n" * 100
    folder_of(folder, name, f"{RIGHT}\ndef unused(a, b):\n{choices}{formats}")


# --- notebooks --------------------------------------------------------------------------------------------


@entry("passed")
def notebook_with_magics(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook with shell lines, magics and a kernel of its own; none may run."""
    kernel = {"kernelspec": {"name": f"touch /tmp/{places['MARK']}", "argv": ["sh"], "language": "bash"}}
    notebook(
        folder / f"{name}.ipynb", f"!touch /tmp/{places['MARK']}\n%load_ext evil\nget_ipython().system('id')",
        f"%%bash\ntouch /tmp/{places['MARK']}", "%%writefile corr2d.py\nx = 1", RIGHT, metadata=kernel,
    )  # fmt: skip


@entry("passed")
def notebook_with_outputs(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook whose outputs are scripts, beacons and megabytes; none may be kept."""
    page = {"text/html": "<script>LEAKED</script><img src=http://127.0.0.1/LEAKED>" * 20_000}
    outputs = [{"output_type": "display_data", "data": page, "metadata": {}}]
    notebook(folder / f"{name}.ipynb", RIGHT, outputs=outputs, attachments={"LEAKED": page})


@entry("passed")
def notebook_that_raises(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook whose other cells end the program, raise odd things and loop; must cost nothing right."""
    notebook(
        folder / f"{name}.ipynb", "def unused(x=exit(0)): pass", "class Odd(undefined): pass",
        "def other(x=[].__len__(1)): pass", "while True: pass", "import os; os._exit(0)", RIGHT,
    )  # fmt: skip


@entry("rejected")
def notebook_of_brackets(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook that is a hundred thousand brackets; must not exhaust the stack."""
    (folder / f"{name}.ipynb").write_text('{"nbformat": 4, "cells": ' + "[" * 100_000)


@entry("rejected")
def notebook_of_digits(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook with an integer of a million digits; must not be computed."""
    (folder / f"{name}.ipynb").write_text('{"nbformat": 4, "metadata": ' + "9" * 1_000_000 + ', "cells": []}')


@entry("rejected")
def notebook_of_lies(folder: Path, name: str, places: dict[str, Any]) -> None:
    """Hands in a notebook whose cells are numbers, lists and other notebooks; must be rejected."""
    cells = [{"cell_type": "code", "source": {"cells": RIGHT}}, 7, [RIGHT]]
    (folder / f"{name}.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
