"""What travels to the machines of a cluster, and what it becomes there."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from autograder.cluster.node import order, read_order
from autograder.cluster.shipping import digest_of, pack, unpacked
from autograder.errors import MachineryError
from autograder.exercise import Course
from autograder.grading.student import Work
from autograder.submission import Source

RIGHT = "def double(x):\n    return 2 * x\n"


class TestShipping:
    def test_an_order_is_plain_text_that_says_everything(self) -> None:
        source = Source("w.ipynb", "é = '\\ud800'\n", {"double": RIGHT}, ((1, 1), (2, 3)), "a/w.ipynb")
        work = Work("zoë", {"double": source, "quadruple": "no Python"}, ("a note",))
        line = order(work, ("double", "quadruple"))
        assert "\n" not in line
        again, exercises = read_order(line)
        assert (again, exercises) == (work, ("double", "quadruple"))
        assert isinstance(again.sources["double"], Source)
        assert again.sources["double"].digest == source.digest

    def test_the_same_course_has_the_same_digest(self, toy_course: Course) -> None:
        first = pack(toy_course)
        for path in toy_course.root.rglob("*.py"):
            os.utime(path, (1, 1))
        (toy_course.root / "reference" / "double" / "__pycache__").mkdir()
        (toy_course.root / "reference" / "double" / "__pycache__" / "solution.pyc").write_bytes(b"x")
        assert pack(toy_course) == first
        (toy_course.root / "reference" / "course.yaml").write_text("format: 1")
        assert pack(toy_course) != first

    def test_a_private_folder_until_the_last_is_done(
        self, toy_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        packed = pack(toy_course)
        digest = digest_of(packed)
        with unpacked(packed, digest) as folder:
            assert (folder.name, stat.S_IMODE(folder.stat().st_mode)) == (digest, 0o700)
            assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
            shipped = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            with unpacked(packed, digest) as again:
                assert again == folder
            assert folder.is_dir()
        assert not folder.parent.exists()
        assert shipped == {
            path.relative_to(toy_course.root): path.read_bytes()
            for path in toy_course.root.rglob("*") if path.is_file()
        }  # fmt: skip

    def test_what_a_killed_process_left_is_removed_by_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        base = tmp_path / f"autograde-{os.getuid()}"
        base.mkdir(mode=0o700)
        for name in ("0" * 64, "1" * 64 + ".draft"):
            (base / name).mkdir()
        empty = bytes(1024)
        with unpacked(empty, digest_of(empty)):
            assert [path.name for path in base.iterdir()] == [digest_of(empty)]

    def test_another_users_folder_is_not_used(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        (tmp_path / f"autograde-{os.getuid()}").mkdir(mode=0o755)
        with pytest.raises(MachineryError, match="is not a private folder"), unpacked(b"", digest_of(b"")):
            pass

    def test_what_is_not_what_was_sent_is_refused(self) -> None:
        with pytest.raises(MachineryError, match="is not the one that was sent"), unpacked(b"x", digest_of(b"y")):
            pass
