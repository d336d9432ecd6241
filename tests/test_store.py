"""The store: what was put in is there, for the next run and for a reader beside the writer."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.results import CheckResult, ExerciseResult
from autograder.store import FILE, Store, key_of

RESULT = ExerciseResult(
    "toy", "graded", 1.5, 2.0, "说得好", ("corr2d",), "sha256:0", 0.25,
    (CheckResult("toy/values", "value", "It holds.", "failed", 0.0, 1.0, "no", "halved", "Double it."),),
)  # fmt: skip


def test_what_was_put_is_there(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.get("key") is None
        store.put("key", RESULT, "printed\n\ufffd")
        assert store.get("key") == (RESULT, "printed\n\ufffd")
        assert store.get("other") is None
    with Store(tmp_path) as store:
        assert store.get("key") == (RESULT, "printed\n\ufffd")


def test_the_later_result_wins(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.put("key", RESULT, "one")
        store.put("key", RESULT, "two")
        found = store.get("key")
    assert found is not None
    assert found[1] == "two"


def test_a_reader_sees_what_another_process_wrote(tmp_path: Path) -> None:
    with Store(tmp_path) as reader:
        with Store(tmp_path) as writer:
            writer.put("key", RESULT, "")
        assert reader.get("key") is not None


def test_what_was_put_survives_a_kill(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        Store(tmp_path).put("key", RESULT, "")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    with Store(tmp_path) as store:
        assert store.get("key") == (RESULT, "")


@pytest.mark.parametrize("content", [b"not a database, by far; but as long as a header of one would be" * 20, b"x" * 7])
def test_another_file_of_that_name_is_a_usage_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UsageError, match="move it away"):
        Store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_key_depends_on_every_part_and_its_place() -> None:
    keys = [["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["", "a", "b"], ["a"], []]
    assert len({key_of(parts) for parts in keys}) == len(keys)
    assert key_of(["a", "b"]) == key_of(iter(("a", "b")))
