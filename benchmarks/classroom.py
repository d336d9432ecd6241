"""Grades hostile students and honest ones in one class by the real command, with canaries planted all around."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hostile import EXERCISES, HONEST, PLAIN, ROOT, Attack, Entry, attacks, hand_in

SECONDS, SECONDS_TO_BEGIN = 6, 3  # most hang in the first check


@dataclass(frozen=True)
class Class:
    """What came of the class, and what was planted."""

    code: int
    stderr: str
    out: Path
    course: Path
    planted: dict[Path, bytes]
    canaries: frozenset[str]
    honest: tuple[str, ...]
    mark: str
    connections: list[Any]
    left: list[str]
    level: str
    patience: float
    results: dict[str, dict[str, dict[str, Any]]]

    def student(self, attack: Attack | Entry) -> str:
        """The student's id in the results."""
        return next(student for student in self.results if student.startswith(attack.name))

    def result(self, attack: Attack | Entry) -> dict[str, Any]:
        return self.results[self.student(attack)][attack.exercise]

    def told(self, student: str) -> str:
        """Everything that the student can read: results, and the page of feedback."""
        page = self.out / "feedback" / student / "index.html"
        return json.dumps([*self.results[student].values()], ensure_ascii=False) + page.read_text(encoding="utf-8")

    def log(self, student: str) -> str:
        folder = self.out / "logs" / student
        return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*"))) if folder.is_dir() else ""


Chosen = Sequence[Attack | Entry]
Run = Callable[[Sequence[str], dict[str, str], Path], "subprocess.CompletedProcess[str]"]


def run_here(command: Sequence[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the user that we are."""
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def grade_class(
    folder: Path, run: Run = run_here, *, closed: bool = False, patience: float = 1, chosen: Chosen = (), jobs: int = 3
) -> Class:
    """Plant canaries in an empty folder, hand everything in there, and grade it; much hostile code only sleeps.

    The folder must lie where other users get to, so that a worker that is one of them could reach what it should not.
    Others may look into the course, what was handed in and the results, unless these are `closed`. `patience` is how
    many times the usual a check may take: on a busy machine honest students need it. `chosen` are all by default.
    """
    course, out, submissions, temporary = (folder / name for name in ("course", "out", "submissions", "temporary"))
    canaries = [f"CANARY_{secrets.token_hex(8)}" for _ in range(4)]
    _plant_in_course(course, canaries, patience)
    for path in (out, submissions, temporary):
        path.mkdir()
    temporary.chmod(0o777)
    planted = _plant_files(folder, out)
    first = ("a", "b", "bb", "z")  # one for each job to begin with, and one that comes last
    honest = tuple(f"{letter}_honest_{secrets.token_hex(4)}" for letter in first)
    for student in honest:  # each a file of its own: one result is not taken for the others'
        for exercise, text in HONEST.items():
            hand_in(submissions / student, f"# {canaries[2]}, {student}\n{text}", exercise)
    for name, text in PLAIN.items():
        hand_in(submissions / f"plain-{name}", text, "corr2d")
    mark = f"mark{secrets.token_hex(6)}"
    with _listening(folder / "socket") as (port, connections):
        places = {"COURSE": course, "OUT": out, "CANARY": folder / "canary.txt", "PORT": port}
        places |= {"SOCKET": folder / "socket", "MARK": mark}
        for attack in chosen or attacks():
            attack.hand_in(submissions, places)
        for path in (course, out, submissions) if closed else ():
            path.chmod(0o700)
        command = [sys.executable, "-m", "autograder", "grade", str(submissions), "--course", str(course)]
        command += [part for id in EXERCISES for part in ("--exercise", id)]
        environment = {**os.environ, "TMPDIR": str(temporary), "GRADER_TOKEN": canaries[3]}
        done = run([*command, "--jobs", str(jobs), "--out", str(out)], environment, folder)
    results: dict[str, dict[str, dict[str, Any]]] = {}
    level = ""
    if (out / "results.json").is_file():
        record = json.loads((out / "results.json").read_text(encoding="utf-8"))
        level = record["isolation"]["level"]
        results = {
            each["student"]: {exercise["id"]: exercise for exercise in each["exercises"]}
            for each in record["submissions"]
        }
    return Class(
        done.returncode, done.stdout + done.stderr, out, course, planted, frozenset(canaries), honest, mark,
        connections, _left_behind(temporary, mark), level, patience, results,
    )  # fmt: skip


def _plant_in_course(course: Path, canaries: list[str], patience: float) -> None:
    """A copy of the course with small limits, and with secrets in its files."""
    shutil.copytree(ROOT / "reference", course / "reference", ignore=shutil.ignore_patterns("__pycache__"))
    settings = course / "reference" / "course.yaml"
    settings.write_text(re.sub(r"salt: .*", f"salt: {canaries[0]}", settings.read_text(encoding="utf-8")))
    seconds, begin = SECONDS * patience, SECONDS_TO_BEGIN * patience
    limits = f"limits: {{seconds: {seconds:g}, memory_mb: 512, checks: {{interface: {begin:g}}}}}"
    for exercise in (course / "reference").glob("*/exercise.yaml"):
        text = re.sub(r"limits: .*", limits, exercise.read_text(encoding="utf-8"))
        exercise.write_text(text, encoding="utf-8")
        for name in ("solution.py", "test_hidden.py"):
            with (exercise.parent / name).open("a", encoding="utf-8") as file:
                file.write(f'\nSECRET = "{canaries[1]}"  # {canaries[1]}\n')


def _plant_files(folder: Path, out: Path) -> dict[Path, bytes]:
    """Files that anyone could write if only the sandbox let them."""
    planted = {folder / "canary.txt": b"a canary\n", out / "canary.txt": b"another\n"}
    for path, content in planted.items():
        path.write_bytes(content)
        path.chmod(0o666)
    for path in (folder, out):
        path.chmod(0o777)
    return planted


class _listening:
    """Somebody to talk to, by TCP, UDP and at a path."""

    def __init__(self, path: Path) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(self.tcp.getsockname())
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(str(path))
        self.unix.listen()
        path.chmod(0o777)

    def __enter__(self) -> tuple[int, list[Any]]:
        self.connections: list[Any] = []
        for listener in (self.tcp, self.unix):
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self.tcp.getsockname()[1], self.connections

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections.append("connected")
            connection.close()

    def __exit__(self, *_: object) -> None:
        self.udp.setblocking(False)
        with suppress(BlockingIOError):
            self.connections.append(self.udp.recv(100))
        for each in (self.tcp, self.unix):
            each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.udp.close()


def _left_behind(temporary: Path, mark: str) -> list[str]:
    """Processes of the run, and files that an attack made."""
    left = [
        f"file {path}" for path in temporary.rglob("*") if not path.name.startswith("torchinductor_")
    ]  # torch's own
    for place in ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue", "/"):
        if os.path.isdir(place):
            left += [f"file {place}/{name}" for name in os.listdir(place) if mark in name]
    for _ in range(50):
        processes = [pid for pid in os.listdir("/proc") if pid.isdecimal() and _is_of_run(pid, str(temporary))]
        if not processes:
            break
        time.sleep(0.1)
    return left + [f"process {pid}" for pid in processes]


def _is_of_run(pid: str, temporary: str) -> bool:
    try:
        return temporary in Path("/proc", pid, "environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
