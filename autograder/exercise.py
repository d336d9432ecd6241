"""What the folders of a course say: course.yaml, exercise.yaml, and the files beside them.

A course is a folder with `reference/` (private) and `exercises/` (public). To add an exercise is
to add a folder: discovery is a directory listing, and paths are computed from the folder's name.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from autograder import datasets, document, keys
from autograder.errors import CourseError, UsageError
from autograder.keys import Key, required
from autograder.language import words_of
from autograder.late import LatePolicy, read_policy

FORMAT = 1
MAX_LIMIT = 1_000_000
TOTAL_FACTOR = 3  # an exercise may take this many times the limit of one of its checks


@dataclass(frozen=True)
class Limits:
    """What a submission may use: seconds of wall time per check, memory above the worker's start, and on a GPU.

    `checks` holds the seconds of those checks that may take another time.
    """

    seconds: float = 10.0
    memory_mb: int = 1024
    gpu_memory_mb: int = 2048
    checks: Mapping[str, float] = field(default_factory=dict)

    def of(self, check: str) -> float:
        """Seconds that one check may take."""
        return self.checks.get(check, self.seconds)

    @property
    def total(self) -> float:
        """Seconds that all checks together may take."""
        return TOTAL_FACTOR * self.seconds + sum(self.checks.values())


@dataclass(frozen=True)
class Exercise:
    """One topic. `folder` is reference/<id> or, on a student's machine, exercises/<id>."""

    id: str
    folder: Path
    order: int
    title: str
    points: float
    implement: tuple[str, ...]
    forbid: tuple[str, ...]
    limits: Limits
    misconceptions: Mapping[str, str]
    extra_credit: bool = False  # its points count for a student's score, and not for the points to be had

    @property
    def solution(self) -> Path:
        return self.folder / "solution.py"

    @property
    def hidden_tests(self) -> Path:
        return self.folder / "test_hidden.py"

    @property
    def public_tests(self) -> Path:
        return self.folder / "test_public.py"

    def say(self, text: str) -> str:
        """A text of its author's, such as the title, in the language in use."""
        return words_of(self.folder)(text)

    @property
    def wheats(self) -> list[Path]:
        return sorted((self.folder / "wheat").glob("*.py"))

    @property
    def chaffs(self) -> list[Path]:
        return sorted((self.folder / "chaff").glob("*/*.py"))

    def digest(self) -> str:
        """The digest of every file of the exercise: a grade holds for this state of it alone."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                try:
                    content = path.read_bytes()
                except OSError as error:
                    raise CourseError(path, None, "file-unreadable", reason=error.strerror) from None
                digest.update(f"{path.relative_to(self.folder).as_posix()}\0{len(content)}\0".encode())
                digest.update(content)
        return f"sha256:{digest.hexdigest()}"


@dataclass(frozen=True)
class Course:
    """A course's folder with its exercises in order. Without `reference/` it is a student's copy.

    `datasets.load(dataset, data)` reads what its networks are trained on.
    """

    root: Path
    name: str
    salt: str
    exercises: tuple[Exercise, ...]
    dataset: str
    data: Path
    late: LatePolicy | None = None
    package: str = ""  # what students' machines give to pip to get this package; the release on PyPI if empty

    def select(self, ids: Collection[str]) -> tuple[Exercise, ...]:
        """The exercises with these ids, in the course's order; all of them if none is named."""
        known = {exercise.id for exercise in self.exercises}
        for unknown in [id for id in ids if id not in known]:
            raise UsageError("exercise-unknown", id=unknown, folder=self.root, known=", ".join(sorted(known)))
        return tuple(exercise for exercise in self.exercises if not ids or exercise.id in ids)

    def exercise(self, id: str) -> Exercise:
        """The exercise with this id, which must exist."""
        return next(each for each in self.exercises if each.id == id)

    def before(self, exercise: Exercise) -> tuple[Exercise, ...]:
        """The exercises that a student has met before this one."""
        return tuple(takewhile(lambda each: each.id != exercise.id, self.exercises))


def misconception_of(chaff: Path) -> str:
    """The misconception that a chaff embodies: `flipped_kernel_2.py` is the second `flipped-kernel`."""
    stem = chaff.stem
    head, _, tail = stem.rpartition("_")
    return (head if head and tail.isdigit() else stem).replace("_", "-")


def also_loses(text: str) -> list[str]:
    """Further kinds of check that a chaff deserves to lose: `Also loses: training, value` in its docstring.

    It need not parse: a slip of syntax is a chaff, too.
    """
    found = re.search(r"Also loses: ([\w, ]+)", text)
    return re.findall(r"\w+", found[1]) if found else []


def load_course(root: Path) -> Course:
    """Read a course with its private side."""
    reference = root / "reference"
    if not reference.is_dir():
        raise UsageError("not-a-course", root=root)
    path = reference / "course.yaml"
    settings = _read(path, keys.COURSE)
    if not settings["salt"]:
        raise CourseError(path, _line(path, "salt"), "salt-empty")
    dataset = settings.get("dataset", datasets.DEFAULT)
    if dataset not in datasets.NAMES:
        known = ", ".join(datasets.NAMES)
        raise CourseError(path, _line(path, "dataset"), "dataset-unknown", name=dataset, known=known)
    data = root / settings.get("data", "data")
    exercises = _with_limits(path, settings.get("limits", {}), discover(reference))
    late = read_policy(path, settings["late"], _line) if "late" in settings else None
    return Course(root, settings["name"], settings["salt"], exercises, dataset, data, late, _package(path, settings))


def _package(path: Path, settings: Mapping[str, Any]) -> str:
    package = str(settings.get("package", ""))
    if not package.isprintable() or package.startswith("-"):
        raise CourseError(path, _line(path, "package"), "package-broken")
    return package


def load_public(exercises: Path) -> Course:
    """Read what a student has: the folder `exercises/`, which holds nothing private."""
    return Course(exercises, exercises.name, "", tuple(discover(exercises)), datasets.DEFAULT, exercises / "data")


def discover(root: Path) -> list[Exercise]:
    """Every exercise below `root`, in order. A folder is an exercise if it holds exercise.yaml."""
    found = [load_exercise(path.parent) for path in sorted(root.glob("*/exercise.yaml"))]
    if not found:
        raise UsageError("no-exercise-here", folder=root)
    return sorted(found, key=lambda exercise: (exercise.order, exercise.id))


def load_exercise(folder: Path) -> Exercise:
    """Read `folder/exercise.yaml`; unknown keys and wrong types are errors with file and line."""
    path = folder / "exercise.yaml"
    raw = _read(path, keys.EXERCISE)
    names = {key: _strings(path, key, raw.get(key, [])) for key in ("implement", "forbid")}
    if not names["implement"]:
        raise CourseError(path, _line(path, "implement"), "implement-empty")
    if not 0 < raw["points"] < math.inf:
        line = _line(path, "points")
        raise CourseError(path, line, "out-of-range", key="points", value=raw["points"], range="0 < points")
    for id, hint in raw.get("misconceptions", {}).items():
        if not isinstance(id, str) or not isinstance(hint, str) or not hint.strip():
            raise CourseError(path, _line(path, str(id)), "hint-missing", id=id)
    return Exercise(
        id=folder.name, folder=folder, order=raw["order"], title=raw["title"], points=float(raw["points"]),
        limits=_limits(path, raw.get("limits", {})), misconceptions=raw.get("misconceptions", {}),
        extra_credit=raw.get("extra_credit", False), **names,
    )  # fmt: skip


def _with_limits(path: Path, raw: dict[str, Any], exercises: Sequence[Exercise]) -> tuple[Exercise, ...]:
    """The exercises with what course.yaml says of seconds: `{EXERCISE: 20, EXERCISE/CHECK: 60}`."""
    known = {each.id: each for each in exercises}
    for key, seconds in raw.items():
        id, _slash, check = str(key).partition("/")
        if id not in known:
            folder, listed = path.parent, ", ".join(sorted(known))
            raise CourseError(path, _line(path, str(key)), "exercise-unknown", id=id, folder=folder, known=listed)
        _bounded(path, str(key), seconds)
        limits = known[id].limits
        changed = {"checks": {**limits.checks, check: seconds}} if check else {"seconds": seconds}
        known[id] = replace(known[id], limits=replace(limits, **changed))
    return tuple(known.values())


def _limits(path: Path, raw: dict[str, Any]) -> Limits:
    known = {each.name for each in keys.LIMITS}
    checks = raw.get("checks", {})
    if not isinstance(checks, dict):
        raise _wrong_type(path, "checks", checks, "{check: seconds}", "limits.")
    for key, value in checks.items():
        _bounded(path, str(key), value)
    for key, value in raw.items():
        if key not in known:
            raise CourseError(path, _line(path, key), "key-unknown", key=f"limits.{key}", known=_listed(known))
        if key != "checks":
            _bounded(path, key, value)
    return Limits(**raw | {name: math.ceil(raw[name]) for name in ("memory_mb", "gpu_memory_mb") if name in raw})


def _bounded(path: Path, key: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < MAX_LIMIT:
        line, range = _line(path, key), f"0 < {key} < {MAX_LIMIT}"
        raise CourseError(path, line, "out-of-range", key=f"limits.{key}", value=value, range=range)


def _read(path: Path, expected: Sequence[Key]) -> dict[str, Any]:
    raw = document.load(path)
    if not isinstance(raw, dict):
        raise CourseError(path, 1, "not-a-mapping")
    types = {each.name: each.types for each in expected}
    for key, value in raw.items():
        if key not in types:
            raise CourseError(path, _line(path, str(key)), "key-unknown", key=key, known=_listed(types))
        if not isinstance(value, types[key]) or (isinstance(value, bool) and bool not in types[key]):
            raise _wrong_type(path, key, value, " | ".join(each.__name__ for each in types[key]))
    for key in sorted(required(expected)):
        if key not in raw:
            raise CourseError(path, None, "key-missing", key=key)
    if raw["format"] != FORMAT:
        raise CourseError(path, _line(path, "format"), "format-unknown", format=raw["format"], known=FORMAT)
    return raw


def _strings(path: Path, key: str, raw: list[Any]) -> tuple[str, ...]:
    for item in raw:
        if not isinstance(item, str):
            raise _wrong_type(path, key, item, "[name, …]")
    return tuple(raw)


def _wrong_type(path: Path, key: str, value: object, expected: str, under: str = "") -> CourseError:
    told = {"key": f"{under}{key}", "type": type(value).__name__, "expected": f"`{expected}`"}
    return CourseError(path, _line(path, key), "wrong-type", **told)


def _line(path: Path, key: str) -> int | None:
    """The line that `key` stands on, for the error message."""
    form = re.compile(rf"""(?:^\s*|[{{,]\s*)["']?{re.escape(key)}["']?\s*:""")
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return next((number for number, line in lines if form.search(line)), None)


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
