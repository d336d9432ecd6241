"""The warm process: imports and warms torch once, then forks a confined worker per request.

It is started with a clean environment, is told nothing but file descriptors and numbers, and never
runs a line of student code itself, so that a worker finds no secret in the memory it inherits. It
supervises its workers: one whose grader has hung up is killed, and every end is reported.

A control message is a `SPAWN` with three descriptors: the data socket, the write end for the
worker's output, and the status socket. On the status socket go JSON lines: an empty one with a
pidfd of the worker, one if it could not be confined, and one when it has ended.
"""

from __future__ import annotations

import array
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import replace

from autograder.sandbox import confine, limits
from autograder.sandbox.confine import LAYERS
from autograder.sandbox.gpu import devices_of_gpu, readable_for_gpu
from autograder.sandbox.spawn import FORKED, HELLO, SPAWN

HUGE_PAGE, MADV_COLLAPSE = 2 << 20, 25

_WARM_UP = """
import torch
from torch import nn

def f(X, K):
    W = X.unfold(0, 2, 1).unfold(1, 2, 1)
    Y = torch.zeros(W.shape[:2], dtype=X.dtype)
    for i in range(Y.shape[0]):
        Y[i, 0] = (X[i:i + 2, 0:2] * K).sum()
    return Y + torch.einsum("ijkl,kl->ij", W, K) + torch.stack([W.mean((2, 3)), W.amax((2, 3))]).sum(0)

class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(2, 2))

    def forward(self, X):
        return f(X, self.weight)
"""


def main(control_fd: int, gpu: bool) -> None:
    """Warm up, say so, and serve until the control socket closes. With `gpu` the workers can use one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir("/")
    readable, devices = confine.readable_paths(), devices_of_gpu() if gpu else ()
    if gpu:
        readable += readable_for_gpu()
    # Before torch: it must be done with one thread. CUDA reserves more addresses than any limit would grant.
    ready = confine.prepare(readable, address_space=not gpu, devices=devices)
    warm_up()
    tasks = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else threading.active_count()
    if tasks != 1:
        raise SystemExit("the warm process has threads; a fork would not be safe")
    gc.collect()
    gc.freeze()
    _use_huge_pages()
    if "rlimits" in ready.layers:
        ready = replace(ready, usage=limits.usage())
    control = socket.socket(fileno=control_fd)
    control.send(json.dumps({"missing": ready.missing}).encode())
    _serve(control, ready)


def _use_huge_pages() -> None:
    """Gather this process's heap in huge pages: a fork then copies a hundred page table entries, not 50,000.

    Kernels before 6.1 say EINVAL to MADV_COLLAPSE, and forks stay as dear as they are.
    """
    if not os.path.exists("/proc/self/maps"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    with open("/proc/self/maps") as maps:
        regions = [line.split() for line in maps]
    for region in regions:
        start, end = (int(side, 16) for side in region[0].split("-"))
        anonymous = region[1].startswith("rw-p") and (len(region) == 5 or region[5] == "[heap]")
        if anonymous and end - start >= HUGE_PAGE:
            libc.madvise(start, end - start, MADV_COLLAPSE)


def warm_up() -> None:
    """Use once what submissions use, so that a fork finds it loaded and in shared pages.

    Without this the first optimizer step of every worker imports half of torch (1 to 2 s).
    """
    import torch

    from autograder.sandbox import wire, worker  # noqa: F401 (a worker finds it loaded)
    from autograder.sandbox.executor import Executor

    torch.set_num_threads(1)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Sigmoid(), torch.nn.AvgPool2d(2), torch.nn.Flatten())
    for optimizer in (torch.optim.SGD(net.parameters(), lr=0.1), torch.optim.Adam(net.parameters())):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(torch.randn(4, 1, 6, 6)), torch.zeros(4, dtype=torch.int64))
        torch.autograd.backward(loss)
        optimizer.step()
    executor = Executor()
    load = {"op": "load", "module": "warm_up", "file": "warm_up.py", "text": _WARM_UP, "helpers": {}, "supplied": {}}
    executor.execute(wire.decode(wire.encode(load | {"seed": 1})))
    executor.finder.deactivate()
    for dtype in (torch.float32, torch.float64):
        X, K = torch.randn(4, 4, dtype=dtype).requires_grad_(), torch.randn(2, 2, dtype=dtype).requires_grad_()
        call = {"op": "call", "target": "f", "args": [X, K], "grad": True, "watch": dtype is torch.float32}
        reply = executor.execute(wire.decode(wire.encode(call)))
        wire.encode(reply, strided=False)
        executor.execute({"op": "vjp", "graph": reply["graph"], "cotangents": [torch.ones(3, 3, dtype=dtype)]})
    executor.execute({"op": "call", "target": "M", "args": [], "grad": False})
    executor.execute({"op": "call", "target": "f", "args": [1], "grad": False})


def _serve(control: socket.socket, ready: confine.Ready) -> None:
    children: dict[int, socket.socket] = {}  # pid -> status socket
    poller = select.poll()
    poller.register(control, select.POLLIN)
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poller.register(wake_read, select.POLLIN)
    while True:
        for fd, _event in poller.poll():
            if fd == control.fileno():
                spawned = _spawn(control, ready)
                if spawned is None:
                    for pid in children:
                        os.kill(pid, signal.SIGKILL)
                    return
                pid, status = spawned
                children[pid] = status
                poller.register(status, select.POLLIN)  # nothing is ever sent: readable means hung up
            elif fd == wake_read:
                os.read(wake_read, 512)
                for pid in _reap(children):
                    status = children.pop(pid)
                    with suppress(KeyError):
                        poller.unregister(status)
                    status.close()
            else:
                for pid, status in children.items():  # not among them if it has just been reaped
                    if status.fileno() == fd:
                        poller.unregister(fd)
                        os.kill(pid, signal.SIGKILL)


def _spawn(control: socket.socket, ready: confine.Ready) -> tuple[int, socket.socket] | None:
    size = array.array("i").itemsize
    message, ancillary, _, _ = control.recvmsg(SPAWN.size, socket.CMSG_SPACE(3 * size), socket.MSG_WAITALL)
    if not message:
        return None
    bits, slot, cpu_seconds, memory_mb = SPAWN.unpack(message)
    fds = array.array("i", ancillary[0][2])
    data, output, status_fd = fds
    status = socket.socket(fileno=status_fd)
    layers = frozenset(layer for bit, layer in enumerate(LAYERS) if bits >> bit & 1)
    policy = confine.Policy(layers=layers, slot=slot, cpu_seconds=cpu_seconds, memory_bytes=memory_mb << 20)
    pid = ready.fork(policy)
    if pid == 0:
        _become_worker(ready, policy, data, output, status)
    _say_forked(status, pid)
    os.close(data)
    os.close(output)
    return pid, status


def _say_forked(status: socket.socket, pid: int) -> None:
    with suppress(OSError):  # the grader has hung up
        try:
            pidfd = os.pidfd_open(pid)
        except (AttributeError, OSError):  # not Linux, or older than 5.3
            status.send(FORKED)
            return
        try:
            socket.send_fds(status, [FORKED], [pidfd])
        finally:
            os.close(pidfd)


def _become_worker(ready: confine.Ready, policy: confine.Policy, data: int, output: int, status: socket.socket) -> None:
    """Confine this process, then serve; it never returns."""
    try:
        from autograder.sandbox import worker

        null = os.open("/dev/null", os.O_RDONLY)
        for source, target in ((null, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.environ.update(TMPDIR="/tmp", HOME="/tmp", USER="student", TORCHINDUCTOR_CACHE_DIR="/tmp")
        # New objects: those that this process started with may believe that they write to a seekable file.
        sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        try:
            if policy.layers:  # none are asked for where there are none
                confine.confine(policy, ready, keep_fds={data})
        except confine.ConfinementFailed as failure:
            status.send(json.dumps({"refused": str(failure)}).encode() + b"\n")
            return
        connection = socket.socket(fileno=data)
        connection.sendall(HELLO)
        worker.serve(connection)
    finally:
        os._exit(1)


def _reap(children: dict[int, socket.socket]) -> list[int]:
    """The workers that have ended, each reported to its grader."""
    ended = []
    for pid, status in children.items():
        found, code, usage = os.wait4(pid, os.WNOHANG)
        if not found:
            continue
        ended.append(pid)
        report = {
            "signal": os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_kb": usage.ru_maxrss,
        }
        with suppress(OSError):  # the grader has hung up, and knows why
            status.send(json.dumps(report).encode() + b"\n")
    return ended
