"""Hostile students, graded in one class with honest ones through the real command line.

Every file of attacks/<status>/ is one student's. Its docstring says what it tries; the folder says what the first
check must come to, or the check that a line `# check: ID` names. A line `# like: NAME` names the plain solution of
PLAIN that does the same work without the trick, which must not get less; the default is one that does none, or all
of it in passed/. A folder attacks/<status>/<trick>.files/ is handed in beside the trick. With `# exercise: ID` the
file is handed in for that exercise.

NEVER run one of them outside the sandbox.
"""

from __future__ import annotations

import csv
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ATTACKS = Path(__file__).parent / "attacks"
LIMITS = "limits: {seconds: 3, memory_mb: 512}"
LONGEST = (
    40  # seconds for one student: thrice the limit, as much again where asking ahead is in vain, and a busy machine
)

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
    "half": RIGHT.replace(", K)\n\ndef conv2d", ", K).half()\n\ndef conv2d"),
    "convolution": """
from torch.nn.functional import conv2d as convolved

def corr2d(X, K):
    return convolved(X[None, None], K[None, None])[0, 0]

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
""",
}
MULTI_RIGHT = """
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
"""


@dataclass(frozen=True)
class Attack:
    """One file of attacks/."""

    path: Path

    @property
    def name(self) -> str:
        """The student's: those who take long come first, so that two jobs end together."""
        return f"{'c' if self.status == 'timeout' else 'd'}-{self.status}-{self.path.stem}"

    @property
    def status(self) -> str:
        return self.path.parent.name

    def header(self, key: str, default: str) -> str:
        found = re.search(rf"^# {key}: (\S+)$", self.path.read_text(encoding="utf-8"), re.MULTILINE)
        return found[1] if found else default

    @property
    def exercise(self) -> str:
        return self.header("exercise", "corr2d")

    @property
    def like(self) -> str:
        return self.header("like", "right" if self.status == "passed" else "nothing")


FOUND = [Attack(path) for path in sorted(ATTACKS.glob("*/*.py"))]


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
    results: dict[str, dict[str, Any]]

    def told(self, student: str) -> str:
        """Everything that the student can read."""
        return json.dumps([self.results[student][id] for id in self.results[student]], ensure_ascii=False)

    def log(self, student: str) -> str:
        folder = self.out / "logs" / student
        return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*"))) if folder.is_dir() else ""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Plant canaries, hand everything in, and grade it with two jobs."""
    folder = tmp_path_factory.mktemp("attacks")
    course, out, submissions, temporary = (folder / name for name in ("course", "out", "submissions", "temporary"))
    canaries = [f"CANARY_{secrets.token_hex(8)}" for _ in range(4)]
    _plant_in_course(course, canaries)
    for path in (out, submissions, temporary):
        path.mkdir()
    temporary.chmod(0o777)
    planted = _plant_files(folder, out)
    honest = tuple(f"{letter}_honest_{secrets.token_hex(4)}" for letter in "abz")
    for student in honest:  # each a file of its own: one result is not taken for the others'
        for exercise, text in (("corr2d", RIGHT), ("multi_channel", MULTI_RIGHT)):
            _hand_in(submissions / student, f"# {canaries[2]}, {student}\n{text}", exercise)
    for name, text in PLAIN.items():
        _hand_in(submissions / f"plain-{name}", text, "corr2d")
    mark = f"mark{secrets.token_hex(6)}"
    with _listening(folder / "socket") as (port, connections):
        places = {"COURSE": course, "OUT": out, "CANARY": folder / "canary.txt", "PORT": port}
        places |= {"SOCKET": folder / "socket", "MARK": mark}
        for attack in FOUND:
            _hand_in(submissions / attack.name, attack.path.read_text(encoding="utf-8"), attack.exercise, places)
            _hand_in(submissions / attack.name, (ATTACKS / "kit.py").read_text(encoding="utf-8"), "kit", places)
            beside = attack.path.with_suffix(".files")
            if beside.is_dir():
                shutil.copytree(beside, submissions / attack.name, dirs_exist_ok=True)
        command = [sys.executable, "-m", "autograder", "grade", str(submissions), "--course", str(course)]
        command += ["--exercise", "corr2d", "--exercise", "multi_channel", "--jobs", "2", "--out", str(out)]
        environment = {**os.environ, "TMPDIR": str(temporary), "GRADER_TOKEN": canaries[3]}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    record = json.loads((out / "results.json").read_text(encoding="utf-8"))
    results = {
        each["student"]: {exercise["id"]: exercise for exercise in each["exercises"]} for each in record["submissions"]
    }
    return Class(
        run.returncode, run.stdout + run.stderr, out, course, planted, frozenset(canaries), honest, mark,
        connections, _left_behind(temporary, mark), results,
    )  # fmt: skip


def _plant_in_course(course: Path, canaries: list[str]) -> None:
    """A copy of the course with small limits, and with secrets in its files."""
    shutil.copytree(ROOT / "reference", course / "reference", ignore=shutil.ignore_patterns("__pycache__"))
    settings = course / "reference" / "course.yaml"
    settings.write_text(re.sub(r"salt: .*", f"salt: {canaries[0]}", settings.read_text(encoding="utf-8")))
    for exercise in (course / "reference").glob("*/exercise.yaml"):
        text = re.sub(r"limits: .*", LIMITS, exercise.read_text(encoding="utf-8"))
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


def test_the_run_ends_well(graded: Class) -> None:
    assert graded.code == 0, graded.stderr[-2000:]
    longest = max(each["seconds"] for student in graded.results.values() for each in student.values())
    assert longest < LONGEST
    assert "Traceback" not in graded.stderr
    assert all(each["status"] != "ungraded" for student in graded.results.values() for each in student.values())


@pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.name)
def test_an_attack_comes_to_what_its_folder_says(attack: Attack, graded: Class) -> None:
    checks = graded.results[attack.name][attack.exercise]["checks"]
    wanted = attack.header("check", checks[0]["id"].partition("/")[2])
    found = {check["id"].partition("/")[2]: check for check in checks}[wanted]
    assert found["status"] == attack.status, found["message"]


@pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.name)
def test_an_attack_gains_no_marks(attack: Attack, graded: Class) -> None:
    result = graded.results[attack.name][attack.exercise]
    if attack.exercise == "corr2d":
        deserved = graded.results[f"plain-{attack.like}"]["corr2d"]["score"]
    else:
        deserved = {"right": 10.0, "nothing": 0.0}[attack.like]
    assert result["score"] <= deserved
    if attack.status == "passed":  # nor does the attempt cost any, if the work is right
        assert result["score"] == deserved, [check for check in result["checks"] if check["status"] != "passed"]


@pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.name)
def test_an_attack_learns_nothing(attack: Attack, graded: Class) -> None:
    """Neither its author nor its process: a process prints whatever it found, and staff can read that."""
    told, log = graded.told(attack.name), graded.log(attack.name)
    for secret in (*graded.canaries, *graded.honest):
        assert secret not in told
        assert secret not in log
    assert "GAINED" not in log
    for exercise in graded.results[attack.name].values():
        for check in exercise["checks"]:
            said = check["message"] + check["hint"]
            assert "LEAKED" not in said
            assert said.isprintable()
            assert not re.search(r"::\w+|<\w+|\d\.\d{3}|\d{8}", said), said
            assert len(said) <= 1200


@pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.name)
def test_an_attack_says_what_it_is(attack: Attack) -> None:
    text = attack.path.read_text(encoding="utf-8")
    assert re.match(r'"""[^"\n]{20,200}\."""\n', text)


def test_honest_students_lose_nothing(graded: Class) -> None:
    for student in graded.honest:
        for exercise in ("corr2d", "multi_channel"):
            result = graded.results[student][exercise]
            assert result["score"] == 10.0, [check for check in result["checks"] if check["status"] != "passed"]


def test_nothing_is_harmed(graded: Class) -> None:
    for path, content in graded.planted.items():
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o777 == 0o666
    assert graded.connections == []
    assert graded.left == []
    with (graded.out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == graded.results.keys()
    assert len(rows) == len(FOUND) + len(PLAIN) + len(graded.honest)
    for student, row in rows.items():
        assert float(row["corr2d"]) == graded.results[student]["corr2d"]["score"]


def test_logs_are_bounded(graded: Class) -> None:
    assert max(path.stat().st_size for path in graded.out.glob("logs/*/*")) < 2 << 20


def test_there_are_many() -> None:
    assert len(FOUND) >= 45
