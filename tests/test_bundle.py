"""The private side, sealed: who has the key reads it, and nobody changes it."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import bundle
from autograder.bundle import KEY, opened, seal
from autograder.cli import main
from autograder.errors import UsageError
from autograder.exercise import Course, load_course

SECRET = b"assert_close(submission.double(x), reference.double(x))"


@pytest.fixture
def sealed(toy_course: Course, tmp_path: Path) -> tuple[Path, str]:
    """A bundle of the toy course, and its key."""
    file = tmp_path / "checkout" / "course.bundle"
    return file, seal(toy_course, file, None)


class TestOpening:
    def test_what_was_sealed_comes_back(self, sealed: tuple[Path, str], toy_course: Course) -> None:
        file, key = sealed
        with opened(file, key, outside=file.parent) as folder:
            course = load_course(folder)
            assert [each.digest() for each in course.exercises] == [each.digest() for each in toy_course.exercises]
            assert course.salt == toy_course.salt

    def test_the_bundle_does_not_show_it(self, sealed: tuple[Path, str]) -> None:
        assert SECRET not in sealed[0].read_bytes()

    def test_it_lies_where_nobody_else_can_go_and_is_gone_afterwards(self, sealed: tuple[Path, str]) -> None:
        file, key = sealed
        with opened(file, key, outside=file.parent) as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert not folder.is_relative_to(file.parent)
        assert not folder.exists()

    def test_it_is_gone_after_an_error_too(self, sealed: tuple[Path, str]) -> None:
        file, key = sealed
        with pytest.raises(ZeroDivisionError), opened(file, key, outside=file.parent) as folder:
            raise ZeroDivisionError
        assert not folder.exists()

    def test_it_is_gone_after_actions_cancel(self, sealed: tuple[Path, str]) -> None:
        code = """
import sys, time
from pathlib import Path
from autograder.bundle import opened
with opened(Path(sys.argv[1]), sys.argv[2], outside=Path(sys.argv[1]).parent) as folder:
    print(folder, flush=True)
    time.sleep(60)
"""
        command = [sys.executable, "-c", code, str(sealed[0]), sealed[1]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            folder = Path(process.stdout.readline().strip())
            assert (folder / "reference").is_dir()
            process.terminate()
        assert process.returncode == 128 + signal.SIGTERM
        assert not folder.exists()

    def test_never_inside_the_checkout(
        self, sealed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file, key = sealed
        monkeypatch.setattr(bundle, "_MEMORY", tmp_path / "nowhere")
        monkeypatch.setattr("tempfile.tempdir", str(file.parent))
        with pytest.raises(UsageError, match="where students write"), opened(file, key, outside=file.parent):
            pass
        assert [path.name for path in file.parent.iterdir()] == [file.name]


class TestRefusing:
    @pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
    def test_a_bundle_that_was_changed(self, sealed: tuple[Path, str], place: float) -> None:
        file, key = sealed
        head, token = file.read_text().split("\n", 1)
        at = int(place * len(token))
        token = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        file.write_text(f"{head}\n{token}")
        with pytest.raises(UsageError, match="tampered"), opened(file, key, outside=file.parent):
            pass

    def test_a_bundle_that_was_cut_short(self, sealed: tuple[Path, str]) -> None:
        file, key = sealed
        file.write_text(file.read_text()[:-200])
        with pytest.raises(UsageError, match="tampered"), opened(file, key, outside=file.parent):
            pass

    @pytest.mark.parametrize("key", [None, ""])
    def test_a_missing_key(self, sealed: tuple[Path, str], key: str | None) -> None:
        with (
            pytest.raises(UsageError, match=f"{KEY} holds no key"),
            opened(sealed[0], key, outside=sealed[0].parent),
        ):
            pass

    def test_a_wrong_key(self, sealed: tuple[Path, str], toy_course: Course, tmp_path: Path) -> None:
        other = seal(toy_course, tmp_path / "other", None)
        with (
            pytest.raises(UsageError, match="sealed with another key"),
            opened(sealed[0], other, outside=sealed[0].parent),
        ):
            pass

    def test_a_wrong_key_whose_name_was_forged(
        self, sealed: tuple[Path, str], toy_course: Course, tmp_path: Path
    ) -> None:
        other = seal(toy_course, tmp_path / "other", None)
        head = (tmp_path / "other").read_text().split("\n")[0]
        sealed[0].write_text("\n".join([head, *sealed[0].read_text().split("\n")[1:]]))
        with pytest.raises(UsageError, match="tampered"), opened(sealed[0], other, outside=sealed[0].parent):
            pass

    def test_what_is_no_key(self, sealed: tuple[Path, str]) -> None:
        with pytest.raises(UsageError, match="holds no key"), opened(sealed[0], "hunter2", outside=sealed[0].parent):
            pass

    def test_what_is_no_bundle(self, sealed: tuple[Path, str]) -> None:
        file, key = sealed
        file.write_bytes(b"\x80\x04\x95 a pickle")
        with pytest.raises(UsageError, match="no bundle"), opened(file, key, outside=file.parent):
            pass

    def test_a_bundle_that_is_not_there(self, sealed: tuple[Path, str]) -> None:
        with (
            pytest.raises(UsageError, match="cannot be read"),
            opened(sealed[0].with_name("none"), sealed[1], outside=sealed[0].parent),
        ):
            pass

    def test_a_link_in_the_private_side(self, toy_course: Course, tmp_path: Path) -> None:
        (toy_course.root / "reference" / "double" / "wheat").mkdir()
        (toy_course.root / "reference" / "double" / "wheat" / "link.py").symlink_to("/etc/passwd")
        with pytest.raises(UsageError, match=r"link\.py: no regular file"):
            seal(toy_course, tmp_path / "course.bundle", None)


class TestCommand:
    def test_a_new_key_is_shown_once(
        self, toy_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(KEY, raising=False)
        file = tmp_path / "course.bundle"
        assert main(["bundle", "--course", str(toy_course.root), "--to", str(file)]) == 0
        key = capsys.readouterr().out.split("\n")[-2]
        monkeypatch.setenv(KEY, key)
        assert main(["bundle", "--course", str(toy_course.root), "--to", str(file)]) == 0
        assert key not in capsys.readouterr().out
        with opened(file, key, outside=tmp_path / "checkout") as folder:
            assert (folder / "reference" / "course.yaml").is_file()
