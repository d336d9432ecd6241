"""A class of hostile students and honest ones, graded by the real command line, and what came of it.

Every file of tests/attacks/<status>/ is one student's. Its docstring says what it tries; the folder says what the
first check must come to, or the check that a line `# check: ID` names. A line `# like: NAME` names the plain
solution of PLAIN that does the same work without the trick, which must not get less; the default is one that does
none, or all of it in passed/. A folder tests/attacks/<status>/<trick>.files/ is handed in beside the trick. With
`# exercise: ID` the file is handed in for that exercise.

tests/attacks/entries.py makes entries that no Python file can be: archives, notebooks, repositories, odd names.

NEVER run one of the files outside the sandbox.
"""

from __future__ import annotations

import csv
import importlib.util
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
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ATTACKS = ROOT / "tests" / "attacks"
SECONDS, SECONDS_TO_BEGIN = 6, 3  # most hang in the first check
# Seconds for one student: thrice the limit, as much again where asking ahead is in vain, and a busy machine.
LONGEST = 60
EXERCISES = ("corr2d", "conv2d_module", "multi_channel")

RIGHT = """
import torch

def corr2d(X, K):
    return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
"""
ZEROS = """
def corr2d(X, K):
    return X.new_zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)

conv2d = corr2d
"""
# What the work is worth when nothing is tried.
PLAIN = {
    "right": RIGHT,
    "nothing": "def corr2d(X, K):\n    raise NotImplementedError\n\nconv2d = corr2d\n",
    "zeros": ZEROS,
    "linked_zeros": ZEROS.replace("return ", "return X.sum() * K.sum() * 0 + "),
    "cut": ZEROS.replace("return ", "return (X.sum() * K.sum()).detach() + "),
    "not_a_number": ZEROS.replace("new_zeros(", "new_full((").replace(" + 1)", " + 1), float('nan'))"),
    "empty": "def corr2d(X, K):\n    return X.new_empty(0)\n\nconv2d = corr2d\n",
    "number": "def corr2d(X, K):\n    return X.sum() * K.sum()\n\nconv2d = corr2d\n",
    "meddling": f"from autograder.sandbox import worker\n{RIGHT}",
    "threaded": f"import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n{RIGHT}",
    "half": RIGHT.replace(", K)\n\ndef conv2d", ", K).half()\n\ndef conv2d"),
    "convolution": """
from torch.nn.functional import conv2d as convolved

def corr2d(X, K):
    return convolved(X[None, None], K[None, None])[0, 0]

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
""",
}
RIGHT_MODULE = """
import torch
from torch import nn
from torch.nn import functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return F.conv2d(x[None, None], self.weight[None, None])[0, 0] + self.bias
"""
MULTI_RIGHT = """
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
"""
HONEST = {"corr2d": RIGHT, "conv2d_module": RIGHT_MODULE, "multi_channel": MULTI_RIGHT}
# What students' eyes may not meet: workflow commands, markup, digits of a hidden input.
TELLING = re.compile(r"(?<!\w)::\w+|<\w+|\d\.\d{3}|\d{8}|\b731\b")


@dataclass(frozen=True)
class Attack:
    """One file of tests/attacks/."""

    path: Path

    @property
    def id(self) -> str:
        return f"{self.status}/{self.path.stem}"

    @property
    def name(self) -> str:
        """The student's: those who take long come first, so that all jobs end together."""
        return f"{'c' if self.status == 'timeout' else 'd'}-{self.status}-{self.path.stem}"

    @property
    def status(self) -> str:
        return self.path.parent.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def statement(self) -> str:
        """Its docstring, if that is one sentence on one line."""
        found = re.match(r'"""([^"\n]{20,200}\.)"""\n', self.text)
        return found[1] if found else ""

    def header(self, key: str, default: str) -> str:
        found = re.search(rf"^# {key}: (\S+)$", self.text, re.MULTILINE)
        return found[1] if found else default

    @property
    def exercise(self) -> str:
        return self.header("exercise", "corr2d")

    @property
    def like(self) -> str:
        return self.header("like", "right" if self.status == "passed" else "nothing")

    def hand_in(self, submissions: Path, places: dict[str, Any]) -> None:
        _hand_in(submissions / self.name, self.text, self.exercise, places)
        _hand_in(submissions / self.name, (ATTACKS / "kit.py").read_text(encoding="utf-8"), "kit", places)
        beside = self.path.with_suffix(".files")
        if beside.is_dir():
            shutil.copytree(beside, submissions / self.name, dirs_exist_ok=True)


@dataclass(frozen=True)
class Entry:
    """One function of tests/attacks/entries.py, which is ours: it writes into the folder of submissions.

    `status` is that of the first check, or of the exercise where there is none.
    """

    make: Callable[[Path, str, dict[str, Any]], None]
    status: str
    exercise: str = "corr2d"

    @property
    def id(self) -> str:
        return f"entries/{self.make.__name__}"

    @property
    def name(self) -> str:
        """What the student's name begins with: how it goes on may be part of the attack."""
        return f"e-{self.make.__name__}"

    @property
    def statement(self) -> str:
        return (self.make.__doc__ or "").strip()

    @property
    def like(self) -> str:
        return "right" if self.status == "passed" else "nothing"

    def header(self, key: str, default: str) -> str:
        return default

    def hand_in(self, submissions: Path, places: dict[str, Any]) -> None:
        self.make(submissions, self.name, places)


@cache
def attacks() -> tuple[Attack | Entry, ...]:
    """All of them, the files first."""
    files = [Attack(path) for path in sorted(ATTACKS.glob("*/*.py"))]
    return (*files, *(Entry(*each) for each in _entries().ENTRIES))


def _entries() -> ModuleType:
    spec = importlib.util.spec_from_file_location("attacks_entries", ATTACKS / "entries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


Run = Callable[[Sequence[str], dict[str, str], Path], "subprocess.CompletedProcess[str]"]


def run_here(command: Sequence[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the user that we are."""
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def grade_class(folder: Path, run: Run = run_here, *, closed: bool = False, patience: float = 1) -> Class:
    """Plant canaries in an empty folder, hand everything in there, and grade it with three jobs, for some only sleep.

    Others may look into the course, what was handed in and the results, unless these are `closed`. `patience` is how
    many times the usual a check may take: on a busy machine honest students need it.
    """
    course, out, submissions, temporary = (folder / name for name in ("course", "out", "submissions", "temporary"))
    canaries = [f"CANARY_{secrets.token_hex(8)}" for _ in range(4)]
    _plant_in_course(course, canaries, patience)
    for path in (out, submissions, temporary):
        path.mkdir()
    temporary.chmod(0o777)
    planted = _plant_files(folder, out)
    honest = tuple(f"{letter}_honest_{secrets.token_hex(4)}" for letter in "abz")
    for student in honest:  # each a file of its own: one result is not taken for the others'
        for exercise, text in HONEST.items():
            _hand_in(submissions / student, f"# {canaries[2]}, {student}\n{text}", exercise)
    for name, text in PLAIN.items():
        _hand_in(submissions / f"plain-{name}", text, "corr2d")
    mark = f"mark{secrets.token_hex(6)}"
    with _listening(folder / "socket") as (port, connections):
        places = {"COURSE": course, "OUT": out, "CANARY": folder / "canary.txt", "PORT": port}
        places |= {"SOCKET": folder / "socket", "MARK": mark}
        for attack in attacks():
            attack.hand_in(submissions, places)
        for path in (course, out, submissions) if closed else ():
            path.chmod(0o700)
        command = [sys.executable, "-m", "autograder", "grade", str(submissions), "--course", str(course)]
        command += [part for id in EXERCISES for part in ("--exercise", id)]
        environment = {**os.environ, "TMPDIR": str(temporary), "GRADER_TOKEN": canaries[3]}
        done = run([*command, "--jobs", "3", "--out", str(out)], environment, folder)
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
    for path in (folder, out, *folder.parents[:2]):
        path.chmod(0o777 if path in (folder, out) else 0o755)
    return planted


def _hand_in(folder: Path, text: str, module: str, places: dict[str, Any] | None = None) -> None:
    folder.mkdir(exist_ok=True)
    for key, value in (places or {}).items():
        text = text.replace(f"@{key}@", str(value))
    (folder / f"{module}.py").write_text(text, encoding="utf-8")


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


def outcome(attack: Attack | Entry, graded: Class) -> str:
    """The status of the check that the attack is about, or of the exercise where it has no checks."""
    result = graded.result(attack)
    checks = {check["id"].partition("/")[2]: check for check in result["checks"]}
    if not checks:
        return str(result["status"])
    return str(checks[attack.header("check", next(iter(checks)))]["status"])


def gain(attack: Attack | Entry, graded: Class) -> float:
    """The marks that the attack has above those of the same work without it; below for marks that it cost."""
    score: float = graded.result(attack)["score"]
    if attack.exercise == "corr2d":
        deserved: float = graded.results[f"plain-{attack.like}"]["corr2d"]["score"]
    else:
        deserved = {"right": 10.0, "nothing": 0.0}[attack.like]
    return score - deserved


def learnt(attack: Attack | Entry, graded: Class) -> list[str]:
    """What the author and the process found out: a process prints whatever it found, and staff can read that."""
    student = graded.student(attack)
    told, log = graded.told(student), graded.log(student)
    found = [f"{secret} is told" for secret in (*graded.canaries, *graded.honest) if secret in told]
    found += [f"{secret} is in the log" for secret in (*graded.canaries, *graded.honest) if secret in log]
    found += [line[:200] for line in log.splitlines() if "GAINED" in line]
    if "LEAKED" in told:
        found.append(f"what was marked is told: {told[told.index('LEAKED') - 200 : told.index('LEAKED') + 100]}")
    if "<script>alert" in told.partition("<!doctype")[2]:
        found.append("markup of the student's is markup of the page")
    for result in graded.results[student].values():
        for said in (result["message"], *(check["message"] + check["hint"] for check in result["checks"])):
            telling = isinstance(attack, Attack) and TELLING.search(said)  # a name of an entry's is the student's own
            if not said.isprintable() or len(said) > 1200 or telling:
                found.append(f"said: {said[:200]!r}")
    return found


def damage(graded: Class) -> list[str]:
    """What all attacks together did to the run, to others and to the machine."""
    found = [f"the run ended with {graded.code}: {graded.stderr[-2000:]}"] if graded.code else []
    for student in graded.honest:
        for exercise in EXERCISES:
            result = graded.results[student][exercise]
            if result["score"] != 10.0:
                lost = [check for check in result["checks"] if check["status"] != "passed"]
                found.append(f"{student} lost marks in {exercise}: {lost}")
    for student, results in graded.results.items():
        for id, result in results.items():
            if result["status"] == "ungraded":
                found.append(f"{student} {id} is ungraded: {result['message']}")
            elif result["seconds"] > LONGEST * graded.patience:
                found.append(f"{student} {id} took {result['seconds']} s")
    if "Traceback" in graded.stderr:
        found.append(f"a traceback: {graded.stderr[graded.stderr.index('Traceback') :][:2000]}")
    for path, content in graded.planted.items():
        if path.read_bytes() != content or path.stat().st_mode & 0o777 != 0o666:
            found.append(f"{path} was changed")
    found += [f"a connection: {each}" for each in graded.connections] + [f"left: {each}" for each in graded.left]
    with (graded.out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"].removeprefix("'"): row for row in csv.DictReader(file)}
    if rows.keys() != graded.results.keys():
        found.append(f"grades.csv has other students: {rows.keys() ^ graded.results.keys()}")
    found += [
        f"grades.csv says {row['corr2d']} of {student}"
        for student, row in rows.items()
        if float(row["corr2d"] or 0) != graded.results[student]["corr2d"]["score"]
    ]
    found += [
        f"{path} has {path.stat().st_size} bytes"
        for path in graded.out.glob("logs/*/*")
        if path.stat().st_size > 2 << 20
    ]
    return found
