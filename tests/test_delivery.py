"""What was written is brought to its folder, and nothing that somebody edited there is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.handout.delivery import MANIFEST, deliver


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "draft"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "top.txt").write_text("top")
    (folder / "a" / "b" / "deep.txt").write_text("deep")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_folder_gets_everything(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    assert deliver(draft, out, "plain") == [out / "a/b/deep.txt", out / "top.txt"]
    assert names(out) == [MANIFEST, "a/b/deep.txt", "top.txt"]
    assert deliver(draft, out, "plain") == []


def test_what_is_as_it_was_written_is_replaced_or_removed(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    shutil.rmtree(draft / "a")
    (draft / "top.txt").write_text("new")
    assert deliver(draft, out, "plain") == [out / "a/b/deep.txt", out / "top.txt"]
    assert names(out) == [MANIFEST, "top.txt"]
    assert not (out / "a").exists()
    assert (out / "top.txt").read_text() == "new"


def test_what_somebody_edited_stops_everything(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    (out / "top.txt").write_text("mine")
    (draft / "top.txt").write_text("new")
    (draft / "a/b/deep.txt").write_text("new")
    with pytest.raises(UsageError, match=r"in .*out this is not as .* wrote it: top\.txt"):
        deliver(draft, out, "plain")
    assert (out / "a/b/deep.txt").read_text() == "deep"
    (out / "top.txt").write_text("new")  # the same edit on both sides
    assert deliver(draft, out, "plain") == [out / "a/b/deep.txt"]


def test_an_edited_file_that_is_not_wanted_any_more_is_kept(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    (out / "a/b/deep.txt").write_text("mine")
    shutil.rmtree(draft / "a")
    with pytest.raises(UsageError, match="deep"):
        deliver(draft, out, "plain")
    assert (out / "a/b/deep.txt").read_text() == "mine"


def test_what_others_put_beside_stays_and_is_not_overwritten(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    (out / "submitted").mkdir()
    (out / "submitted" / "work.py").write_text("theirs")
    (draft / "new.txt").write_text("ours")
    (out / "new.txt").write_text("theirs")
    with pytest.raises(UsageError, match="new"):
        deliver(draft, out, "plain")
    (out / "new.txt").unlink()
    deliver(draft, out, "plain")
    assert (out / "submitted" / "work.py").read_text() == "theirs"


def test_a_removed_file_comes_back(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    (out / "top.txt").unlink()
    assert deliver(draft, out, "plain") == [out / "top.txt"]


def test_a_link_in_place_of_a_file_is_not_written_through(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(draft, out, "plain")
    (tmp_path / "elsewhere").write_text("top")
    (out / "top.txt").unlink()
    (out / "top.txt").symlink_to(tmp_path / "elsewhere")
    (draft / "top.txt").write_text("new")
    with pytest.raises(UsageError, match="top"):
        deliver(draft, out, "plain")
    assert (tmp_path / "elsewhere").read_text() == "top"


def test_a_folder_of_somebody_elses_is_refused(draft: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".git").mkdir(parents=True)  # an empty repository is as good as an empty folder
    deliver(draft, out, "plain")
    (tmp_path / "file").write_text("")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.tex").write_text("")
    with pytest.raises(UsageError, match=r"holds thesis\.tex"):
        deliver(draft, tmp_path / "theirs", "plain")
    with pytest.raises(UsageError, match="is not a folder"):
        deliver(draft, tmp_path / "file", "plain")
    with pytest.raises(UsageError, match="holds the format plain, not notebook"):
        deliver(draft, out, "notebook")


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        '{"format": "plain", "files": {"a": 1}}',
        '{"format": "plain", "files": {"../top.txt": "0"}}',
        '{"format": "plain", "files": {"/etc/passwd": "0"}}',
    ],
)
def test_a_list_that_somebody_wrote_is_not_followed(draft: Path, tmp_path: Path, manifest: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(manifest)
    with pytest.raises(UsageError, match="what was edited cannot be told"):
        deliver(draft, out, "plain")
    assert names(out) == [MANIFEST]
