"""The proofs of every exercise in reference/: adding an exercise adds its test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.proof import grading

ROOT = Path(__file__).resolve().parents[1]
IDS = sorted(path.parent.name for path in ROOT.glob("reference/*/exercise.yaml"))


@pytest.mark.parametrize("id", IDS)
def test_the_hidden_tests_of_an_exercise_are_proved(
    id: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reference and wheats get full marks, the stub none, and every chaff is caught and recognised.

    Under the course's own salt: `make validate` proves the same under two more.
    """
    monkeypatch.setattr(grading, "MORE_SALTS", ())
    proof_file = tmp_path / "proof.json"

    code = main(["validate", "--course", str(ROOT), "--exercise", id, "--json", str(proof_file)])

    (proof,) = json.loads(proof_file.read_text())
    assert proof["problems"] == []
    assert proof["reference"] == proof["points"] == 10
    assert proof["stub"] == 0
    assert len(proof["wheats"]) >= 4
    assert set(proof["wheats"].values()) == {10}
    assert all(proof["caught"].values())
    assert code == 0
    assert f"{id}: reference 10/10, stub 0" in capfd.readouterr().out


def test_what_students_receive_is_what_the_reference_gives() -> None:
    """`exercises/` is not stale."""
    assert main(["release", "--check", "--course", str(ROOT)]) == 0
