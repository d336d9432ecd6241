"""`python -m fuzz [READER...]`, with tests/ on the path: fuzz for a time, or so many inputs; stop at what breaks.

With atheris (`pip install 'convgrade[fuzz]'`) and `--seconds` inputs are guided by what they reach; otherwise they are
made by each harness and changed. An input that breaks something is written to the current folder.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import resource
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random

from fuzz import READERS

CORPUS = Path(__file__).parent / "corpus"
HANG = 60  # seconds that no input may take; several for each hundred inputs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default: 60)")
    parser.add_argument("--count", type=int, help="so many inputs for each, and no coverage")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)  # one reader, in this process
    given = parser.parse_args()
    readers = given.readers or READERS
    if given.guided:
        return guided(readers[0], given.seconds)
    for reader in readers:
        if given.count is None and find_spec("atheris"):
            command = [sys.executable, "-m", "fuzz", reader, "--guided", "--seconds", str(given.seconds)]
            if code := subprocess.run(command, check=False).returncode:
                return code
        else:
            at_random(reader, given.count, given.seconds, given.seed)
    return 0


def at_random(reader: str, count: int | None, seconds: float, seed: int) -> None:
    """Half of the inputs are made, half are inputs of the corpus that were changed."""
    from fuzz.mutation import changed

    harness = import_module(f"fuzz.{reader}")
    corpus = [path.read_bytes() for path in sorted((CORPUS / reader).iterdir())]
    for data in [*corpus, *harness.broke()]:
        harness.one(data)
    random = Random(f"{reader} {seed}")
    before, began, used = _peak(), time.monotonic(), time.process_time()
    number = 0
    while number < count if count is not None else time.monotonic() < began + seconds:
        if number % 100 == 0:
            faulthandler.dump_traceback_later(HANG, exit=True)
        data = harness.made(random) if random.randrange(2) else changed(random, random.choice(corpus))
        try:
            harness.one(data)
        except BaseException:
            path = Path(f"broke-{reader}-{hashlib.sha256(data).hexdigest()[:12]}")
            path.write_bytes(data)
            print(f"{reader}: input {number} broke it: {path}", file=sys.stderr)
            raise
        number += 1
    faulthandler.cancel_dump_traceback_later()
    wall, cpu = time.monotonic() - began, time.process_time() - used
    grown = (_peak() - before) / 1024
    print(
        f"{reader}: {number:,} inputs, {wall:.0f} s, {cpu:.0f} s of CPU, {grown:.0f} MiB more at the most", flush=True
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def guided(reader: str, seconds: int) -> int:
    """libFuzzer's loop; it ends the process."""
    import atheris

    with atheris.instrument_imports(
        include=["autograder.sandbox.wire", "autograder.submission", "autograder.exercise", "zipfile", "tarfile"]
    ):
        harness = import_module(f"fuzz.{reader}")
    from fuzz.mutation import changed

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        kind = random.randrange(4)
        found = (
            harness.made(random)
            if kind == 0
            else changed(random, data)
            if kind == 1
            else atheris.Mutate(data, len(data))
        )
        return bytes(found[:most])

    found = Path(".fuzz") / reader
    found.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={HANG}",
        "-rss_limit_mb=4096",
        "-max_len=65536",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(found), str(CORPUS / reader)], harness.one, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
