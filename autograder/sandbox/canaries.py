"""Start-up canaries: real attacks that each layer of the sandbox must stop on its own.

A layer counts as present only if its canaries failed. They run in workers of small processes that
have not loaded torch, so that they cost a tenth of a second. This process is the victim: it owns
the file that they try to read and change, and the sockets that they try to reach.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox import confine

_SECONDS = 20.0
_MEMORY = 256 << 20
_PTRACE_SEIZE = 0x4206
_SYSCALLS = {
    "x86_64": {"ptrace": 101, "shmget": 29, "io_uring_setup": 425},
    "aarch64": {"ptrace": 117, "shmget": 194, "io_uring_setup": 425},
}


@dataclass(frozen=True)
class Victim:
    """What the canaries attack."""

    pid: int
    file: str
    tcp: tuple[str, int]
    udp: tuple[str, int]
    unix: str


def try_layers() -> dict[str, str]:
    """The layers that this machine does not give, each with the reason."""
    if sys.platform != "linux":
        return dict.fromkeys(confine.LAYERS, f"there is no such thing on {sys.platform}")
    with ExitStack() as stack:
        victim = _victim(stack)
        # Private namespaces are tried in a process of their own, which enters them: from inside, a
        # victim outside is out of reach whatever the other layers do.
        processes = [_start(victim, group) for group in (("namespaces",), ("uid", "landlock", "seccomp", "rlimits"))]
        missing: dict[str, str] = {}
        for process in processes:
            missing |= _finish(process)
        if Path(victim.file).read_text() != _CONTENT:
            raise AssertionError("a canary changed its victim's file, and said that it could not")
    return {layer: missing[layer] for layer in confine.LAYERS if layer in missing}


_CONTENT = "a hidden test"


def _victim(stack: ExitStack) -> Victim:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="autograde-canary-")))
    folder.chmod(0o755)  # the file's own mode must keep another user out, and Landlock the same user
    file = folder / "hidden.py"
    file.write_text(_CONTENT)
    file.chmod(0o600)
    tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    udp.bind(("127.0.0.1", 0))
    unix = stack.enter_context(socket.socket(socket.AF_UNIX))
    unix.bind(str(folder / "socket"))
    unix.listen()
    (folder / "socket").chmod(0o777)
    return Victim(os.getpid(), str(file), tcp.getsockname(), udp.getsockname(), str(folder / "socket"))


def _start(victim: Victim, layers: tuple[str, ...]) -> subprocess.Popen[bytes]:
    order = json.dumps({"victim": asdict(victim), "layers": layers})
    package = Path(__file__).resolve().parents[1]
    code = f"import sys; sys.path.append({str(package.parent)!r}); from autograder.sandbox.canaries import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.defpath},
    )
    assert process.stdin is not None
    process.stdin.write(order.encode())
    process.stdin.close()
    process.stdin = None  # so that communicate() leaves it alone
    return process


def _finish(process: subprocess.Popen[bytes]) -> dict[str, str]:
    try:
        output, errors = process.communicate(timeout=_SECONDS)
        return dict(json.loads(output))
    except (subprocess.TimeoutExpired, ValueError) as error:
        process.kill()
        _, errors = process.communicate()
        said = errors.decode("utf-8", "replace").strip().splitlines()[-1:] or [str(error)]
        return dict.fromkeys(confine.LAYERS, f"the canaries did not finish: {said[0]}")


def main() -> None:
    """In a process of its own: try the layers named on standard input, and print those that failed."""
    order = json.load(sys.stdin)
    victim, layers = Victim(**order["victim"]), order["layers"]
    ready = confine.prepare(confine.readable_paths(), namespaces="namespaces" in layers)
    missing = {layer: reason for layer, reason in ready.missing.items() if layer in layers}
    for layer in layers:
        if layer not in missing and (problem := _try(layer, ready, victim)):
            missing[layer] = problem
    print(json.dumps(missing))


def _try(layer: str, ready: confine.Ready, victim: Victim) -> str:
    """Run the layer's canaries in a worker that has this layer alone; what went wrong, or nothing."""
    policy = confine.Policy(frozenset({layer}), slot=0, cpu_seconds=10, memory_bytes=_MEMORY)
    receive, send = os.pipe()
    pid = ready.fork(policy)
    if pid == 0:
        try:
            confine.confine(policy, ready, keep_fds={send})
            got_through = [name for name, attack in _attacks(victim)[layer].items() if _succeeds(attack)]
            os.write(send, json.dumps(got_through).encode())
        except confine.ConfinementFailed as failure:
            os.write(send, json.dumps(str(failure)).encode())
        finally:
            os._exit(0)
    os.close(send)
    with open(receive, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    told = json.loads(said) if said else "its worker died"
    return told if isinstance(told, str) else f"canaries got through: {', '.join(told)}" if told else ""


def _succeeds(attack: Callable[[], Any]) -> bool:
    try:
        attack()
    except (OSError, MemoryError, ValueError):
        return False
    return True


def _attacks(victim: Victim) -> dict[str, dict[str, Callable[[], Any]]]:
    """By layer, what it must stop without help from any other."""
    folder = os.path.dirname(victim.file)

    def read() -> None:
        with open(victim.file) as file:
            file.read()

    def write() -> None:
        with open(victim.file, "a") as file:
            file.write("!")

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    def connect(family: int, kind: int, protocol: int, address: Any) -> Callable[[], None]:
        def attack() -> None:
            with socket.socket(family, kind, protocol) as attacker:
                attacker.settimeout(1)
                attacker.connect(address)

        return attack

    tcp = connect(socket.AF_INET, socket.SOCK_STREAM, 0, tuple(victim.tcp))
    return {
        "namespaces": {
            "reading a hidden file": read,
            "seeing that a hidden file is there": lambda: os.stat(victim.file),
            "connecting by TCP": tcp,
            "reading the grader's environment": lambda: open(f"/proc/{victim.pid}/environ").close(),
            "signalling the grader": lambda: os.kill(victim.pid, 0),
        },
        "uid": {"reading a hidden file": read, "signalling the grader": lambda: os.kill(victim.pid, 0)},
        "landlock": {
            "reading a hidden file": read,
            "writing a hidden file": write,
            "listing a hidden folder": lambda: os.listdir(folder),
            "making a file": lambda: open(f"{folder}/new", "w").close(),
        },
        "seccomp": {
            "starting a process": fork,
            "running a program": lambda: os.execv("/bin/true", ["true"]),
            "connecting by TCP": tcp,
            "connecting by UDP": connect(socket.AF_INET, socket.SOCK_DGRAM, 0, tuple(victim.udp)),
            "connecting by MPTCP": connect(socket.AF_INET, socket.SOCK_STREAM, 262, tuple(victim.tcp)),
            "connecting to a local socket": connect(socket.AF_UNIX, socket.SOCK_STREAM, 0, victim.unix),
            "changing a hidden file's mode": lambda: os.chmod(victim.file, 0o600),
            "signalling the grader": lambda: os.kill(victim.pid, 0),
            "tracing the grader": lambda: _system_call("ptrace", _PTRACE_SEIZE, victim.pid, 0, 0),
            "sharing memory": lambda: _system_call("shmget", 0, 4096, 0o1600, 0),
            "opening io_uring": lambda: _system_call("io_uring_setup", 1, ctypes.create_string_buffer(120), 0, 0),
            "hiding a program in memory": lambda: os.memfd_create("canary"),
        },
        "rlimits": {
            "taking more memory than allowed": lambda: mmap.mmap(-1, _MEMORY + (1 << 30), mmap.MAP_PRIVATE),
            "taking more shared memory than allowed": lambda: mmap.mmap(-1, _MEMORY + (1 << 30)),
            "opening a thousand files": lambda: [os.dup(0) for _ in range(1000)],
        },
    }


def _system_call(name: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    number = _SYSCALLS[os.uname().machine][name]
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    if libc.syscall(ctypes.c_long(number), *words) == -1:
        raise OSError(ctypes.get_errno(), name)
