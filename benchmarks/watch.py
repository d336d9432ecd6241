"""How soon `check --watch` has checked what is saved, measured from the save to the end of what it says.

    python -m benchmarks.watch [ID] [--saves N]

The exercise is one of this checkout's; its reference and its stub are saved in turn into a copy of exercises/.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.exercise import load_course

ROOT = Path(__file__).resolve().parents[1]
MAX_SECONDS = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("id", nargs="?", help="an exercise (default: the first)")
    parser.add_argument("--saves", type=int, default=20)
    arguments = parser.parse_args()
    course = load_course(ROOT)
    exercise = course.select([arguments.id] if arguments.id else [])[0]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "exercises", Path(folder) / "exercises")
        path = Path(folder) / "exercises" / exercise.id / f"{exercise.id}.py"
        texts = [exercise.solution.read_text(encoding="utf-8"), path.read_text(encoding="utf-8")]
        command = [sys.executable, "-m", "autograder", "check", "--watch", "--lang", "en", str(path)]
        started = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
            _wait(watching)
            print(f"first run: {time.perf_counter() - started:.2f} s")
            times = []
            for number in range(arguments.saves):
                time.sleep(0.3)
                started = time.perf_counter()
                path.write_text(texts[number % 2], encoding="utf-8")
                _wait(watching)
                times.append(time.perf_counter() - started)
            watching.send_signal(signal.SIGINT)
            watching.communicate()
    print(f"{exercise.id}, {len(times)} saves: median {statistics.median(times):.2f} s, longest {max(times):.2f} s")
    print(f"exit code {watching.returncode}")
    if statistics.median(times) > MAX_SECONDS:
        sys.exit("beyond a limit")


def _wait(watching: subprocess.Popen[str]) -> None:
    """Until it waits for changes again."""
    assert watching.stderr is not None
    while "waiting for changes" not in (line := watching.stderr.readline()):
        if not line:
            sys.exit("it ended by itself")


if __name__ == "__main__":
    main()
