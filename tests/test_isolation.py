"""Levels, and that what is reported is what the machine gives to this kind of user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import IsolationError
from autograder.sandbox import isolation
from autograder.sandbox.confine import LAYERS
from autograder.sandbox.isolation import LEVELS, level_of, measure, require
from autograder.sandbox.warm import WarmProcess
from benchmarks.attacks import open_the_way

TRY = "import json; from autograder.sandbox.canaries import try_layers; print(json.dumps(try_layers()))"


@pytest.mark.parametrize(
    ("layers", "level"),
    [
        ({"namespaces", "uid", "rlimits", "landlock", "seccomp"}, "full"),
        ({"namespaces", "rlimits", "landlock", "seccomp"}, "full"),
        ({"rlimits", "landlock", "seccomp"}, "strong"),
        ({"uid", "rlimits", "seccomp"}, "uid"),
        ({"namespaces", "rlimits", "seccomp"}, "uid"),
        ({"rlimits", "seccomp"}, "process"),
        ({"namespaces", "uid", "rlimits", "landlock"}, "process"),
        (set(), "process"),
    ],
)
def test_a_level_is_what_its_layers_amount_to(layers: set[str], level: str) -> None:
    """Without seccomp nothing keeps a submission from the network, so no level says that it does."""
    assert level_of(layers) == level


class TestRequire:
    def test_a_machine_below_the_level_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The refusal says what is there, what is missing and why."""
        monkeypatch.setattr(isolation, "try_layers", lambda: {"seccomp": "the kernel has none"})
        with pytest.raises(
            IsolationError, match=r"level `process`, and `uid` is required \(seccomp: the kernel has none\)"
        ):
            require(FakeWarm(), "uid", private=[tmp_path])

    def test_a_private_folder_that_workers_could_read_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An allowed path may hold nothing of ours."""
        monkeypatch.setattr(isolation, "try_layers", dict)
        with pytest.raises(IsolationError, match="which workers must be able to read"):
            require(FakeWarm(), "uid", private=[Path(sys.prefix) / "lib" / "reference"])

    def test_a_folder_that_modes_do_not_close_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where another user id is all that keeps files away, it must do so for what is private."""
        if os.geteuid() != 0:
            pytest.skip("needs root, or there is no other user id")
        monkeypatch.setattr(isolation, "try_layers", lambda: dict.fromkeys(("namespaces", "landlock"), "old"))
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            Path(folder).chmod(0o711)
            with pytest.raises(IsolationError, match="by their modes alone, and can look into"):
                require(FakeWarm(), "uid", private=[Path(folder)])
            Path(folder).chmod(0o700)
            assert require(FakeWarm(), "uid", private=[Path(folder)]).level == "uid"

    def test_grade_exits_with_3(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is graded, and the reason is on the terminal."""
        monkeypatch.setattr(isolation, "try_layers", lambda: dict.fromkeys(LAYERS, "there is no such thing here"))
        (tmp_path / "class" / "ann").mkdir(parents=True)
        (tmp_path / "class" / "ann" / "corr2d.py").write_text("corr2d = conv2d = None\n")
        root = str(Path(__file__).resolve().parents[1])

        code = main(["grade", str(tmp_path / "class"), "--course", root, "--out", str(tmp_path / "out")])

        assert code == 3
        assert "this machine isolates student code at level `process`" in capfd.readouterr().err
        assert not (tmp_path / "out" / "results.json").exists()


class FakeWarm(WarmProcess):
    """A warm process that was never started."""

    def __init__(self) -> None:
        self.layers: frozenset[str] = frozenset()


def test_workers_get_the_layers_that_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer whose canary got through is not asked for, and is reported with the reason."""
    monkeypatch.setattr(isolation, "try_layers", lambda: {"namespaces": "forbidden", "uid": "not root"})
    warm = FakeWarm()

    found = measure(warm)

    assert warm.layers == {"rlimits", "landlock", "seccomp"}
    assert (found.level, found.layers, found.missing) == (
        "strong",
        ("rlimits", "landlock", "seccomp"),
        {"namespaces": "forbidden"},
    )


# What each kind of user gets. `bare` has no user namespaces, as in most containers.
SETPRIV = "setpriv --reuid=65534 --regid=65534 --clear-groups"
USERS = {
    "root": "{run}",
    "user": SETPRIV + " {run}",
    "bare": SETPRIV + " unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces; "
    'exec setpriv --bounding-set=-all "$@"\' - {run}',
}


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is made of Linux system calls")
@pytest.mark.parametrize("user", USERS)
def test_what_is_reported_is_what_this_kind_of_user_gets(user: str) -> None:
    """Root and ordinary user, with and without user namespaces."""
    if os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("unshare"):
        pytest.skip("needs root, and setpriv and unshare of util-linux, to become others")

    missing = json.loads(_as(user, [sys.executable, "-I", "-c", TRY]).stdout)

    may_unshare = _as(user, ["unshare", "--user", "--net", "true"]).returncode == 0
    if user == "bare":
        assert not may_unshare
        assert "namespaces" in missing
    elif user == "user":
        assert ("namespaces" not in missing) == may_unshare
        assert "uid" in missing
    else:
        assert "uid" not in missing
    assert not {"seccomp", "rlimits"} & set(missing)
    level = level_of(set(LAYERS) - set(missing))
    assert LEVELS.index(level) <= LEVELS.index("uid")


def _as(user: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    run = " ".join(f"'{word}'" for word in command)
    script = open_the_way() + "exec " + USERS[user].format(run=run)
    return subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False)
