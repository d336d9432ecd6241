"""Errors: each of the table is triggered, translated and in docs/errors.md, and none of ours is outside the table."""

from __future__ import annotations

import ast
import io
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace as Fake
from typing import Any

import pytest

from autograder import calibrate, catalogues, datasets, device, engine, language, mistakes
from autograder.bundle import opened, seal
from autograder.chaff import new_chaff
from autograder.ci import checkout, classroom50
from autograder.cli import main
from autograder.cluster import nodes, shipping
from autograder.cluster.crews import Crews, Task
from autograder.cluster.engine import Cluster
from autograder.cluster.node import Ready, read_report
from autograder.diff import read_diff
from autograder.errors import (
    AutograderError,
    CourseError,
    FileError,
    IsolationError,
    MachineryError,
    UsageError,
)
from autograder.exercise import Course, load_course, load_public
from autograder.export.canvas import fill_canvas
from autograder.export.sheet import read_sheet
from autograder.from_git import read_roster
from autograder.gradebook import overrides
from autograder.gradebook.process import GradebookProcess
from autograder.grading import session
from autograder.grading.accuracy import FILE as CALIBRATION
from autograder.grading.accuracy import Calibration, Entry
from autograder.grading.grader import _Grading
from autograder.grading.session import CPU, GradingSession
from autograder.handout.delivery import MANIFEST, deliver
from autograder.lock import hold
from autograder.mutants.forks import Died
from autograder.new import new
from autograder.notebook import check
from autograder.own_work import find_work, notebook_work
from autograder.private import keep_solution
from autograder.proof import grading as proving
from autograder.report.reading import read_record
from autograder.results import Isolation, Record, SubmissionResult, write_record, write_whole
from autograder.sandbox import isolation
from autograder.sandbox.connection import Worker
from autograder.sandbox.recipe import Recipe
from autograder.sandbox.warm import WarmProcess
from autograder.shipped import templates_dir
from autograder.store import Store
from autograder.stub import stub
from autograder.submission import archives, collect, folders, notebooks, read, reading, submitted_at
from autograder.submission.folders import read_file, read_folder
from autograder.submission.repositories import last_commit
from autograder.submission.source import Rejected, Unreadable, decode

ROOT = Path(__file__).parent.parent
KINDS = {
    UsageError: 2, FileError: 2, CourseError: 2, IsolationError: 3, MachineryError: 3, Unreadable: None,
}  # fmt: skip
EXIT = {each.code: group.exit for group in mistakes.table() for each in group.mistakes}
NAMES = {kind.__name__ for kind in KINDS}
ISOLATED = Isolation("full", (), {})


@dataclass
class Here:
    """Where an error is triggered."""

    folder: Path
    patch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]
    make: Callable[..., Course]

    def file(self, name: str, content: str | bytes = "") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settings(self, text: str) -> Course:
        return self.make({"course.yaml": f"format: 1\nname: toy\nsalt: grains\n{text}\n"})

    def exercise(self, text: str) -> Course:
        head = "format: 1\norder: 1\ntitle: Twice\npoints: 10\nimplement: [double]\n"
        return self.make({"double/exercise.yaml": f"{head}{text}\n"})

    def tests(self, text: str) -> None:
        """Collect hidden tests."""
        course = self.make({"double/test_hidden.py": textwrap.dedent(text)})
        GradingSession(course, course.select(["double"]), public=False).run(lambda session: None)

    def roster(self, text: str, name: str = "class.csv") -> None:
        read_roster(self.file(name, text))

    def says(self, *words: str) -> str:
        """What a command says that fails."""
        self.patch.chdir(self.folder)
        self.output.readouterr()
        try:
            code = main([*words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said, advice, _rest = self.output.readouterr().err.partition("\n  what to do: ")
        assert advice
        return f"{code} {said}"

    def chaff(self, id: str = "halved", check: str = "values", text: str = "double = 2\n") -> None:
        new_chaff(self.make(), id, self.file("double.py", text), "double", check)

    def calibration(self, text: str) -> None:
        course = self.make()
        (course.exercise("double").folder / CALIBRATION).write_text(text, encoding="utf-8")
        recipe = Recipe(1, 1, 0.1)
        Calibration(course, course.exercises).threshold(course.exercise("double"), "values", recipe)

    def fit(self, text: str, column: str | None = None) -> None:
        record = Record("toy", "cpu", ISOLATED, (), (SubmissionResult("ann", ()),))
        fill_canvas(read_sheet(self.file("sheet.csv", text)), record, column, None)

    def delivery(self, **there: str) -> None:
        for name, text in there.items():
            self.file(f"to/{name}", text)
        self.file("draft/a.txt", "new")
        deliver(self.folder / "draft", self.folder / "to", "plain")

    def bundle(self, damage: Callable[[str], str] = str, key: str | None = None) -> None:
        file = self.folder / "course.bundle"
        used = seal(self.make(), file, None)
        file.write_text(damage(file.read_text()))
        with opened(file, used if key is None else key, outside=self.folder / "elsewhere"):
            pass

    def zipped(self, *names: str, method: int = zipfile.ZIP_STORED) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", method) as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(name), "x = 1", method)
        return data.getvalue()

    def rejected(self, *names: str) -> str:
        """Why the first of these entries cannot be used."""
        for name in names:
            self.file(f"in/{name}", "double = 2\n")
        (found, *_others) = collect(self.folder / "in", {"double": ["double"]})
        source = found.sources["double"]
        assert isinstance(source, Rejected)
        return source.message


TRIGGERS: dict[str, Callable[[Here], Any]] = {
    # the command line
    "usage": lambda at: at.says("grade", "--jobs", "0"),
    "usage-either": lambda at: at.says("grade", "--course", str(at.make().root)),
    "usage-both": lambda at: at.says("release", "out", "--format", "plain", "--check"),
    "usage-needs": lambda at: at.says("export", "out", "--format", "canvas"),
    "too-few-seeds": lambda at: calibrate.calibrate(at.make(), (), Fake(), 3, CPU),
    "no-notebook": lambda at: check("double"),
    "no-gpu": lambda at: [at.patch.setattr(device, "has_gpu", bool), device.choose("cuda", Fake(), ISOLATED, "uid")],
    "extra-missing": lambda at: [at.patch.setattr(nodes, "find_spec", lambda name: None), nodes.RayNodes()],
    "babel-missing": lambda at: [
        at.patch.setitem(sys.modules, "babel.messages.mofile", None), language.read_catalogue(at.folder, "zh")
    ],
    "variable-missing": lambda at: classroom50.write_result(SubmissionResult("ann", ()), {}, at.folder),
    "inside-checkout": lambda at: [
        at.patch.setenv("PYTHONPATH", str(at.folder)), checkout.keep_out(at.folder.resolve(), trusted=True)
    ],
    "out-in-the-way": lambda at: [at.file("out/results.json/x"), at.says("ci", "--out", "out")][1],
    "out-in-use": lambda at: in_use(at),
    # files that were named
    "file-missing": lambda at: find_work(at.folder / "nowhere", []),
    "file-unreadable": lambda at: [at.file("reference/course.yaml/x"), load_course(at.folder)],
    "file-too-large": lambda at: at.settings("#" * (1 << 19)),
    "not-a-folder": lambda at: collect(at.file("in"), {}),
    "not-utf8": lambda at: [at.file("reference/course.yaml", b"\xff"), load_course(at.folder)],
    "not-yaml": lambda at: at.settings("a: ["),
    "not-python": lambda at: stub("def", ["f"]),
    "not-a-list": lambda at: at.roster("a: 1", "class.yaml"),
    "entry-keys": lambda at: at.roster("- a: 1", "class.yaml"),
    "columns-missing": lambda at: at.roster("name\nann\n"),
    "time-without-offset": lambda at: at.settings("late: {due: 2026-12-01}"),
    "no-exercise-here": lambda at: load_public(at.folder),
    "exercise-unknown": lambda at: at.make().select(["triple"]),
    "check-unknown": lambda at: at.chaff(check="values_of"),
    # the roster
    "roster-empty": lambda at: at.roster("student,repository\n"),
    "roster-twice": lambda at: at.roster("student,repository\nann,.\nann,.\n"),
    "roster-repository": lambda at: at.roster("student,repository\nann,http://example.org\n"),
    "roster-credentials": lambda at: at.roster("student,repository\nann,https://ann:secret@example.org\n"),
    # files of a course
    "not-a-course": lambda at: load_course(at.folder),
    "not-a-mapping": lambda at: at.make({"course.yaml": "- 1\n"}),
    "key-missing": lambda at: at.make({"course.yaml": "format: 1\n"}),
    "key-unknown": lambda at: at.settings("colour: red"),
    "wrong-type": lambda at: at.exercise("forbid: 3"),
    "out-of-range": lambda at: at.exercise("limits: {seconds: -1}"),
    "not-a-choice": lambda at: at.settings("late: {due: 2026-12-01T23:59:00Z, timestamps: ctime}"),
    "format-unknown": lambda at: at.make({"course.yaml": "format: 99\nname: toy\nsalt: grains\n"}),
    "salt-empty": lambda at: at.make({"course.yaml": "format: 1\nname: toy\nsalt: ''\n"}),
    "package-broken": lambda at: at.settings("package: --all"),
    "late-no-extension": lambda at: at.settings(
        "late: {due: 2026-12-01T23:59:00Z, extensions: {ann: 2026-11-01T23:59:00Z}}"
    ),
    "implement-empty": lambda at: at.make(
        {"double/exercise.yaml": "format: 1\norder: 1\ntitle: T\npoints: 1\nimplement: []"}
    ),
    "hint-missing": lambda at: at.exercise("misconceptions: {halved: ''}"),
    "hint-not-added": lambda at: new_chaff(
        at.exercise("misconceptions: {halved: It is halved.}"), "new-idea", at.file("double.py", "double = 2\n"),
        "double", "values",
    ),
    "exercise-name": lambda at: new(at.make().root, "Triple"),
    "exercise-name-taken": lambda at: new(at.make().root, "torch"),
    "misconception-name": lambda at: at.chaff("Halved"),
    "already-there": lambda at: new(at.make().root, "double"),
    "nbgrader-name": lambda at: notebook_of(replace(at.make(), name="a/b"), at.folder / "out"),
    "catalogue-broken": lambda at: language.read_catalogue(at.file("zh.po", 'msgid "a\n'), "zh"),
    # solutions and tests
    "name-missing": lambda at: stub("", ["f"]),
    "defined-twice": lambda at: stub("def f(): pass\ndef f(): pass\n", ["f"]),
    "class-empty": lambda at: stub("class C:\n    x = 1\n", ["C"]),
    "given-away": lambda at: stub("class C:\n    f = lambda x: x\n    def g(self):\n        pass\n", ["C"]),
    "body-line": lambda at: stub("def f(x): return x\n", ["f"]),
    "secret-released": lambda at: keep_solution(
        at.make().exercise("double"), "def double(x):\n    doubled = x + x\n    return doubled\n",
        {"README.md": "write doubled = x + x"},
    ),
    "tests-raise": lambda at: at.tests("import nothing_here\n"),
    "interface-first": lambda at: at.tests(""),
    "argument-unknown": lambda at: at.tests(
        '''
        from autograder import check

        @check(kind="interface", points=1)
        def interface(submission, moon):
            """There."""
        '''
    ),
    "text-put-together": lambda at: texts_of(at, "fail(1)\n"),
    "text-not-filled": lambda at: texts_of(at, "fail('{a}')\n"),
    "nothing-measured": lambda at: calibrate.calibrate((course := at.make()), course.exercises, Fake(), 20, CPU),
    "threshold-missing": lambda at: at.calibration("{}"),
    "threshold-stale": lambda at: at.calibration(
        json.dumps({"values": {"digits": vars(Entry("", "", {}, "", "", "", 1, 1, 1, 1, 1))}})
    ),
    "threshold-broken": lambda at: at.calibration("[]"),
    "dataset-unknown": lambda at: datasets.place("cifar", at.folder),
    "dataset-missing": lambda at: [at.patch.setattr(datasets, "_torchvision", str), datasets.load("mnist", at.folder)],
    "dataset-not-downloaded": lambda at: [
        at.patch.setattr(datasets, "_torchvision", lambda module: Fake(MNIST=failing(OSError("no route")))),
        datasets.download("mnist", at.folder),
    ],
    "torchvision-missing": lambda at: [
        at.patch.setitem(sys.modules, "torchvision.datasets.mnist", None), datasets.load("mnist", at.folder)
    ],
    # work
    "no-submissions": lambda at: collect(at.folder, {}),
    "no-work": lambda at: find_work(at.make().root / "reference", ["double"]),
    "no-cell": lambda at: notebook_work(["x = 1"], at.make().root / "reference", "double"),
    "work-rejected": lambda at: at.chaff(text="\0"),
    # what `release` wrote
    "release-foreign": lambda at: at.delivery(thesis="mine"),
    "release-format": lambda at: at.delivery(**{MANIFEST: '{"format": "notebook", "files": {}}'}),
    "release-list-broken": lambda at: at.delivery(**{MANIFEST: "{}"}),
    "release-edited": lambda at: at.delivery(
        **{MANIFEST: '{"format": "plain", "files": {"a.txt": "digest"}}', "a.txt": "mine"}
    ),
    # bundles
    "no-bundle": lambda at: at.bundle(lambda text: "a letter"),
    "bundle-key": lambda at: at.bundle(key=""),
    "bundle-other-key": lambda at: at.bundle(key="A" * 43 + "="),
    "bundle-tampered": lambda at: at.bundle(lambda text: text[:-100]),
    "bundle-irregular": lambda at: [
        (at.make().root / "reference" / "link").symlink_to("/etc/passwd"), seal(at.make(), at.folder / "b", None)
    ],
    # results
    "results-missing": lambda at: read_record(at.folder),
    "results-version": lambda at: read_record(at.file("results.json", '{"schema_version": 99}')),
    "results-broken": lambda at: [at.file("diff.json", "[]"), read_diff(at.folder)],
    "database-unusable": lambda at: [at.file("results.sqlite", "a letter, and not a short one" * 99), Store(at.folder)],
    "database-locked": lambda at: gradebook(at, "SELECT 'ann', 'double', 'values', 1, 0 WHERE ? != ''", locked=True),
    "gradebook-score": lambda at: gradebook(at, "SELECT 'ann', 'double', 'values', 9e999, 0 WHERE ? != ''"),
    "sheet-not-canvas": lambda at: at.fit("a,b\n1,2\n"),
    "sheet-read-only": lambda at: at.fit("Student,ID,Section,toy\n    Points Possible,,,(read only)\nann,1,x,\n"),
    "sheet-no-column": lambda at: at.fit("Student,ID,Section,other\nann,1,x,\n"),
    "sheet-columns": lambda at: at.fit("Student,ID,Section,toy,toy\nann,1,x,,\n", "toy"),
    "sheet-no-table": lambda at: at.fit("a letter\n"),
    "sheet-nobody": lambda at: at.fit("Student,ID,Section,toy\nbob,1,x,\n"),
    "sheet-itself": lambda at: [
        write_record(Record("toy", "cpu", ISOLATED, (), ()), at.folder),
        sheet := at.file("exports/sheet.csv", "Student,ID,Section,toy\nann,1,x,\n"),
        at.says("export", ".", "--format", "canvas", "--sheet", str(sheet)),
    ][2],
    # the machine
    "isolation-too-weak": lambda at: require(at, Isolation("process", (), {"seccomp": "none"}), []),
    "private-readable": lambda at: [
        at.patch.setattr(isolation, "readable_paths", lambda: [at.folder]), require(at, ISOLATED, [at.folder])
    ],
    "private-open": lambda at: [
        at.patch.setattr(isolation, "trusts_modes", lambda layers: True),
        at.patch.setattr(isolation, "open_to_workers", lambda folder: True),
        require(at, ISOLATED, [at.folder]),
    ],
    "gpu-isolation-too-weak": lambda at: [
        at.patch.setattr(device, "has_gpu", lambda: True),
        at.patch.setattr(device, "measure_gpu", lambda warm: Isolation("process", (), {})),
        device.choose("cuda", Fake(), ISOLATED, "uid"),
    ],
    "gpu-unusable": lambda at: isolation.start_gpu(
        Fake(ask=lambda request: {"ok": False, "error": {"message": "no driver"}}), 1
    ),
    "worker-unconfined": lambda at: unconfined(),
    "warm-process-gone": lambda at: WarmProcess.ready(
        Fake(
            _ready=False, _failure="", control=Fake(settimeout=bool, recv=lambda size: b""),
            process=Fake(kill=print, communicate=lambda: (None, b"no torch")),
        )
    ),
    "job-died": lambda at: job_died(),
    "session-ended": lambda at: [
        at.patch.setattr(session.pytest, "main", lambda *_, **__: pytest.ExitCode.INTERNAL_ERROR), at.tests("")
    ],
    "check-broken": lambda at: _Grading._prove(
        Fake(
            exercise=(course := at.make()).exercise("double"),
            session=Fake(course=course, run_check=lambda *_: ValueError("wrong")),
        ),
        Fake(check=Fake(name="values")), ValueError("wrong"),
    ),
    "text-unfilled": lambda at: language.say("{count} legs"),
    "proof-cut-off": lambda at: [
        at.patch.setattr(proving, "each", lambda *_: [(0, Died(9))]),
        proving.Proving._all(Fake(warm=Fake(use_slot=None)), [(Fake(id="double"), None, None)]),
    ],
    "git-failed": lambda at: last_commit(at.folder, None, None),
    "package-damaged": lambda at: [
        at.patch.setattr("autograder.shipped.PACKAGE", at.folder / "a" / "b"), templates_dir()
    ],
    "gradebook-not-written": lambda at: not_written(at),
    "file-not-written": lambda at: write_whole(at.file("a") / "b", "text"),
    "file-failed": lambda at: failing_command(at, OSError(28, "No space left on device", "/full")),
    "unexpected": lambda at: failing_command(at, KeyError("x")),
    # a cluster
    "ray-failed": lambda at: [
        at.patch.setattr(nodes, "find_spec", bool),
        at.patch.setattr(nodes, "import_module", lambda name: Fake(init=failing(Exception("no cluster")))),
        nodes.RayNodes(),
    ],
    "cluster-empty": lambda at: Crews(DeadNodes(), lambda *_: "", print, 1).open(0.0),
    "cluster-versions": lambda at: Cluster._welcome(Fake(), Ready("far", "full", (), {}, "0.0", "1.0")),
    "cluster-refused": lambda at: read_report('{"refused": "too weak", "isolation": true, "machine": "far"}'),
    "course-not-arrived": lambda at: ExitStack().enter_context(shipping.unpacked(b"x", "y")),
    "folder-not-private": lambda at: [
        at.patch.setattr("tempfile.tempdir", str(at.folder)),
        (at.folder / f"autograde-{os.getuid()}").mkdir(mode=0o755),
        ExitStack().enter_context(shipping.unpacked(b"x", shipping.digest_of(b"x"))),
    ],
    "node-died": lambda at: node_died(at),
    # submissions
    "is-link": lambda at: [link := at.folder / "a.py", link.symlink_to("/etc/passwd"), read_file(link, 9)],
    "not-regular": lambda at: [os.mkfifo(at.folder / "a.py"), read_file(at.folder / "a.py", 9)],
    "not-opened": lambda at: read_file(at.folder / "nowhere", 9),
    "too-large": lambda at: read_file(at.file("a.py", "long"), 1),
    "too-many-files": lambda at: [at.patch.setattr(folders, "MAX_ENTRIES", 0), at.file("a"), read_folder(at.folder)],
    "unknown-kind": lambda at: at.rejected("ann.rar"),
    "archive-damaged": lambda at: archives.read_archive("a.zip", b"PK"),
    "archive-path": lambda at: archives.read_archive("a.zip", at.zipped("../a.py")),
    "archive-twice": lambda at: archives.read_archive("a.zip", at.zipped("a.py", "./a.py")),
    "archive-special": lambda at: archives._check_zip_member(member(external_attr=0o120777 << 16)),
    "archive-password": lambda at: archives._check_zip_member(member(flag_bits=1)),
    "archive-compression": lambda at: archives.read_archive("a.zip", at.zipped("a.py", method=zipfile.ZIP_BZIP2)),
    "not-text": lambda at: decode(b"\0"),
    "not-decodable": lambda at: decode(b"# coding: ascii\n\xff"),
    "encoding-unknown": lambda at: decode(b"# coding: moon\n"),
    "not-a-notebook": lambda at: notebooks.convert(b"{}", ()),
    "notebook-too-long": lambda at: [at.patch.setattr(notebooks, "MAX_SOURCE", -1), notebooks.convert(NOTEBOOK, ())],
    "notebook-outputs": lambda at: [
        at.patch.setattr(notebooks, "_MAX_JSON_ITEMS", 0), notebooks.convert(NOTEBOOK, ())
    ],
    "helpers-too-large": lambda at: [
        at.patch.setattr(reading, "_MAX_HELPER_BYTES", 1), at.file("double.py"), at.file("helper.py", "x = 1"),
        read(at.folder, {"double": ["double"]}, "ann").notes[0],
    ][3],
    "name-twice": lambda at: at.rejected("ann.py", "Ann.py"),
    "name-too-long": lambda at: at.rejected(f"{'a' * 101}.py"),
    "name-ends": lambda at: at.rejected(" ann.py"),
    "name-characters": lambda at: at.rejected("ann$.py"),
    "time-unreadable": lambda at: [at.file("ann/timestamp.txt", "noon"), submitted_at(at.folder / "ann", "toy", False)],
}  # fmt: skip

NOTEBOOK = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ""}]}'


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def failing_command(at: Here, error: Exception) -> str:
    at.patch.setattr("autograder.exercise.load_course", failing(error))
    return at.says("validate")


def in_use(at: Here) -> None:
    """A lock of this process's own is none to it, so that another holds it."""
    holding = "import sys; from pathlib import Path; from autograder.lock import hold\n"
    holding += "with hold(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(at.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        with other.stdin, hold(at.folder):
            pass


def notebook_of(course: Course, folder: Path) -> None:
    from autograder.handout.notebook import write

    write(course, folder)


def texts_of(at: Here, text: str) -> None:
    course = at.make({"double/test_public.py": text})
    catalogues.course_texts(course.exercise("double"))


def require(at: Here, found: Isolation, private: list[Path]) -> None:
    at.patch.setattr(isolation, "measure", lambda warm: found)
    isolation.require(Fake(), "full", private=private)


def unconfined() -> None:
    import socket

    (data, theirs), (status, other), (output, end) = socket.socketpair(), socket.socketpair(), os.pipe()
    theirs.close()
    other.close()
    os.close(end)
    os.set_blocking(output, False)
    Worker(data, output, status).ask({"op": "load"})


def job_died() -> str:
    told: list[str] = []
    results, orders = os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)
    job = engine._Job(os.posix_spawn("/bin/false", ["false"], {}), orders, results, 0, student=0, missing=["double"])
    pool = Fake(
        selector=Fake(unregister=print), exercises=[Fake(id="double", points=1)], work=[Fake(student="ann")],
        receiver=Fake(report=lambda student, result, output: told.append(result.message)),
        _start=lambda number: None, _hand_out=lambda job: None,
    )  # fmt: skip
    engine._Pool._ended(pool, job)
    return told[0]


def node_died(at: Here) -> str:
    told: list[str] = []
    receiver = Fake(report=lambda student, result, output: told.append(result.message))
    task = Task(Fake(student="ann"), [at.make().exercise("double")], tries=2)
    Crews._try_again(Fake(), Fake(), task, "it was killed", receiver)
    return told[0]


class DeadNodes:
    def start(self, setup: str, gpu: float) -> Any:
        return Fake(answer=failing(nodes.Lost("no such file: python3")))

    def wait(self, nodes: list[Any], seconds: float) -> Any:
        return nodes[0]

    def close(self, nodes: list[Any]) -> None:
        pass


def gradebook(at: Here, grades: str, locked: bool = False) -> None:
    at.patch.setattr(overrides, "_GRADES", grades)
    at.patch.setattr(overrides, "_SECONDS", 0.01)
    with sqlite3.connect(at.folder / overrides.FILE) as db:
        db.execute("CREATE TABLE alembic_version (version_num)")
    if locked:
        db.execute("BEGIN EXCLUSIVE")
    overrides.apply_overrides(Record("toy", "cpu", ISOLATED, (), ()), at.folder)


def not_written(at: Here) -> str:
    process = Fake(communicate=lambda order: ("it is in use", ""), returncode=0)
    writer = Fake(process=process, path=at.folder / "gradebook.db", errors=io.StringIO())
    return GradebookProcess.write(writer, Record("toy", "cpu", ISOLATED, (), ()))


def member(**attributes: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo("a.py")
    for name, value in attributes.items():
        setattr(found, name, value)
    return found


@pytest.fixture
def at(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    course_in: Callable[..., Course],
) -> Here:
    return Here(tmp_path, monkeypatch, capsys, lambda changed=None: course_in(tmp_path, changed))


class TestTable:
    @pytest.mark.parametrize("code", list(mistakes.mistakes()))
    def test_each_is_triggered(self, at: Here, code: str) -> None:
        error = None
        try:
            said = str(TRIGGERS[code](at))
        except AutograderError as raised:
            error, said = raised, str(raised)
        if error is not None:
            assert KINDS[type(error)] == EXIT[code]
            assert error.told() == f"{said}\n  what to do: {error.way_out}"
        elif said[:1].isdecimal():  # of a command
            assert said[:2] == f"{EXIT[code]} "
        assert f"[{code}]" in said

    def test_nothing_is_triggered_that_is_not_in_it(self) -> None:
        assert set(TRIGGERS) == set(mistakes.mistakes())

    def test_codes_are_words(self) -> None:
        for code in mistakes.mistakes():
            assert code == code.lower()
            assert all(part.isalnum() for part in code.split("-")), code

    def test_each_is_translated_and_filled_in_with_the_same(self) -> None:
        language.use("zh")
        try:
            for each in mistakes.mistakes().values():
                for text in (each.sentence, each.way_out):
                    assert catalogues.fields_of(language._(text)) == catalogues.fields_of(text), each.code
                    assert language._(text) != text or text == "{reason}" or text.startswith("pip install"), each.code
        finally:
            language.use("en")

    def test_the_page_is_up_to_date(self) -> None:
        """`python -m autograder.mistakes` writes it."""
        assert (ROOT / mistakes.PAGE).read_text(encoding="utf-8") == mistakes.page()


class TestRaising:
    def test_no_error_of_ours_is_without_a_code(self) -> None:
        for kind in KINDS:
            for arguments in (("anything",), ("a.py", 1, "anything")):
                with pytest.raises((KeyError, TypeError)):
                    kind(*arguments)

    def test_each_code_is_given_what_its_texts_have_in_braces(self) -> None:
        used = set()
        for path in sorted((ROOT / "autograder").rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for code in codes_of(call):
                    used.add(code)
                    given = {keyword.arg for keyword in call.keywords}
                    each = mistakes.mistakes()[code]
                    wanted = catalogues.fields_of(each.sentence) | catalogues.fields_of(each.way_out)
                    if call.func.id in NAMES and None not in given:  # else a function that adds some
                        assert given == wanted, f"{path}:{call.lineno}"
        assert used == set(mistakes.mistakes())

    def test_the_way_out_is_a_line_of_its_own(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert main(["report", str(tmp_path)]) == 2
        first, second = capsys.readouterr().err.splitlines()
        assert first == f"autograde: {tmp_path / 'results.json'}: there is no such file [results-missing]"
        assert second == "  what to do: `autograde grade` writes it; name the folder that it wrote"


def codes_of(node: ast.AST) -> list[str]:
    """The codes that a call of a function is given."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return []
    texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return [text for text in texts if text in mistakes.mistakes()]
