"""What students hand in is read as data, and nothing they hand in stops the grading of the others."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import signal
import stat
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.submission import Rejected, Source, Submission, collect, ignored, read

EXERCISES = {"corr2d": ["corr2d", "conv2d"], "pool2d": ["pool2d"], "lenet": ["LeNet"]}
HANG = 30  # seconds of processor time
CORR2D = "def corr2d(X, K):\n    return X\n"
POOL2D = "def pool2d(X, pool_size):\n    return X\n"
Files = Mapping[str, bytes | str]
Members = Sequence[tuple[tarfile.TarInfo, bytes | str]]


@pytest.fixture(autouse=True)
def a_hang_fails() -> Iterator[None]:
    """Bombs must not take minutes. Processor time: however busy the machine is."""

    def fail(*_: object) -> None:
        pytest.fail(f"{HANG} seconds of processor time")  # no `Exception`, which a reader may take for a damaged file

    before = signal.signal(signal.SIGPROF, fail)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "submissions").mkdir()
    return tmp_path / "submissions"


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def tarred(files: Files, format: int = tarfile.PAX_FORMAT) -> bytes:
    return tarred_members([(tarfile.TarInfo(name), content) for name, content in files.items()], format)


def tarred_members(members: Members, format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=format, compresslevel=1) as archive:
        for info, content in members:
            data = content if isinstance(content, bytes) else content.encode()
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def notebook(*cells: str, **top: object) -> str:
    code = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code} | top)


def one(folder: Path) -> Submission:
    (submission,) = collect(folder, EXERCISES)
    return submission


def source(submission: Submission, exercise: str = "corr2d") -> Source:
    found = submission.sources[exercise]
    assert isinstance(found, Source), found
    return found


def rejection(submission: Submission, exercise: str = "corr2d") -> str:
    found = submission.sources[exercise]
    assert isinstance(found, Rejected), found
    return found.message


def assert_rejected(submission: Submission, *words: str) -> None:
    assert set(submission.sources) == set(EXERCISES)
    for exercise in EXERCISES:
        for word in words:
            assert word in rejection(submission, exercise)


# --- the folder of entries ---------------------------------------------------------------------------------


def test_every_kind_of_entry_is_one_student(folder: Path) -> None:
    write(folder, {"ann/corr2d.py": CORR2D, "bob.zip": zipped({"corr2d.py": CORR2D})})
    write(folder, {"cid.tar.gz": tarred({"corr2d.py": CORR2D}), "dan.tgz": tarred({"corr2d.py": CORR2D})})
    write(folder, {"eve.py": CORR2D, "fay.ipynb": notebook(CORR2D), "GUS.ZIP": zipped({"corr2d.py": CORR2D})})
    submissions = collect(folder, EXERCISES)
    assert [submission.student for submission in submissions] == ["GUS", "ann", "bob", "cid", "dan", "eve", "fay"]
    for submission in submissions:
        assert list(submission.sources) == ["corr2d"]
        assert CORR2D in source(submission).text
        assert submission.notes == ()


def test_an_empty_folder_is_a_student_who_handed_in_nothing(folder: Path) -> None:
    (folder / "ann").mkdir()
    assert one(folder) == Submission("ann", {})


def test_a_folder_keeps_its_whole_name(folder: Path) -> None:
    write(folder, {"ann.smith/corr2d.py": CORR2D, "bob.zip/corr2d.py": CORR2D})
    assert [submission.student for submission in collect(folder, EXERCISES)] == ["ann.smith", "bob.zip"]


def test_noise_is_no_student_and_other_files_are_listed(folder: Path) -> None:
    write(folder, {"ann.py": CORR2D, "README.txt": "", "roster.csv": "", "bad\x1bname": ""})
    write(
        folder, {".DS_Store": "", "Thumbs.db": "", "desktop.ini": "", "__MACOSX/x.py": "", ".git/x": "", "~$a.zip": ""}
    )
    assert one(folder).student == "ann"
    assert ignored(folder) == ["README.txt", "bad\\x1bname", "roster.csv"]


def test_usage_errors(folder: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        collect(folder / "nowhere", EXERCISES)
    with pytest.raises(UsageError, match="holds no submission"):
        collect(folder, EXERCISES)
    write(folder, {"README.txt": "", ".hidden.py": ""})
    with pytest.raises(UsageError, match="holds no submission"):
        collect(folder, EXERCISES)
    with pytest.raises(UsageError, match="is not a folder"):
        collect(folder / "README.txt", EXERCISES)
    with pytest.raises(UsageError, match="no such file or folder"):
        ignored(folder / "nowhere")


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.tar", "a.tar.xz"])
def test_a_foreign_archive_is_rejected_not_overlooked(folder: Path, name: str) -> None:
    write(folder, {name: b"anything"})
    assert_rejected(one(folder), name, "pack it as .zip or .tar.gz")
    assert one(folder).student == "a"


def test_links_and_pipes_in_place_of_entries(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"corr2d.py": CORR2D})
    (folder / "ann").symlink_to(tmp_path / "elsewhere")
    (folder / "bob.py").symlink_to(tmp_path / "elsewhere" / "corr2d.py")
    (folder / "cid.zip").symlink_to("/nowhere")
    os.mkfifo(folder / "dan.py")
    os.mkfifo(folder / "eve.zip")
    ann, bob, cid, dan, eve = collect(folder, EXERCISES)
    for submission in (ann, bob, cid):
        assert_rejected(submission, "it is a link")
    for submission in (dan, eve):
        assert_rejected(submission, "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_opened_is_rejected(folder: Path) -> None:
    write(folder, {"ann/corr2d.py": CORR2D, "bob.py": CORR2D})
    (folder / "ann" / "corr2d.py").chmod(0)
    (folder / "bob.py").chmod(0)
    for submission in collect(folder, EXERCISES):
        assert "Permission denied" in rejection(submission)


# --- student ids -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "ann",
        "Ann O'Brien_123",
        "a@b.edu",
        "张三 (2)",
        "José",
        "a..b",
        "x" * 100,
        "=1+1",
        "-2+3",
        "@sum",
        "a&b",
        "50%",
        "[b]",
        "名字#1",
        "a;b~c",
        "J. O'X!",
        "…",
    ],
)
def test_ordinary_names_are_kept(folder: Path, name: str) -> None:
    write(folder, {f"{name}/corr2d.py": CORR2D})
    assert one(folder).student == name
    assert source(one(folder))


@pytest.mark.parametrize(
    "name",
    ["a\nb", "a\x1b[2J", "a\u202eb", "a\u200bb", "a\\b", "C:x", " a", "a.", "a ", "$(x)", "`x`", "::error::",
     "##[error]x", "x" * 101, "<b>", "a|b", "\x85"],
)  # fmt: skip
def test_an_unsafe_name_is_replaced_and_rejected(folder: Path, name: str) -> None:
    write(folder, {f"{name}/corr2d.py": CORR2D})
    submission = one(folder)
    assert_rejected(submission, "rename it")
    assert submission.student != name
    assert 0 < len(submission.student) <= 60
    assert all(char.isalnum() or char in " ._-@+,'()" for char in submission.student)
    assert submission.student[0].isalnum()
    assert rejection(submission).isprintable()


def test_a_name_that_is_not_in_utf8(folder: Path) -> None:
    os.mkdir(os.fsencode(folder) + b"/caf\xe9")
    submission = one(folder)
    assert_rejected(submission, "rename it", "caf\\udce9")
    submission.student.encode()


def test_replaced_names_stay_unique(folder: Path) -> None:
    names = ["a?b", "a*b", "a:b"]
    write(folder, {f"{name}/corr2d.py": CORR2D for name in names})
    students = {submission.student for submission in collect(folder, EXERCISES)}
    assert len(students) == 3
    for student in students:  # someone who took the substitutes' names
        write(folder, {f"{student}/corr2d.py": CORR2D})
    submissions = collect(folder, EXERCISES)
    assert len({submission.student.casefold() for submission in submissions}) == 6
    assert [submission.student for submission in submissions if "corr2d" in submission.sources
            and isinstance(submission.sources["corr2d"], Source)] == sorted(students)  # fmt: skip


def test_two_entries_of_one_student_are_rejected(folder: Path) -> None:
    write(folder, {"ann.py": CORR2D, "ann.zip": zipped({"pool2d.py": POOL2D}), "bob.py": CORR2D})
    ann, bob = collect(folder, EXERCISES)
    assert ann.student == "ann"
    assert_rejected(ann, "ann.py", "ann.zip")
    assert source(bob)


@pytest.mark.parametrize("names", [("Ann", "ann"), ("Jose\u0301", "JOS\u00c9"), ("straße", "STRASSE")])
def test_names_that_would_share_a_folder_are_rejected(folder: Path, names: tuple[str, str]) -> None:
    if len({os.path.normcase(name) for name in names}) < 2:
        pytest.skip("this file system cannot hold both")
    write(folder, {f"{name}/corr2d.py": CORR2D for name in names})
    first, second = collect(folder, EXERCISES)
    assert first.student.casefold() != second.student.casefold()
    for submission in (first, second):
        assert_rejected(submission, *names)


def test_two_normal_forms_of_one_name_are_one_student(folder: Path) -> None:
    write(folder, {"José.py": CORR2D, "Jose\u0301.zip": zipped({})})
    assert_rejected(one(folder), ".py", ".zip")
    assert one(folder).student == "José"


# --- files in a folder or an archive -----------------------------------------------------------------------


def in_folder(folder: Path, files: Files) -> None:
    write(folder / "ann", files)


def in_zip(folder: Path, files: Files) -> None:
    write(folder, {"ann.zip": zipped(files)})


def in_tar(folder: Path, files: Files) -> None:
    write(folder, {"ann.tar.gz": tarred(files)})


@pytest.fixture(params=[in_folder, in_zip, in_tar])
def hand_in(request: pytest.FixtureRequest, folder: Path) -> Callable[[Files], Submission]:
    def hand_in(files: Files) -> Submission:
        request.param(folder, files)
        return one(folder)

    return hand_in


HandIn = Callable[[Files], Submission]


def test_exercises_are_found_and_the_others_missing(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": CORR2D, "deep/down/pool2d.py": POOL2D, "notes.txt": "x"})
    assert source(submission, "corr2d").text == CORR2D
    assert source(submission, "pool2d").text == POOL2D
    assert source(submission, "pool2d").name == "pool2d.py"
    assert "lenet" not in submission.sources


def test_depth(hand_in: HandIn) -> None:
    submission = hand_in({"a/b/c/d/corr2d.py": CORR2D, "a/b/c/d/e/pool2d.py": POOL2D})
    assert list(submission.sources) == ["corr2d"]


def test_py_wins_even_if_deeper(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.ipynb": notebook(POOL2D), "a/corr2d.py": CORR2D})
    assert source(submission).text == CORR2D


def test_shallow_wins_then_sorted_order(hand_in: HandIn) -> None:
    submission = hand_in({"a/corr2d.py": "a", "corr2d.py": "top", "b/pool2d.py": "b", "a/pool2d.py": "a"})
    assert source(submission, "corr2d").text == "top"
    assert source(submission, "pool2d").text == "a"


@pytest.mark.parametrize(
    "noise", [".git", ".ipynb_checkpoints", "__pycache__", "__MACOSX", "venv", ".venv", "node_modules"]
)
def test_noise_is_not_searched(hand_in: HandIn, noise: str) -> None:
    submission = hand_in({f"{noise}/corr2d.py": CORR2D, f"a/{noise}/x/pool2d.py": POOL2D, "._lenet.py": b"\0"})
    assert submission == Submission("ann", {})


def test_case_matters_and_a_lookalike_is_noted(hand_in: HandIn) -> None:
    submission = hand_in({"Corr2D.py": CORR2D, "pool2d.PY": POOL2D})
    assert submission.sources == {}
    assert submission.notes == (
        "Corr2D.py looks like corr2d.py: call it that, to the letter",
        "pool2d.PY looks like pool2d.py: call it that, to the letter",
    )


def test_what_a_browser_or_a_friend_adds_to_a_name_is_noted(hand_in: HandIn) -> None:
    names = ["corr2d (1).py", "Corr2d-final.ipynb", "corr2d_v2.py", "corr2dx.py", "my_corr2d.py", "corr2d.txt"]
    submission = hand_in({name: notebook(CORR2D) if name.endswith("nb") else CORR2D for name in names})
    assert submission.sources == {}
    assert submission.notes == (
        "Corr2d-final.ipynb looks like corr2d.ipynb: call it that, to the letter",
        "corr2d (1).py looks like corr2d.py: call it that, to the letter",
        "corr2d_v2.py looks like corr2d.py: call it that, to the letter",
    )


def test_another_exercise_is_no_lookalike(folder: Path) -> None:
    in_folder(folder, {"corr2d_fast.py": CORR2D})
    (submission,) = collect(folder, {"corr2d": ["corr2d"], "corr2d_fast": ["corr2d_fast"]})
    assert submission.notes == ()


def test_a_nested_archive_is_not_opened_but_noted(hand_in: HandIn) -> None:
    submission = hand_in({"work.zip": zipped({"corr2d.py": CORR2D})})
    assert submission.sources == {}
    assert submission.notes == ("work.zip is an archive inside the submission and was not opened",)


def test_code_under_another_name_is_noted(hand_in: HandIn) -> None:
    submission = hand_in({"homework.ipynb": notebook(CORR2D), "src/x.py": ""})
    assert submission == Submission("ann", {}, ("no file is named after an exercise; there is homework.ipynb, x.py",))


def test_one_bad_file_costs_one_exercise(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": b"x = 1\ny = 2\nz = '\xff'", "pool2d.py": POOL2D, "lenet.ipynb": "{}"})
    assert "corr2d.py cannot be read: it is not valid utf-8" in rejection(submission, "corr2d")
    assert source(submission, "pool2d")
    assert "lenet.ipynb cannot be read: it is not a Jupyter notebook" in rejection(submission, "lenet")


def test_a_source_file_has_a_limit(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": b"#" * (1 << 20), "pool2d.py": b"#" * ((1 << 20) + 1)})
    assert len(source(submission, "corr2d").text) == 1 << 20
    assert "larger than 1 MiB" in rejection(submission, "pool2d")


def test_a_notebook_has_a_limit(hand_in: HandIn) -> None:
    large = notebook(CORR2D).encode()
    submission = hand_in({
        "corr2d.ipynb": large + b" " * ((20 << 20) - len(large)),
        "pool2d.ipynb": large + b" " * ((20 << 20) + 1 - len(large)),
    })  # fmt: skip
    assert CORR2D in source(submission, "corr2d").text
    assert "larger than 20 MiB" in rejection(submission, "pool2d")


def test_a_broken_program_is_read_not_rejected(hand_in: HandIn) -> None:
    assert source(hand_in({"corr2d.py": "def corr2d(:\n"})).text == "def corr2d(:\n"


def test_helpers_are_the_modules_of_the_same_folder(hand_in: HandIn) -> None:
    submission = hand_in({
        "corr2d.py": CORR2D, "pool2d.py": POOL2D, "mine.py": "x = 1\r\n", "工具.py": "", "deep/far.py": "",
        "a-b.py": "", "class.py": "", "torch.py": "", "random.py": "", "data.txt": "", "upper.PY": "",
        "solution (1).py": "",
    })  # fmt: skip
    assert source(submission).helpers == {"mine": "x = 1\n", "pool2d": POOL2D, "工具": ""}
    assert source(submission, "pool2d").helpers == {"mine": "x = 1\n", "corr2d": CORR2D, "工具": ""}


def test_a_notebook_has_helpers_too(hand_in: HandIn) -> None:
    assert source(hand_in({"corr2d.ipynb": notebook(CORR2D), "mine.py": ""})).helpers == {"mine": ""}


def test_helpers_that_cannot_be_read_are_left_out(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": CORR2D, "bad.py": b"\0", "large.py": b"#" * (2 << 20), "good.py": ""})
    assert source(submission).helpers == {"good": ""}
    assert [note.split(" is left out")[0] for note in submission.notes] == ["bad.py", "large.py"]


def test_helpers_are_bounded_in_number(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": CORR2D} | {f"m{i:02}.py": "" for i in range(60)})
    assert list(source(submission).helpers) == [f"m{i:02}" for i in range(50)]
    assert submission.notes == ("only the first 50 files beside corr2d.py can be imported",)


def test_helpers_are_bounded_in_size(hand_in: HandIn) -> None:
    submission = hand_in({"corr2d.py": CORR2D} | {f"m{i}.py": "#" * 400_000 for i in range(4)})
    assert list(source(submission).helpers) == ["m0", "m1"]
    assert len(submission.notes) == 2


def test_too_many_files(hand_in: HandIn) -> None:
    files: Files = {f"{i // 500}/{i}.txt": "" for i in range(10_001)}
    assert_rejected(hand_in(files), "more than 10,000 files")


def test_many_files_are_fine(hand_in: HandIn) -> None:
    files: Files = {f"{i}.txt": "" for i in range(9_990)}
    assert source(hand_in({**files} | {"corr2d.py": CORR2D}))


def test_links_in_a_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    write(tmp_path, {"secret/pool2d.py": "SECRET", "secret.py": "SECRET"})
    write(folder, {"ann/sub/lenet.py": "regular"})
    for name in ("corr2d.py", "lenet.py", "helper.py"):
        (folder / "ann" / name).symlink_to(tmp_path / "secret.py")
    (folder / "ann" / "linked").symlink_to(tmp_path / "secret")
    submission = one(folder)
    assert "it is a link" in rejection(submission, "corr2d")
    assert source(submission, "lenet").text == "regular"
    assert "pool2d" not in submission.sources
    assert "SECRET" not in repr(submission)


def test_special_files_in_a_folder_are_not_opened(folder: Path) -> None:
    (folder / "ann" / "pool2d.py").mkdir(parents=True)
    os.mkfifo(folder / "ann" / "corr2d.py")
    submission = one(folder)
    assert "not a regular file" in rejection(submission)
    assert "pool2d" not in submission.sources


def test_only_code_counts_towards_the_size_of_a_folder(folder: Path) -> None:
    write(folder, {"ann/corr2d.py": CORR2D, "ann/data.bin": ""})
    os.truncate(folder / "ann" / "data.bin", 200 << 20)
    assert source(one(folder))
    write(folder, {f"ann/{i}.ipynb": "" for i in range(3)})
    for i in range(3):
        os.truncate(folder / "ann" / f"{i}.ipynb", 40 << 20)
    assert_rejected(one(folder), "larger than 100 MiB")


def test_a_repository_with_hooks_is_a_folder_like_any_other(folder: Path) -> None:
    write(folder, {"ann/.git/hooks/post-checkout": "#!/bin/sh\ntouch /tmp/owned\n", "ann/corr2d.py": CORR2D})
    assert list(one(folder).sources) == ["corr2d"]


def test_read_takes_one_entry(folder: Path) -> None:
    write(folder, {"ann/corr2d.py": CORR2D})
    assert read(folder / "ann", EXERCISES, "someone") == Submission("someone", one(folder).sources)
    assert_rejected(read(folder / "nobody", EXERCISES, "nobody"), "cannot be read")


def test_submissions_travel_between_processes(folder: Path) -> None:
    write(folder, {"ann/corr2d.ipynb": notebook(CORR2D), "ann/x.py": "", "ann/pool2d.py": b"\0"})
    assert pickle.loads(pickle.dumps(one(folder))) == one(folder)


# --- single files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_file", ["ann.py", "ann.ipynb"])
@pytest.mark.parametrize(
    ("code", "exercises"),
    [
        (CORR2D, ["corr2d"]),
        ("def conv2d(X, K): ...\n" + POOL2D, ["corr2d", "pool2d"]),
        ("class LeNet:\n    def corr2d(self): ...\n", ["lenet"]),
        ("corr2d = lambda X, K: X\n", ["corr2d"]),
        ("corr2d: object = print\n", ["corr2d"]),
        ("x, [pool2d, y] = 1, (2, 3)\n", ["pool2d"]),
        ("from mine import f as corr2d\n", ["corr2d"]),
        ("import mine as LeNet\n", ["lenet"]),
        ("try:\n    from fast import pool2d\nexcept ImportError:\n    def pool2d(): ...\n", ["pool2d"]),
        ("def f():\n    corr2d = 1\n", []),
        ("print(corr2d)\n", []),
        ("def train():\n    def corr2d(): ...\n", []),
    ],
)
def test_a_single_file_counts_for_what_it_defines(folder: Path, as_file: str, code: str, exercises: list[str]) -> None:
    write(folder, {as_file: code if as_file.endswith(".py") else notebook(code)})
    submission = one(folder)
    assert list(submission.sources) == exercises
    assert bool(submission.notes) == (not exercises)
    for exercise in exercises:
        assert source(submission, exercise).name == as_file
        assert source(submission, exercise).helpers == {}


@pytest.mark.parametrize(
    "code", ["def corr2d(:", "def f(a, a): ...", "x = " + "(" * 300, "-" * 100_000 + "1", "#" + "x" * (256 << 10)]
)
def test_a_single_file_that_cannot_be_examined_counts_for_all(folder: Path, code: str) -> None:
    write(folder, {"ann.py": code})
    assert list(one(folder).sources) == list(EXERCISES)
    assert source(one(folder), "lenet").text == code


@pytest.mark.parametrize("name", ["corr2d.py", "corr2d.ipynb"])
def test_a_single_file_counts_for_its_name(folder: Path, name: str) -> None:
    write(folder, {name: POOL2D if name.endswith(".py") else notebook(POOL2D)})
    assert list(one(folder).sources) == ["corr2d", "pool2d"]


@pytest.mark.parametrize("name", ["ann.py", "ann.ipynb"])
def test_a_single_file_that_cannot_be_read_is_rejected(folder: Path, name: str) -> None:
    write(folder, {name: b"\0"})
    assert_rejected(one(folder), f"{name} cannot be read")


def test_warnings_about_student_code_do_not_escape(folder: Path) -> None:
    write(folder, {"ann.py": "corr2d = '\\d'\n1is 1\n", "bob.ipynb": notebook("corr2d = '\\d'")})
    for submission in collect(folder, EXERCISES):  # warnings are errors in this suite
        assert list(submission.sources) == ["corr2d"]


@pytest.mark.parametrize(
    "bomb",
    [
        "import " + "a." * 100_000 + "a",
        "import " + "a . \\\n" * 40_000 + "a",
        "import " + "é·." * 60_000 + "a",
        "from " + "a." * 100_000 + "a import b",
        "(" * 250_000, "not " * 60_000 + "1", "a" + "+a" * 120_000, "a;" * 120_000,
        "if a: pass\n" + "elif a: pass\n" * 18_000, "lambda:" * 35_000 + "1", "f'" + "{" * 60_000, "9" * 250_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ann.py", "ann.ipynb"])
def test_code_bombs(folder: Path, bomb: str, name: str) -> None:
    write(folder, {name: bomb if name.endswith(".py") else notebook(bomb, CORR2D)})
    assert isinstance(one(folder), Submission)


# --- text --------------------------------------------------------------------------------------------------


def text_of(folder: Path, data: bytes) -> str:
    write(folder, {"ann/corr2d.py": data})
    return source(one(folder)).text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("名 = 'é'\n".encode(), "名 = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# -*- coding: gbk -*-\nx = '名'\n".encode("gbk"), "# -*- coding: gbk -*-\nx = '名'\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = 'é'".encode("latin-1"),
         "#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = 'é'"),
        (b"a\r\nb\rc\nd\x0ce\x0bf\x1cg", "a\nb\nc\nd\x0ce\x0bf\x1cg"),
        ("a = '\u2028'\n".encode(), "a = '\u2028'\n"),
        (b"", ""),
    ],
)  # fmt: skip
def test_text_is_decoded_as_python_decodes_it(folder: Path, data: bytes, text: str) -> None:
    assert text_of(folder, data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x = 1\0\n", "NUL"),
        ("x = 1\n".encode("utf-16"), "UTF-16"),
        (b"a = 1\nb = 2\nc = '\xe9'\n", "not valid utf-8"),
        ("# 名\nx = 1\n".encode("gbk"), "save it as UTF-8"),
        (b"# coding: martian\nx = 1\n", "save it as UTF-8"),
        (b"# coding: punycode\nx-1\n", "save it as UTF-8"),
        (b"# coding: IDNA\nx-1\n", "save it as UTF-8"),
        (b"# coding: undefined\nx-1\n", "save it as UTF-8"),
        (b"# coding: rot13\nk = 1\n", "save it as UTF-8"),
        (b"# coding: zlib\nk = 1\n", "save it as UTF-8"),
        (b"# coding: ../../x\nk = 1\n", "save it as UTF-8"),
        (b"# coding: " + b"x" * 100_000, "save it as UTF-8"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "save it as UTF-8"),
        (b"# coding: unicode_escape\nx = '\\ud800'\n", "save it as UTF-8"),
        (b"# coding: unicode_escape\nx = '\\x00'\n", "NUL"),
        (b"# coding: ascii\nx = '\xe9'\n", "not valid ascii"),
    ],
)
def test_what_is_no_text_is_rejected(folder: Path, data: bytes, reason: str) -> None:
    write(folder, {"ann/corr2d.py": data})
    message = rejection(one(folder))
    assert message.startswith("corr2d.py cannot be read: ")
    assert reason in message


def test_lines_and_places() -> None:
    module = Source("corr2d.py", "a\n\x0cb\n\nd")
    assert [module.line(n) for n in range(-1, 6)] == ["", "", "a", "\x0cb", "", "d", ""]
    assert module.where(7) == "corr2d.py, line 7"
    cells = Source("corr2d.ipynb", "a\nb\n", cells=((1, 1), (3, 2)))
    assert cells.where(2) == "corr2d.ipynb, cell 3, line 2"
    assert cells.where(0) == cells.where(3) == "corr2d.ipynb"


def test_the_digest_covers_name_text_and_helpers() -> None:
    plain = Source("a.py", "b", {"m": "x", "n": "y"})
    others = [
        Source("b.py", "b", {"m": "x", "n": "y"}),
        Source("a.py", "c", {"m": "x", "n": "y"}),
        Source("a.py", "b", {"m": "x"}),
        Source("a.py", "b", {"m": "y", "n": "x"}),
        Source("a.py", "b", {"m": "x", "n": "y"}, ((1, 1),)),
    ]
    assert plain.digest.startswith("sha256:")
    assert plain.digest == Source("a.py", "b", {"n": "y", "m": "x"}).digest
    assert len({plain.digest, *(other.digest for other in others)}) == 6


# --- archives ----------------------------------------------------------------------------------------------

BAD_PATHS = ["../x.py", "a/../../x.py", "a/..", "/abs.py", "..", "a\\..\\b.py", "\\x.py", "C:x.py", "c:/x.py"]


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_paths_that_lead_out_are_rejected(folder: Path, path: str, pack: Callable[[Files], bytes]) -> None:
    write(folder, {f"ann.{'zip' if pack is zipped else 'tgz'}": pack({"corr2d.py": CORR2D, path: "x"})})
    assert_rejected(one(folder), "no path inside the archive", path)
    assert os.listdir(folder.parent) == ["submissions"]


def test_a_nul_in_a_name(folder: Path) -> None:
    data = zipped({"corr2d.py": CORR2D, "aXb.py": ""}).replace(b"aXb.py", b"a\0b.py")
    write(folder, {"ann.zip": data})
    assert_rejected(one(folder))


def test_backslashes_that_are_half_a_character_are_fine(folder: Path) -> None:
    name = b"\xaa\x5c\xe7/corr2d.py"  # some directory in GBK, as Chinese Windows packs it
    data = zipped({"aaa/corr2d.py": CORR2D}).replace(b"aaa/corr2d.py", name)
    write(folder, {"ann.zip": data})
    assert source(one(folder)).text == CORR2D


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_format(folder: Path, format: int) -> None:
    long = "/".join(["d" * 45] * 3)
    files: Files = {f"{long}/corr2d.py": CORR2D, "./pool2d.py": POOL2D, "lenet.py": ""}
    if format != tarfile.USTAR_FORMAT:
        files = {**files} | {f"é{'y' * 200}/helper.py": "", f"{'z' * 120}.py": ""}
    write(folder, {"ann.tar.gz": tarred(files, format)})
    submission = one(folder)
    assert list(submission.sources) == list(EXERCISES)
    assert source(submission, "corr2d").text == CORR2D
    assert source(submission, "pool2d").text == POOL2D


def test_a_tar_made_by_tar(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "work", {"a/corr2d.py": CORR2D, "a/b/pool2d.py": POOL2D})
    with tarfile.open(folder / "ann.tgz", "w:gz") as archive:
        archive.add(tmp_path / "work", arcname=".")
    assert list(one(folder).sources) == ["corr2d", "pool2d"]


def test_pax_headers_are_read_and_their_names_checked(folder: Path) -> None:
    info = tarfile.TarInfo("innocent.py")
    info.pax_headers = {"path": "../../evil.py", "comment": "x"}
    write(folder, {"ann.tgz": tarred_members([(info, "x")])})
    assert_rejected(one(folder), "../../evil.py")


@pytest.mark.parametrize("headers", [{"GNU.sparse.major": "1"}, {"size": "99999999999"}])
def test_pax_headers_that_change_contents_are_rejected(folder: Path, headers: dict[str, str]) -> None:
    info = tarfile.TarInfo("corr2d.py")
    info.pax_headers = headers
    write(folder, {"ann.tgz": tarred_members([(info, CORR2D)])})
    assert_rejected(one(folder), "damaged")


def raw_tar(*blocks: tuple[bytes, bytes]) -> bytes:
    """A tar of (type, content) blocks, all called `corr2d.py`."""
    data = b""
    for kind, content in blocks:
        info = tarfile.TarInfo("corr2d.py")
        info.type, info.size = kind, len(content)
        data += info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)
    return gzip.compress(data + bytes(1024), compresslevel=1)


@pytest.mark.parametrize(
    "pax",
    [b"1" * 900_000, b"99999 path=x\n", b"0 a=b\n", b"-5 a=b\n", b"x a=b\n", b"5", b"\xff", b"1" * (2 << 20)],
)
def test_hostile_pax_headers(folder: Path, pax: bytes) -> None:
    write(folder, {"ann.tgz": raw_tar((tarfile.XHDTYPE, pax), (tarfile.REGTYPE, b""))})
    assert_rejected(one(folder), "damaged")


def test_a_negative_size_in_a_tar(folder: Path) -> None:
    header = bytearray(tarfile.TarInfo("corr2d.py").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"\xff" * 12
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    write(folder, {"ann.tgz": gzip.compress(bytes(header) + bytes(1024))})
    assert_rejected(one(folder), "damaged")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a special file"),
        (tarfile.BLKTYPE, "a special file"),
        (tarfile.FIFOTYPE, "a special file"),
        (tarfile.GNUTYPE_SPARSE, "a special file"),
        (b"Z", "a special file"),
    ],
)
@pytest.mark.parametrize("target", ["/etc/passwd", "corr2d.py"])
def test_tar_links_and_devices_are_rejected(folder: Path, kind: bytes, reason: str, target: str) -> None:
    members: Members = [(tarfile.TarInfo("corr2d.py"), CORR2D)]
    write(folder, {"ann.tgz": tarred_members([*members, (tar_member("pool2d.py", kind, target), "")])})
    assert_rejected(one(folder), "`pool2d.py`", reason, "plain files")


@pytest.mark.parametrize(
    ("mode", "reason"),
    [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "a special file"), (stat.S_IFCHR, "a special file")],
)
def test_zip_links_and_devices_are_rejected(folder: Path, mode: int, reason: str) -> None:
    info = zipfile.ZipInfo("pool2d.py")
    info.create_system, info.external_attr = 3, (mode | 0o644) << 16
    with zipfile.ZipFile(folder / "ann.zip", "w") as archive:
        archive.writestr("corr2d.py", CORR2D)
        archive.writestr(info, "/etc/passwd")
    assert_rejected(one(folder), "`pool2d.py`", reason)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_bomb_of_zeros(folder: Path, pack: Callable[[Files], bytes]) -> None:
    data = pack({"corr2d.py": CORR2D, "zeros.bin": bytes(101 << 20)})
    assert len(data) < 1 << 20
    write(folder, {f"ann.{'zip' if pack is zipped else 'tgz'}": data})
    assert_rejected(one(folder), "larger than 100 MiB")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_bomb_in_pieces(folder: Path, pack: Callable[[Files], bytes]) -> None:
    data = pack({f"{i}.bin": bytes(26 << 20) for i in range(4)})
    write(folder, {f"ann.{'zip' if pack is zipped else 'tgz'}": data})
    assert_rejected(one(folder), "larger than 100 MiB")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_exactly_as_much_as_allowed(folder: Path, pack: Callable[[Files], bytes]) -> None:
    data = pack({"zeros.bin": bytes((100 << 20) - len(CORR2D)), "corr2d.py": CORR2D})
    write(folder, {f"ann.{'zip' if pack is zipped else 'tgz'}": data})
    assert source(one(folder))


def test_a_gzip_bomb(folder: Path) -> None:
    write(folder, {"ann.tgz": gzip.compress(bytes(300 << 20), compresslevel=1)})
    assert_rejected(one(folder), "larger than 100 MiB")


def test_a_large_archive_is_not_even_read(folder: Path) -> None:
    write(folder, {"ann.zip": "", "bob.tgz": ""})
    os.truncate(folder / "ann.zip", 101 << 20)
    os.truncate(folder / "bob.tgz", 101 << 20)
    for submission in collect(folder, EXERCISES):
        assert_rejected(submission, "larger than 100 MiB")


def test_a_central_directory_of_a_million(folder: Path) -> None:
    record = b"PK\x01\x02" + bytes(42)
    directory = record * 300_000
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), 0, 0)
    write(folder, {"ann.zip": directory + end})
    assert_rejected(one(folder), "more than 10,000 files")


def patched_zip(files: Files, local: tuple[int, bytes] | None, central: tuple[int, bytes] | None) -> bytes:
    """A zip whose first headers say something else, from an offset on."""
    data = bytearray(zipped(files))
    if local:
        data[local[0] : local[0] + len(local[1])] = local[1]
    if central:
        start = data.index(b"PK\x01\x02") + central[0]
        data[start : start + len(central[1])] = central[1]
    return bytes(data)


def test_a_lying_size_does_not_hide_a_bomb(folder: Path) -> None:
    small = struct.pack("<I", 10)
    write(folder, {"ann.zip": patched_zip({"zeros.bin": bytes(200 << 20)}, (22, small), (24, small))})
    assert_rejected(one(folder), "damaged")


def test_a_size_that_is_too_large(folder: Path) -> None:
    large = struct.pack("<I", 5000)
    write(folder, {"ann.zip": patched_zip({"corr2d.py": CORR2D}, (22, large), (24, large))})
    assert_rejected(one(folder), "damaged")


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2001])
def test_an_encrypted_zip(folder: Path, flags: int) -> None:
    bits = struct.pack("<H", flags)
    write(folder, {"ann.zip": patched_zip({"corr2d.py": CORR2D}, (6, bits), (8, bits))})
    assert_rejected(one(folder), "password")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression(folder: Path, compression: int) -> None:
    write(folder, {"ann.zip": zipped({"corr2d.py": CORR2D}, compression)})
    assert_rejected(one(folder), "unusual compression")


def test_names_that_differ_between_headers(folder: Path) -> None:
    write(folder, {"ann.zip": patched_zip({"corr2d.py": CORR2D}, (30, b"evil2d.py"), None)})
    assert_rejected(one(folder), "damaged")


def test_a_wrong_checksum(folder: Path) -> None:
    write(folder, {"ann.zip": patched_zip({"corr2d.py": CORR2D}, (14, bytes(4)), (16, bytes(4)))})
    assert_rejected(one(folder), "damaged")


@pytest.mark.parametrize("extension", ["zip", "tgz"])
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_truncated_archive(folder: Path, extension: str, keep: float) -> None:
    pack = zipped if extension == "zip" else tarred
    data = pack({"corr2d.py": CORR2D, "noise.bin": os.urandom(5000)})
    write(folder, {f"ann.{extension}": data[: int(len(data) * keep)]})
    assert_rejected(one(folder), "damaged")


def test_a_tar_that_ends_within_a_file(folder: Path) -> None:
    raw = gzip.decompress(tarred({"corr2d.py": "#" * 2000}))
    write(folder, {"ann.tgz": gzip.compress(raw[:1000]), "bob.tgz": gzip.compress(raw[:300])})
    for submission in collect(folder, EXERCISES):
        assert_rejected(submission, "damaged")


@pytest.mark.parametrize("extension", ["zip", "tgz"])
def test_an_archive_that_is_something_else(folder: Path, extension: str) -> None:
    write(folder, {f"ann.{extension}": CORR2D})
    assert_rejected(one(folder), "damaged or not what its name says")


def test_duplicate_members(folder: Path) -> None:
    members = [(tarfile.TarInfo(name), "x") for name in ("corr2d.py", "./corr2d.py")]
    write(
        folder,
        {"ann.tgz": tarred_members(members), "bob.zip": zipped({"aa.txt": "", "ab.txt": ""}).replace(b"ab.", b"aa.")},
    )
    ann, bob = collect(folder, EXERCISES)
    assert_rejected(ann, "`corr2d.py` twice")
    assert_rejected(bob, "`aa.txt` twice")


def test_folders_may_be_listed_twice(folder: Path) -> None:
    folders = [(tar_member(name, tarfile.DIRTYPE), "") for name in ("a/", "a", "./")]
    write(folder, {"ann.tgz": tarred_members([*folders, (tarfile.TarInfo("a/corr2d.py"), CORR2D)])})
    write(folder, {"bob.zip": zipped({"a/": "", "a/corr2d.py": CORR2D, "Icon\r": ""})})
    for submission in collect(folder, EXERCISES):
        assert source(submission).text == CORR2D


def test_names_in_messages_are_short_and_printable(folder: Path) -> None:
    evil = "../\x1b]0;x\x07\u202e\n::error::" + "x" * 5000
    write(folder, {"ann.zip": zipped({evil: ""}), "bob.tgz": tarred({evil: ""})})
    for submission in collect(folder, EXERCISES):
        assert rejection(submission).isprintable()
        assert len(rejection(submission)) < 300


def test_nothing_is_written_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"ann.zip": zipped({"corr2d.py": CORR2D}), "bob.tgz": tarred({"corr2d.py": CORR2D})})
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def watch(event: str, args: tuple[object, ...]) -> None:
        if active and (
            event in ("exec", "import", "pickle.find_class") or (event == "open" and int(str(args[2])) & writes)
        ):
            seen.append((event, args))

    seen: list[tuple[str, tuple[object, ...]]] = []
    collect(folder, EXERCISES)  # codecs are imported on first use
    active = True
    sys.addaudithook(watch)
    try:
        collect(folder, EXERCISES)
    finally:
        active = False
    assert seen == []


# --- notebooks ---------------------------------------------------------------------------------------------


def converted(folder: Path, *cells: str) -> Source:
    write(folder, {"ann/corr2d.ipynb": notebook(*cells)})
    return source(one(folder))


def code_of(found: Source) -> str:
    """Without the comments that say where the cells begin."""
    return "".join(f"{line}\n" for line in found.text.splitlines() if not line.startswith("#"))


def run(found: Source) -> dict[str, object]:
    namespace: dict[str, object] = {"__name__": "corr2d"}
    exec(compile(found.text, found.name, "exec"), namespace)
    return namespace


def test_definitions_stay_and_the_rest_goes(folder: Path) -> None:
    found = converted(
        folder,
        "import math\nimport plotting_library\nprint(math.pi)",
        "def corr2d(X, K):\n    return math.floor(X) + SIZE\n\ncorr2d(1, 2)\nfor i in range(10):\n    corr2d(i, i)",
        "class Other:\n    pass\nwhile True:\n    pass",
        "BASE = 2; SIZE = BASE * 2; UNUSED = 1 / 0\nplot(SIZE)\nassert False\ndel BASE\nraise SystemExit",
    )
    assert code_of(found) == (
        "import math\n"
        "def corr2d(X, K):\n    return math.floor(X) + SIZE\n"
        "class Other:\n    pass\n"
        "BASE = 2\nSIZE = BASE * 2\n"
    )
    assert run(found)["corr2d"](1.5, 0) == 5  # type: ignore[operator]


def test_places_in_a_notebook(folder: Path) -> None:
    found = converted(
        folder,
        "print(1)",
        "import math\n\n\ndef corr2d(X, K):\n    return f(\n        X)\n",
        "x = 1\nf = (\n  math.sin\n)",
    )
    places = {line: found.where(n) for n, line in enumerate(found.text.splitlines(), start=1)}
    assert places == {
        "# Cell 2": "corr2d.ipynb, cell 2, line 1",
        "import math": "corr2d.ipynb, cell 2, line 1",
        "def corr2d(X, K):": "corr2d.ipynb, cell 2, line 4",
        "    return f(": "corr2d.ipynb, cell 2, line 5",
        "        X)": "corr2d.ipynb, cell 2, line 6",
        "# Cell 3": "corr2d.ipynb, cell 3, line 1",
        "f = (": "corr2d.ipynb, cell 3, line 2",
        "  math.sin": "corr2d.ipynb, cell 3, line 3",
        ")": "corr2d.ipynb, cell 3, line 4",
    }


def test_cells_that_are_not_code_do_not_count(folder: Path) -> None:
    text = json.dumps({
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": "def no(): ..."},
            {"cell_type": "code", "source": [], "outputs": [{"text": "def no(): ..."}]},
            {"cell_type": "raw", "source": ["def no(): ..."]},
            {"cell_type": "code", "source": ["def corr2d(X, K):\n", "    return X"], "metadata": {"x": "def no()"}},
        ],
    })  # fmt: skip
    write(folder, {"ann/corr2d.ipynb": b"\xef\xbb\xbf" + text.encode()})
    found = source(one(folder))
    assert code_of(found) == CORR2D
    assert found.where(2) == "corr2d.ipynb, cell 2, line 1"


def test_nbformat_3(folder: Path) -> None:
    cells = [{"cell_type": "code", "input": [CORR2D]}, {"cell_type": "heading", "source": "x"}]
    write(folder, {"ann/corr2d.ipynb": json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})})
    assert code_of(source(one(folder))) == CORR2D


def test_magics_and_shell_lines_are_dropped(folder: Path) -> None:
    found = converted(
        folder,
        "%matplotlib inline\n!pip install \\\n    torch\n?print\nimport math",
        "%%bash\ndef no(): ...",
        "\n%%time\ndef timed(): ...",
        "def corr2d(X, K):\n    if X:\n        !ls\n    %timeit X\n    return math",
    )
    assert code_of(found) == (
        "import math\ndef timed(): ...\ndef corr2d(X, K):\n    if X:\n        pass\n    pass\n    return math\n"
    )
    assert found.where(found.text.splitlines().index("def timed(): ...") + 1) == "corr2d.ipynb, cell 3, line 3"
    assert one(folder).notes == ("corr2d.ipynb: cell 2 starts with %%bash and is left out",)


def test_lines_of_python_that_look_like_magics_stay(folder: Path) -> None:
    cell = "def corr2d(X, K):\n    '''\n    % of X\n    ! and ?\n    '''\n    return (X\n        % K)\n"
    assert code_of(converted(folder, cell)) == cell


def test_a_cell_that_does_not_parse_costs_that_cell(folder: Path) -> None:
    found = converted(
        folder, CORR2D, "def broken(:\n    pass", "def late():\n    nonlocal x", "\0", "x = '\ud800'", "()" * 200_000
    )
    assert code_of(found) == CORR2D
    notes = one(folder).notes
    assert notes[:2] == (
        "corr2d.ipynb: cell 2 does not parse: invalid syntax (line 1)",
        "corr2d.ipynb: cell 3 does not parse: no binding for nonlocal 'x' found (line 2)",
    )
    assert [note.split(": ")[1] for note in notes[2:]] == [f"cell {n} does not parse" for n in (4, 5, 6)]
    assert "# It does not parse and is left out." in found.text


@pytest.mark.parametrize(
    "cell", ["def corr2d(X, K:\n    return X", "@cache\nclass corr2d(:\n    pass", "corr2d = lambda X: ("]
)
def test_what_such_a_cell_was_to_define_raises_where_it_does_not_parse(folder: Path, cell: str) -> None:
    found = converted(folder, "import torch", f"{cell}\n\ndef helper(): pass")
    namespace: dict[str, object] = {}
    with pytest.raises(SyntaxError) as raised:
        exec(compile(found.text, "corr2d.ipynb", "exec"), namespace)
    line = raised.traceback[-1].lineno + 1
    assert found.text.splitlines()[line - 1].startswith("class corr2d: raise SyntaxError  # your line: ")
    assert found.where(line).startswith("corr2d.ipynb, cell 2, line ")
    assert "helper" not in found.text


def test_notes_are_bounded(folder: Path) -> None:
    converted(folder, *[f"{i} +" for i in range(100)])
    notes = one(folder).notes
    assert len(notes) == 21
    assert notes[-1] == "and 80 more"


def test_a_broken_cell_of_a_single_notebook_still_says_what_it_is_for(folder: Path) -> None:
    write(folder, {"ann.ipynb": notebook("def pool2d(X):\n    return X +")})
    assert list(one(folder).sources) == ["pool2d"]
    assert "cell 1 does not parse" in one(folder).notes[0]


def test_future_imports_come_first(folder: Path) -> None:
    found = converted(folder, CORR2D, "from __future__ import annotations\ndef late(x: Undefined): ...")
    assert run(found)["late"]
    assert found.where(1) == "corr2d.ipynb, cell 2, line 1"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["corr2d = lambda X, K: X"], "corr2d"),
        (["class C:\n    def __call__(self): ...", "corr2d = C()"], "C()"),
        (["import functools", "def f(X, K): ...\ncorr2d = functools.partial(f)"], "import functools"),
        (["class Net: ...", "def forward(self): ...\nNet.forward = forward"], "Net.forward = forward"),
        (["def f(): return table['k']", "table = {}\ntable['k'] = 1"], "table['k'] = 1"),
        (["def f(x=N): ...", "N = 1"], "N = 1"),
        (["class A(Base): ...", "Base = object"], "Base = object"),
        (["@wrap\ndef f(): ...", "wrap = lambda f: f"], "wrap = lambda f: f"),
        (["def f() -> 'T': return n", "n: int = 1"], "n: int = 1"),
        (["def f():\n    global n\n    n += 1", "n = 0"], "n = 0"),
        (["def f(): return [n for _ in ()]", "n = 0\nn += 1"], "n += 1"),
        (["from mine import *", "x = 1"], "from mine import *"),
        (["def f(): return g", "try:\n    import fast as g\nexcept ImportError:\n    print('slow')\n    g = None"],
         "    import fast as g"),
        (["def f(): return d", "if cuda():\n    d = 'cuda'\nelif mps(): d = 'mps'\nelse:\n    d = 'cpu'"],
         "    d = 'cpu'"),
        (["if True:\n    def corr2d(): ..."], "    def corr2d(): ..."),
        (["@(\n  wrap\n)\ndef corr2d(): ..."], "@("),
        (["é = 1; corr2d = 'é'; print(é)"], "corr2d = 'é'"),
    ],
)  # fmt: skip
def test_what_a_definition_needs_is_kept(folder: Path, cells: list[str], expected: str) -> None:
    found = converted(folder, *cells)
    compile(found.text, found.name, "exec")
    assert expected in found.text
    assert one(folder).notes == ()


@pytest.mark.parametrize(
    "cell",
    [
        "history = train()",
        "def f(history):\n    return history\nhistory = train()",
        "def f():\n    history = 1\n    return [history for history in history]\nhistory = train()",
        "if __name__ == '__main__':\n    corr2d = train()",
        "try:\n    corr2d = 1\n    train()\nexcept ValueError:\n    pass",
        "if X:\n    train()",
        "with torch.no_grad():\n    corr2d = train()",
        "from __main__ import train",
        "x: int",
    ],
)
def test_what_no_definition_needs_is_not_kept(folder: Path, cell: str) -> None:
    assert "train" not in converted(folder, cell).text


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"null", b"[]", b"{}", b"{", b"1" * 5000, b"[" * 200_000, b'{"a":' * 200_000, b"\xff\xfe",
        b'{"nbformat": 4}', b'{"nbformat": 5, "cells": []}', b'{"nbformat": 4, "cells": {}}',
        b'{"nbformat": "4", "cells": []}', b'{"nbformat": 4, "cells": [1]}', b'{"nbformat": 3, "worksheets": [1]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {"a": 1}}]}',
        b'{"nbformat": ' + b"9" * 10_000 + b', "cells": []}',
        notebook("x = '\u2028'\x01").replace("\\u0001", "\x01").encode(),
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_rejected(folder: Path, data: bytes) -> None:
    write(folder, {"ann/corr2d.ipynb": data})
    assert "corr2d.ipynb cannot be read: it is not a Jupyter notebook" in rejection(one(folder))


def test_a_notebook_of_a_million_empty_lists(folder: Path) -> None:
    write(folder, {"ann/corr2d.ipynb": b"[" + b"[]," * 2_000_000 + b"[]]"})
    assert "clear them and save it again" in rejection(one(folder))


def test_a_notebook_with_too_much_code(folder: Path) -> None:
    write(folder, {"ann/corr2d.ipynb": notebook(*["#" * 100_000] * 11)})
    assert "too long" in rejection(one(folder))


def test_an_empty_notebook_is_an_empty_module(folder: Path) -> None:
    assert converted(folder).text == ""


@pytest.mark.parametrize("cell", ["a=1;" * 60_000, "def f():a\n" * 4_000, "a=1\n" * 4_000])
def test_a_notebook_with_too_many_statements(folder: Path, cell: str) -> None:
    write(folder, {"ann/corr2d.ipynb": notebook(*[cell] * 3)})
    assert "too long" in rejection(one(folder))


def test_a_chain_of_assignments(folder: Path) -> None:
    chain = "".join(f"a{i} = a{i + 1}\n" for i in range(5_000))
    assert "a4999 = a5000" in converted(folder, chain, "def f(): return a0").text


# --- whatever they hand in ---------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Something close to a good file, so that it gets past the first check."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        changed[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(changed[: draw(st.integers(0, len(changed)))]) if draw(st.booleans()) else bytes(changed)


def damaged_tar() -> st.SearchStrategy[bytes]:
    files: Files = {"corr2d.py": CORR2D, "é" * 60 + "/pool2d.py": POOL2D}
    raws = [gzip.decompress(tarred(files, format)) for format in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)]
    return st.sampled_from(raws).flatmap(damaged).map(lambda raw: gzip.compress(raw, compresslevel=1))


CONTENTS: dict[str, st.SearchStrategy[bytes]] = {
    "a.zip": st.binary(max_size=300) | damaged(zipped({"corr2d.py": CORR2D, "b/pool2d.py": POOL2D})),
    "b.tar.gz": st.binary(max_size=300) | st.binary(max_size=2000).map(gzip.compress) | damaged_tar(),
    "c.ipynb": st.binary(max_size=300) | damaged(notebook("%time\nimport x as LeNet", CORR2D).encode()),
    "d.py": st.binary(max_size=300) | damaged(b"# coding: utf-8\nimport x as LeNet\n" + CORR2D.encode()),
    "e.ipynb": st.lists(st.text(), max_size=4).map(lambda cells: notebook(*cells).encode()),
}


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(contents=st.fixed_dictionaries(CONTENTS))
def test_whatever_is_handed_in_collect_does_not_raise(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "anything"
    folder.mkdir(exist_ok=True)
    write(folder, dict(contents))
    submissions = collect(folder, EXERCISES)
    assert [submission.student for submission in submissions] == ["a", "b", "c", "d", "e"]
    for submission in submissions:
        for found in submission.sources.values():
            assert isinstance(found, Source | Rejected)
            if isinstance(found, Source):
                found.text.encode()
                assert found.digest


@pytest.fixture(autouse=True)
def _removes_large_files(tmp_path: Path) -> Iterator[None]:
    yield
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size > 1 << 20:
            path.unlink()
