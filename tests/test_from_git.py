"""Repositories as submissions: the right commit, its blobs alone, and nothing run."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import FileError
from autograder.exercise import Course
from autograder.from_git import COMMITS, collect_from_git, read_roster
from autograder.submission import Rejected, Source

FIRST, SECOND = "def double(x):\n    return x\n", "def double(x):\n    return 2 * x\n"
JANUARY, FEBRUARY, MARCH = ("2026-01-01T10:00:00+00:00", "2026-02-01T10:00:00+00:00", "2026-03-01T10:00:00+00:00")


def git(folder: Path, *arguments: str, when: str = JANUARY) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True,
        env={**os.environ, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when},
    )  # fmt: skip
    return done.stdout.strip()


def commit(folder: Path, when: str, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Work", when=when)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: a wrong one in January, a right one in March."""
    folder = tmp_path / "ann"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, JANUARY, double=FIRST)
    commit(folder, MARCH, double=SECOND)
    return folder


def roster(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "roster.csv"
    file.write_text("\n".join(["student,repository,deadline", *rows]) + "\n")
    return file


def text_of(course: Course, file: Path, student: str = "ann") -> str:
    submissions, held = collect_from_git(file, course, file.parent / "out")
    assert not held
    source = next(each for each in submissions if each.student == student).sources["double"]
    assert isinstance(source, Source)
    return source.text


class TestCommits:
    def test_the_last_one_counts(self, toy_course: Course, repository: Path, tmp_path: Path) -> None:
        assert text_of(toy_course, roster(tmp_path, "ann,ann,")) == SECOND

    def test_the_last_one_before_a_deadline_counts(self, toy_course: Course, repository: Path, tmp_path: Path) -> None:
        assert text_of(toy_course, roster(tmp_path, f"ann,ann,{FEBRUARY}")) == FIRST

    def test_work_that_was_only_begun_too_late_is_missing_and_says_why(
        self, toy_course: Course, repository: Path, tmp_path: Path
    ) -> None:
        file = roster(tmp_path, "ann,ann,2025-01-01T00:00:00+00:00")
        (submission,), _held = collect_from_git(file, toy_course, tmp_path / "out")
        assert not submission.sources
        assert submission.notes == ("no commit before 2025-01-01T00:00:00+00:00",)

    def test_a_date_that_was_made_up_does_not_help_where_students_push_to(
        self, toy_course: Course, repository: Path, tmp_path: Path
    ) -> None:
        bare = tmp_path / "server.git"
        git(tmp_path, "clone", "--quiet", "--bare", str(repository), str(bare))
        git(bare, "config", "core.logAllRefUpdates", "always")
        branch = git(repository, "symbolic-ref", "--short", "HEAD")
        late = commit(repository, JANUARY, double="def double(x):\n    return x + x\n")
        git(repository, "push", "--quiet", str(bare), f"HEAD:{branch}", when=MARCH)
        log = bare / "logs" / "refs" / "heads" / branch
        assert late in log.read_text()
        early = git(repository, "rev-parse", "HEAD~1")
        log.write_text(
            f"{'0' * 40} {early} A <a@x.example> {_seconds(JANUARY)} +0000\tpush\n"
            f"{early} {late} A <a@x.example> {_seconds(MARCH)} +0000\tpush\n"
        )
        assert text_of(toy_course, roster(tmp_path, f"ann,server.git,{FEBRUARY}")) == SECOND
        told = json.loads((tmp_path / "out" / COMMITS).read_text())["ann"]
        assert (told["commit"], told["time_is"]) == (early, "of the push")

    def test_what_was_graded_is_written_down(self, toy_course: Course, repository: Path, tmp_path: Path) -> None:
        collect_from_git(roster(tmp_path, f"ann,ann,{FEBRUARY}"), toy_course, tmp_path / "out")
        told = json.loads((tmp_path / "out" / COMMITS).read_text())["ann"]
        assert told["commit"] == git(repository, "rev-parse", "HEAD~1")
        assert (told["time"], told["time_is"]) == (JANUARY, "the committer's word")


def _seconds(when: str) -> int:
    return int(datetime.fromisoformat(when).timestamp())


class TestHostileRepositories:
    def test_nothing_of_it_is_run_or_checked_out(
        self, toy_course: Course, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran = tmp_path / "ran"
        for hook in ("post-checkout", "post-merge", "reference-transaction", "pre-receive"):
            path = repository / ".git" / "hooks" / hook
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\ntouch {ran}\n")
            path.chmod(0o755)
        git(repository, "config", "core.fsmonitor", f"touch {ran}")
        git(repository, "config", "uploadpack.packObjectsHook", f"touch {ran};")
        (repository / ".gitattributes").write_text("*.py filter=evil\n")
        (repository / ".gitmodules").write_text(f'[submodule "x"]\npath = x\nurl = ext::sh -c "touch {ran}"\n')
        (repository / "conftest.py").write_text("raise SystemExit\n")
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.evil.smudge")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"touch {ran}")
        git(repository, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "--all")
        git(
            repository,
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "commit",
            "-qm",
            "Evil",
            when=MARCH,
        )
        ran.unlink(missing_ok=True)  # adding files did run the filter
        assert text_of(toy_course, roster(tmp_path, "ann,ann,")) == SECOND
        assert not ran.exists()

    def test_a_link_is_refused(self, toy_course: Course, repository: Path, tmp_path: Path) -> None:
        (repository / "double.py").unlink()
        (repository / "double.py").symlink_to("/etc/passwd")
        commit(repository, MARCH)
        (submission,), _held = collect_from_git(roster(tmp_path, "ann,ann,"), toy_course, tmp_path / "out")
        found = submission.sources["double"]
        assert isinstance(found, Rejected)
        assert "it is a link" in found.message

    def test_a_file_that_is_too_large_is_not_read(self, toy_course: Course, repository: Path, tmp_path: Path) -> None:
        commit(repository, MARCH, double="#" * ((1 << 20) + 1))
        (submission,), _held = collect_from_git(roster(tmp_path, "ann,ann,"), toy_course, tmp_path / "out")
        found = submission.sources["double"]
        assert isinstance(found, Rejected)
        assert "larger than 1 MiB" in found.message

    def test_trees_that_unfold_to_billions_of_files_cost_their_owner_alone(
        self, toy_course: Course, repository: Path, tmp_path: Path
    ) -> None:
        tree = git(repository, "rev-parse", "HEAD^{tree}")
        for _ in range(10):
            listed = "".join(f"040000 tree {tree}\tf{number}\n" for number in range(10))
            made = subprocess.run(
                ["git", "-C", str(repository), "mktree"], input=listed, capture_output=True, text=True, check=True
            )
            tree = made.stdout.strip()
        bomb = git(repository, "commit-tree", tree, "-m", "Bomb", when=MARCH)
        git(repository, "update-ref", "HEAD", bomb)
        (submission,), _held = collect_from_git(roster(tmp_path, "ann,ann,"), toy_course, tmp_path / "out")
        found = submission.sources["double"]
        assert isinstance(found, Rejected)
        assert "more than 10,000 files" in found.message

    def test_one_that_cannot_be_had_is_held_and_named(
        self, toy_course: Course, repository: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "empty").mkdir()
        file = roster(tmp_path, "ann,ann,", "bob,empty,")
        submissions, held = collect_from_git(file, toy_course, tmp_path / "out")
        assert [each.student for each in submissions] == ["ann"]
        assert held["bob"].startswith("git failed: ")


class TestRoster:
    @pytest.mark.parametrize(
        ("row", "line", "reason"),
        [
            ("ann,ext::sh -c id,", 2, "is no repository"),
            ("ann,ext::https://x.example/,", 2, "is no repository"),
            ("ann,file:///etc,", 2, "`file:///etc` is no repository"),
            ("ann,git://x.example/a,", 2, "`git://x.example/a` is no repository"),
            ("ann,http://x.example/a,", 2, "`http://x.example/a` is no repository"),
            ("ann,--upload-pack=id,", 2, "is no repository"),
            ("ann,https://token@x.example/a,", 2, "credentials do not belong here"),
            ("ann,nowhere,", 2, "nowhere` is no repository"),
            ("ann,ann,tomorrow", 2, "`deadline` is no time with an offset: tomorrow"),
            ("ann,ann,2026-01-01T00:00:00", 2, "is no time with an offset"),
            ("ann,,", 2, "an entry needs student, repository"),
            ("ann,ann,\nann,ann,", 3, "`ann` is there twice"),
            ("ann,ann,,more", 2, "and nothing else"),
        ],
    )
    def test_a_wrong_row_is_an_error_with_its_line(
        self, repository: Path, tmp_path: Path, row: str, line: int, reason: str
    ) -> None:
        with pytest.raises(FileError, match=reason) as raised:
            read_roster(roster(tmp_path, row))
        assert raised.value.line == line

    def test_yaml_says_the_same(self, repository: Path, tmp_path: Path) -> None:
        file = tmp_path / "roster.yaml"
        file.write_text(
            "- {student: ann, repository: ann, deadline: 2026-01-31T23:59:00+01:00}\n"
            "- student: bob\n  repository: git@x.example:school/bob.git\n"
        )
        ann, bob = read_roster(file)
        assert (ann.repository, ann.transport) == (str(repository), "file")
        assert ann.deadline == datetime(2026, 1, 31, 22, 59, tzinfo=UTC)
        assert (bob.repository, bob.transport, bob.deadline) == ("git@x.example:school/bob.git", "ssh", None)

    def test_a_wrong_entry_of_yaml_has_its_line(self, repository: Path, tmp_path: Path) -> None:
        file = tmp_path / "roster.yaml"
        file.write_text("- {student: ann, repository: ann}\n\n- {student: bob, repo: ann}\n")
        with pytest.raises(FileError, match="and nothing else") as raised:
            read_roster(file)
        assert raised.value.line == 3

    @pytest.mark.parametrize("text", ["", "student\nann\n", "student,repository\n"])
    def test_a_file_without_students_is_an_error(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "roster.csv").write_text(text)
        with pytest.raises(FileError):
            read_roster(tmp_path / "roster.csv")


class TestCommand:
    def test_a_class_of_repositories_is_graded_and_the_one_that_failed_is_ungraded(
        self, toy_course: Course, repository: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "empty").mkdir()
        file = roster(tmp_path, f"ann,ann,{FEBRUARY}", "bob,ann,", "eve,empty,")
        out = tmp_path / "grades"
        arguments = ["grade", "--from-git", str(file), "--course", str(toy_course.root), "--exercise", "double"]
        assert main([*arguments, "--out", str(out), "--jobs", "1"]) == 3
        results = json.loads((out / "results.json").read_text())["submissions"]
        told = {each["student"]: each["exercises"][0] for each in results}
        assert told["bob"]["score"] == told["bob"]["points"] == 10
        assert told["ann"]["score"] < 10
        assert (told["eve"]["status"], told["eve"]["score"]) == ("ungraded", None)
        assert json.loads((out / "fingerprint.json").read_text())["course"]
        assert "not graded: eve double: git failed" in capfd.readouterr().err

    @pytest.mark.parametrize("arguments", [["grade"], ["grade", "somewhere", "--from-git", "roster.csv"]])
    def test_either_submissions_or_repositories(
        self, toy_course: Course, arguments: list[str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert main([*arguments, "--course", str(toy_course.root)]) == 2
        assert "takes either SUBMISSIONS or --from-git FILE" in capfd.readouterr().err
