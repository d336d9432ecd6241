"""Fuzzing of whatever reads a stranger's bytes. Each module beside this one is the harness of one reader:

    one(data)      reads `data` and raises only where the reader broke a promise; a reader's own refusals are none
    made(random)   bytes of the right structure with lies in them, from a source of random numbers
    broke()        inputs that broke something once, where they are too large for corpus/

    wire       frames and values from a worker        archives   a .zip or .tar.gz that was handed in
    notebooks  an .ipynb that was handed in           entries    folders and files that were handed in
    courses    course.yaml and exercise.yaml

pytest replays corpus/ and runs a few hundred more (tests/test_fuzz.py); `make fuzz` goes on for as long as it is told.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

READERS = ("wire", "archives", "notebooks", "entries", "courses")


@cache
def place() -> Path:
    """A folder for what harnesses write, which goes when this process ends."""
    folder = tempfile.mkdtemp(prefix="autograde-fuzz-")
    atexit.register(shutil.rmtree, folder)
    return Path(folder)
