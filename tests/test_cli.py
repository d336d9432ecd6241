"""The commands as people call them: what they print and how they exit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder import __version__
from autograder.cli import main

ROOT = Path(__file__).resolve().parents[1]

RIGHT = """
import torch

def corr2d(X, K):
    h, w = K.shape
    rows = [[(X[i:i + h, j:j + w] * K).sum() for j in range(X.shape[1] - w + 1)] for i in range(X.shape[0] - h + 1)]
    return torch.stack([torch.stack(row) for row in rows])

def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
"""


@pytest.fixture
def exercises(tmp_path: Path) -> Path:
    """What students have: a copy of one exercise, with the right solution in its stub's place."""
    folder = tmp_path / "exercises"
    shutil.copytree(ROOT / "exercises" / "corr2d", folder / "corr2d")
    (folder / "corr2d" / "corr2d.py").write_text(RIGHT)
    return folder


class TestUsage:
    def test_the_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert (ended.value.code, capsys.readouterr().out) == (0, f"autograde {__version__}\n")

    @pytest.mark.parametrize("command", ["grade", "check", "validate", "release", "report", "new", "doctor"])
    def test_help_ends_with_an_example(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert f"Example: autograde {command}" in " ".join(capsys.readouterr().out.split())

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["grade", "nowhere", "--course", str(ROOT)], "nowhere"),
            (["grade", str(ROOT), "--course", "/"], "/ is not a course: it has no reference/ folder"),
            (["grade", str(ROOT), "--course", str(ROOT), "--exercise", "corr3d"], "no exercise `corr3d`"),
            (["validate", "--course", "nowhere"], "nowhere is not a course"),
            (["check", "nowhere"], "nowhere: there is no such file or folder"),
            (["new", "import", "--course", str(ROOT)], "import"),
        ],
    )
    def test_a_wrong_call_exits_with_2_and_says_why(
        self, arguments: list[str], complaint: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        said = capfd.readouterr().err
        assert said.startswith("autograde: ")
        assert complaint in said
        assert "Traceback" not in said

    def test_a_number_of_jobs_is_above_0(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["grade", "class", "--jobs", "0"])
        assert ended.value.code == 2
        assert "expected a number above 0, not '0'" in capsys.readouterr().err

    def test_a_broken_course_file_is_named_with_its_line(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        shutil.copytree(ROOT / "reference", tmp_path / "reference")
        path = tmp_path / "reference" / "corr2d" / "exercise.yaml"
        path.write_text(path.read_text().replace("points:", "pionts:"))
        number = next(n for n, line in enumerate(path.read_text().splitlines(), 1) if line.startswith("pionts"))
        (tmp_path / "class").mkdir()
        (tmp_path / "class" / "ann.py").write_text(RIGHT)

        assert main(["grade", str(tmp_path / "class"), "--course", str(tmp_path)]) == 2
        assert f"{path}:{number}: unknown key `pionts`" in capfd.readouterr().err


class TestCheck:
    def test_right_work_exits_with_0(self, exercises: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["check", str(exercises)]) == 0
        assert "checks passed" in capfd.readouterr().out

    def test_lost_marks_exit_with_1_and_are_explained(self, exercises: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """Public checks show numbers, shapes, the student's line, and what their code printed."""
        file = exercises / "corr2d" / "corr2d.py"
        file.write_text(
            RIGHT.replace("* K).sum()", "* K).sum() * 3").replace("rows =", "print('here I am')\n    rows =")
        )

        assert main(["check", str(file)]) == 1

        said = capfd.readouterr().out
        assert "values differ; the first at [0, 0]: yours " in said
        assert "here I am (" in said

    def test_the_line_that_raised_is_shown(self, exercises: Path, capfd: pytest.CaptureFixture[str]) -> None:
        file = exercises / "corr2d" / "corr2d.py"
        file.write_text(RIGHT.replace("K.shape\n", "Kernel.shape\n"))

        assert main(["check", str(file)]) == 1

        said = capfd.readouterr().out
        assert "NameError at corr2d.py, line 5: `h, w = Kernel.shape`: name 'Kernel' is not defined" in said

    def test_a_stub_that_is_imported_is_named(self, exercises: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """The file that is still to be written, and not that which imports it."""
        file = exercises / "corr2d" / "corr2d.py"
        file.write_text("import windows\n" + RIGHT.replace("rows =", "windows.all_of(X)\n    rows ="))
        (file.parent / "windows.py").write_text("def all_of(X):\n    raise NotImplementedError\n")

        assert main(["check", str(exercises)]) == 1

        said = capfd.readouterr().out
        assert "NotImplementedError at windows.py, line 2: `raise NotImplementedError`: it is still to be" in said

    def test_a_file_of_another_name_is_checked_and_told_its_own(
        self, exercises: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        file = exercises / "corr2d" / "corr2d (1).py"
        (exercises / "corr2d" / "corr2d.py").rename(file)

        assert main(["check", str(file)]) == 0

        assert "corr2d (1).py is checked as it is; in a folder or an archive" in capfd.readouterr().out


def test_doctor_says_versions_devices_and_layers(capfd: pytest.CaptureFixture[str]) -> None:
    """It always exits with 0: it is there to say what is so."""
    assert main(["doctor"]) == 0
    said = capfd.readouterr()
    assert f"autograde {__version__}, Python" in said.out
    assert "devices: cpu" in said.out
    assert "isolation is `" in said.out
