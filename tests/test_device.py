"""Where checks of devices run; what a GPU would change is tested by `make gpu-check`, on a machine with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import device as device_module
from autograder.device import CPU, GPU, choose
from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.results import Isolation
from autograder.sandbox import confine, gpu, isolation
from autograder.sandbox.connection import Worker
from autograder.sandbox.warm import WarmProcess

FULL = Isolation("full", ("namespaces", "uid", "rlimits", "landlock", "seccomp"))
WEAK = Isolation("process", (), {"seccomp": "the driver says no"})


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A machine with a GPU; what trying it finds is in the list, an Isolation or an error."""
    found: list[Any] = [FULL]

    def measure_gpu(warm: Any) -> Isolation:
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]  # type: ignore[no-any-return]

    monkeypatch.setattr(device_module, "has_gpu", lambda: True)
    monkeypatch.setattr(device_module, "measure_gpu", measure_gpu)
    return found


def chosen(wish: str, level: str = "uid") -> tuple[torch.device, Isolation]:
    return choose(wish, None, FULL, level)  # type: ignore[arg-type]


class TestChoice:
    def test_without_a_gpu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(device_module, "has_gpu", lambda: False)
        assert chosen("auto") == chosen("cpu") == (CPU, FULL)
        with pytest.raises(UsageError, match=r"no CUDA device .*\n.*use --device cpu"):
            chosen("cuda")

    def test_with_one(self, there: list[Any]) -> None:
        assert chosen("auto") == chosen("cuda") == (GPU, FULL)
        assert chosen("cpu") == (CPU, FULL)

    def test_the_weaker_isolation_is_what_counts(self, there: list[Any]) -> None:
        strong = there[0] = Isolation("strong", ("landlock", "seccomp", "rlimits"), {"namespaces": "no"})
        assert chosen("auto") == (GPU, strong)

    def test_one_whose_workers_cannot_be_confined(self, there: list[Any]) -> None:
        there[0] = WEAK
        assert chosen("auto") == (CPU, FULL)
        assert chosen("cuda", "process") == (GPU, WEAK)
        with pytest.raises(IsolationError, match=r"`process`, and `uid` is required \(seccomp: the driver says no\)"):
            chosen("cuda")

    def test_one_that_does_not_work(self, there: list[Any]) -> None:
        there[0] = MachineryError("gpu-unusable", reason="driver too old")
        assert chosen("auto") == (CPU, FULL)
        with pytest.raises(MachineryError, match="driver too old"):
            chosen("cuda")


class TestTrying:
    def test_layers_are_given_up_until_it_works(self, warm: WarmProcess, monkeypatch: pytest.MonkeyPatch) -> None:
        tried: list[frozenset[str]] = []

        def use(warm: WarmProcess, layers: frozenset[str]) -> str:
            tried.append(layers)
            return "cuInit says 100" if "namespaces" in layers or "landlock" in layers else ""

        monkeypatch.setattr(isolation, "_use_gpu", use)
        monkeypatch.setattr(WarmProcess, "start_gpu", lambda self: self)
        kept = warm.layers
        try:
            found = isolation.measure_gpu(warm)
        finally:
            warm.layers = kept
        assert tried[0] == kept
        assert found.layers == tuple(each for each in confine.LAYERS if each in kept - {"namespaces", "landlock"})
        assert found.missing["landlock"] == "with it a worker cannot use the GPU (cuInit says 100)"

    def test_a_machine_without_one_says_so(self) -> None:
        if gpu.devices_of_gpu():
            pytest.skip("there is a GPU here")
        with WarmProcess() as warm:
            isolation.measure(warm)
            with pytest.raises(MachineryError, match=r"no worker can use the GPU: .*NVIDIA"):
                isolation.measure_gpu(warm)

    def test_a_worker_for_the_gpu_may_take_its_devices_and_no_files(self, tmp_path: Path) -> None:
        """/dev/zero in its place: it can be written; a hidden file can still not be read."""
        hidden = tmp_path / "hidden.py"
        hidden.write_text("secret")
        ready = confine.prepare(confine.readable_paths(), namespaces=False, address_space=False, devices=["/dev/zero"])
        if "landlock" not in ready.layers:
            pytest.skip("no Landlock here")
        import os

        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                confine.confine(confine.Policy(frozenset({"landlock"}), 0, 10, 1 << 30), ready, keep_fds=())
                os.write(os.open("/dev/zero", os.O_RDWR), b"x")
                try:
                    os.open(hidden, os.O_RDONLY)
                except PermissionError:
                    status = 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class TestHiding:
    def test_no_worker_sees_a_gpu_unasked(self, warm: WarmProcess) -> None:
        worker: Worker = warm.spawn()
        load = {"op": "load", "module": "mine", "file": "mine.py", "helpers": {}, "supplied": {}}
        worker.ask(load | {"text": "import os\ndef f(): return os.environ.get('CUDA_VISIBLE_DEVICES')\n"})
        assert worker.ask({"op": "call", "target": "f", "args": []})["value"] == ""
        worker.close()

    def test_which_are_meant_is_remembered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(gpu.VISIBLE, "3")
        gpu.visible.cache_clear()
        gpu.hide()
        import os

        assert os.environ[gpu.VISIBLE] == ""
        assert gpu.visible() == "3"
        gpu.visible.cache_clear()
