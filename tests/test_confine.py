"""Attacks of SECURITY.md section 2 against each layer alone, and against all that a kind of user can have.

pytest is never confined itself: HARNESS runs in a fresh interpreter, plays the warm process, and forks one
worker per attack. What came of an attack is "ok", the name of an error, or "killed by N".
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from autograder.sandbox import confine, limits, seccomp

if sys.platform != "linux":
    pytest.skip("confinement is made of Linux system calls", allow_module_level=True)

import resource
import select

ROOT = Path(__file__).resolve().parents[1]

# Loads the five modules alone: they must not need the rest of the package, nor torch.
LOAD = """
import json, os, sys, types
order = json.loads(sys.argv[1])
for name in ("autograder", "autograder.sandbox"):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [os.path.join(order["root"], *name.split("."))]
from autograder.sandbox import confine, landlock, seccomp
"""

HARNESS = (
    LOAD
    + r"""
import contextlib, ctypes, errno, fcntl, mmap, resource, select, shutil, signal, socket, struct, subprocess
import tempfile, threading, time

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
home = tempfile.mkdtemp()
shared_file = "/dev/shm/" + os.path.basename(home)
secret, path_socket, abstract = home + "/hidden.py", home + "/socket", "\0" + os.path.basename(home)
with open(secret, "w") as file:
    file.write("EXPECTED = 42")
os.chmod(secret, 0o600)
tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
tcp.bind(("127.0.0.1", 0)); tcp.listen()
udp.bind(("127.0.0.1", 0))
listeners = [socket.socket(socket.AF_UNIX) for _ in range(2)]
for listener, address in zip(listeners, (path_socket, abstract)):
    listener.bind(address); listener.listen()
victim = subprocess.Popen(["cat"], stdin=subprocess.PIPE)  # ends when this process does
address_of_tcp, address_of_udp = tcp.getsockname(), udp.getsockname()


def call(number, *arguments):
    "A raw system call; numbers are those of x86_64 and aarch64."
    if isinstance(number, str):
        number = seccomp.numbers(os.uname().machine)[number]
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments],
                          *[ctypes.c_long(0)] * (6 - len(arguments)))
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result


def child(number, *arguments):
    "A system call that returns twice."
    if call(number, *arguments) == 0:
        os._exit(0)


ATTACKS = {
    "read": lambda: open(secret).read(),
    "append": lambda: open(secret, "a").close(),
    "list": lambda: os.listdir(home),
    "stat": lambda: os.stat(secret),
    "chmod": lambda: os.chmod(secret, 0o666),
    "utime": lambda: os.utime(secret),
    "truncate": lambda: os.truncate(secret, 0),
    "setxattr": lambda: os.setxattr(secret, "user.x", b"x"),
    "link": lambda: os.link(secret, home + "/link"),
    "symlink": lambda: os.symlink(secret, home + "/symlink"),
    "rename": lambda: os.rename(secret, secret),
    "mkdir": lambda: os.mkdir(home + "/directory"),
    "unlink": lambda: os.unlink(path_socket),
    "proc": lambda: open(f"/proc/{victim.pid}/environ").read(),
    "tcp": lambda: socket.create_connection(address_of_tcp, 1),
    "udp": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", address_of_udp),
    "mptcp": lambda: socket.socket(proto=262).connect(address_of_tcp),
    "fastopen": lambda: socket.socket().sendto(b"x", socket.MSG_FASTOPEN, address_of_tcp),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "unix_path": lambda: socket.socket(socket.AF_UNIX).connect(path_socket),
    "unix_abstract": lambda: socket.socket(socket.AF_UNIX).connect(abstract),
    "unix_datagram": lambda: socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b"x", path_socket),
    "send_descriptor": lambda: socket.send_fds(socket.socketpair()[0], [b"x"], [0]),
    "socketpair_of_tipc": lambda: socket.socketpair(socket.AF_TIPC),
    "fork": lambda: os.fork() or os._exit(0),
    "clone_process": lambda: child("clone", signal.SIGCHLD),
    "clone_namespace": lambda: child("clone", 0x10000000 | signal.SIGCHLD),
    "clone3": lambda: child(435, struct.pack("=8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64),
    "execve": lambda: os.execv("/bin/cat", ["cat", "/dev/null"]),
    "kill": lambda: os.kill(victim.pid, 0),
    "kill_all": lambda: os.kill(-1, 0),
    "tgkill": lambda: call("tgkill", victim.pid, victim.pid, 0),
    "sigqueue": lambda: call("rt_sigqueueinfo", victim.pid, 0, struct.pack("=iii116x", 0, 0, -1)),
    "signal_by_owner": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, victim.pid),
    "ptrace": lambda: call("ptrace", 0x4206, victim.pid, 0, 0),
    "process_vm_readv": lambda: call("process_vm_readv", victim.pid, struct.pack("PN", id(0), 8), 1,
                                     struct.pack("PN", id(0), 8), 1, 0),
    "pidfd": lambda: os.pidfd_open(victim.pid),
    "prlimit": lambda: resource.prlimit(victim.pid, resource.RLIMIT_CORE, (0, 0)),
    "setpriority": lambda: os.setpriority(os.PRIO_PROCESS, victim.pid, 5),
    "affinity": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "shmget": lambda: call("shmctl", call("shmget", 0, 4096, 0o1600), 0),
    "semget": lambda: call("semctl", call("semget", 0, 1, 0o1600), 0, 0),
    "msgget": lambda: call("msgctl", call("msgget", 0, 0o1600), 0),
    "mq": lambda: (call("mq_open", b"autograde", os.O_CREAT, 0o600, 0), call("mq_unlink", b"autograde")),
    "keyctl": lambda: call("keyctl", 0, -2, 1),
    "add_key": lambda: call("add_key", b"user", b"x", b"x", 1, -2),
    "io_uring": lambda: call("io_uring_setup", 1, ctypes.create_string_buffer(120)),
    "memfd": lambda: os.memfd_create("x"),
    "userfaultfd": lambda: call("userfaultfd", 1),
    "bpf": lambda: call("bpf", 0, ctypes.create_string_buffer(120), 120),
    "perf": lambda: call("perf_event_open", ctypes.create_string_buffer(120), 0, -1, -1, 0),
    "inotify": lambda: call("inotify_init1", 0),
    "unshare": lambda: call("unshare", 0x10000000),
    "mount": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
    "chroot": lambda: os.chroot("/"),
    "setuid": lambda: os.setresuid(-1, -1, -1),
    "personality": lambda: call("personality", 0),
    "dumpable": lambda: call("prctl", 4, 1),
    "outlive_parent": lambda: call("prctl", 1, 0),
    "terminal": lambda: fcntl.ioctl(0, 0x5412, b"x"),
    "flock": lambda: fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH),
    "lock": lambda: fcntl.lockf(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH),
    "notify": lambda: fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), fcntl.F_NOTIFY, 1),
    "x32": lambda: call(0x40000000 | 39),
    "write_library": lambda: open(os.__file__, "r+").close(),
    "write_shared_memory": lambda: (open(shared_file, "x").close(), os.unlink(shared_file)),
    "allocate": lambda: bytearray(512 << 20),
    "allocate_shared": lambda: mmap.mmap(-1, 512 << 20),
    "map_shared": lambda: mmap.mmap(-1, 4096),
    "read_mount": lambda: open(order["readable"][0] + "/mount/file").read(),
    "write_mount": lambda: open(order["readable"][0] + "/mount/file", "r+").close(),
    "write_above_mount": lambda: open(os.path.dirname(order["readable"][0]) + "/planted", "x").close(),
    "write_beside_mount": lambda: open(order["readable"][0] + "/file", "r+").close(),
    "nameless_file": lambda: os.close(os.open(os.path.dirname(home), os.O_TMPFILE | os.O_RDWR)),
    "tmp_file": lambda: (open(home + "-x", "x").close(), os.unlink(home + "-x")),
}


def attack(function):
    ATTACKS[function.__name__] = function


@attack
def int80():
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    code.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")  # mov eax, getpid; int 0x80; ret
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


@attack
def spin():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


@attack
def many_threads():
    end = threading.Event()
    threads = [threading.Thread(target=end.wait, daemon=True) for _ in range(100)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        raise OSError(errno.EAGAIN, "") from None
    finally:
        end.set()


@attack
def many_files():
    files = [open(os.devnull) for _ in range(200)]


def write(megabytes):
    with open("/tmp/x", "wb") as file:
        for _ in range(megabytes):
            file.write(bytes(1 << 20))


@attack
def large_file():
    write(20)


@attack
def fill_tmp():
    write(65)


@attack
def many_tmp_files():
    for number in range(1001):
        open(f"/tmp/{number}", "w").close()


@attack
def useful():
    "Everything that has to work in every worker."
    import xml.dom.minidom, decimal, _lsprof  # not loaded yet, one a shared library
    done = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start(); thread.join()
    assert done == [1]
    one, two = socket.socketpair()
    one.send(b"x"); one.settimeout(1)
    assert two.recv(1) == b"x"
    os.kill(os.getpid(), 0)
    open(os.devnull, "w").write("x")
    assert len(open("/dev/urandom", "rb").read(8)) == 8
    assert b"processor" in open("/proc/cpuinfo", "rb").read()
    import asyncio, datetime, zoneinfo
    assert asyncio.run(asyncio.sleep(0, 3)) == 3
    assert len(bytearray(64 << 20)) == 64 << 20
    resource.getrlimit(resource.RLIMIT_CPU)
    time.sleep(0.001)


@attack
def state():
    "What the process has become."
    capabilities = ctypes.create_string_buffer(24)
    call("capget", struct.pack("=Ii", 0x20080522, 0), capabilities)
    def has(fd):
        try:
            return fcntl.fcntl(fd, fcntl.F_GETFD) >= 0
        except OSError:
            return False
    return {
        "fds": [fd for fd in range(1024) if has(fd)],
        "first": os.getpid() == 1, "leader": os.getsid(0) == os.getpid(),
        "ids": sorted({*os.getresuid(), *os.getresgid()}),
        "capabilities": any(capabilities.raw),
        "bounding_set": any(libc.prctl(23, number, 0, 0, 0) == 1 for number in range(64)),
        "no_new_privileges": libc.prctl(39, 0, 0, 0, 0), "dumpable": libc.prctl(3, 0, 0, 0, 0),
        "home": os.path.exists(home), "proc": os.path.exists("/proc/self"), "tmp": os.path.isdir("/tmp"),
    }


@attack
def torch_works():
    import numpy, torch
    from torch import nn
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(torch.randn(5, 1, 8, 8)), torch.zeros(5, dtype=torch.int64)).backward()
        optimizer.step()
    X = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda X: torch.einsum("ij,jk->ik", X, X).sin(), X)
    numpy.linalg.svd(numpy.ones((5, 5))); torch.linalg.svd(X); torch.fft.rfft2(X.detach())
    torch.jit.trace(net.eval(), torch.randn(1, 1, 8, 8))(torch.randn(2, 1, 8, 8))
    torch.func.vmap(torch.func.grad(lambda x: (x * x).sum()))(torch.randn(3, 3))
    with torch.autograd.detect_anomaly(check_nan=False):
        nn.MultiheadAttention(8, 2)(*[torch.randn(3, 1, 8)] * 3)[0].sum().backward()
    import io
    stream = io.BytesIO(); torch.save(net.state_dict(), stream); stream.seek(0); torch.load(stream)


@attack
def torch_script():
    import torch
    assert torch.jit.CompilationUnit("def double(x):\n    return x + x\n").double(torch.ones(2)).sum() == 4
    torch.jit.script(torch.nn.Conv2d(1, 1, 2))(torch.ones(1, 1, 3, 3))  # reads torch's sources


@attack
def torch_threads():
    import torch
    torch.set_num_threads(2)
    (torch.randn(300, 300) @ torch.randn(300, 300)).sum()
    torch.nn.functional.conv2d(torch.randn(8, 3, 64, 64), torch.randn(8, 3, 5, 5))


def run(ready, layers, name):
    policy = confine.Policy(frozenset(layers), slot=7, cpu_seconds=1 if name == "spin" else 20,
                            memory_bytes=order.get("memory", 256 << 20))
    reader, writer = os.pipe()
    pid = ready.fork(policy)
    if pid == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            confine.confine(policy, ready, [writer])
            report = ATTACKS[name]()
            report = report if isinstance(report, dict) else "ok"
        except confine.ConfinementFailed as failure:
            report = f"not confined: {failure}"
        except MemoryError:
            report = "ENOMEM"
        except OSError as problem:
            report = errno.errorcode.get(problem.errno, repr(problem))
        except BaseException as problem:
            report = repr(problem)
        os.write(writer, json.dumps(report).encode())
        os._exit(0)
    os.close(writer)
    hung = not select.select([reader], [], [], 10)[0]
    if hung:
        os.kill(pid, signal.SIGKILL)
    with open(reader) as pipe:
        report = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if name == "execve" and not report and status == 0:
        return "ok"
    if hung:
        return "hung"
    return json.loads(report) if report else f"killed by {-status}"


try:
    readable = (*confine.readable_paths(), *order.get("readable", ()))
    ready = confine.prepare(readable, **order.get("options", {}))
    if order.get("torch"):
        os.environ["OMP_NUM_THREADS"] = "1"
        import numpy, torch, torch._dynamo
    results = {}
    for label, layers, names in order["jobs"]:
        results[label] = {name: run(ready, ready.layers if layers is None else layers, name) for name in names}
    answer = {"way": ready.namespaces.way, "missing": ready.missing, "abi": landlock.abi()[0], "results": results}
    print(json.dumps(answer))
finally:
    shutil.rmtree(home, ignore_errors=True)
    for path in (shared_file, home + "-x"):
        with contextlib.suppress(OSError):
            os.unlink(path)
"""
)

# --- starting the harness ---------------------------------------------------------------------------------

AS_OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
AS_HALF_ROOT = ["setpriv", "--bounding-set=-sys_admin"]
WITHOUT_NAMESPACES = [
    *["unshare", "--user", "--map-root-user", "sh", "-c"],
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all "$@"',
    "sh",
]
USERS = ["root", "half root", "user", "bare"]


@cache
def python_for_others() -> str | None:
    """An interpreter that the other user can run: ours may be below a home directory that is closed to it."""
    for python in (sys.executable, "/usr/bin/python3"):
        code = "import ctypes, sys; sys.exit(sys.version_info < (3, 11))"
        test = [*AS_OTHER_USER, "sh", "-c", 'exec "$@"', "sh", python, "-I", "-c", code]  # setpriv execs as root
        if subprocess.run(test, capture_output=True, check=False).returncode == 0:
            return python
    return None


def command(user: str) -> list[str]:
    """How to start Python as "root", "half root" (no CAP_SYS_ADMIN), "user", or "bare" (no user namespaces either)."""
    if not shutil.which("setpriv") or not shutil.which("unshare"):
        pytest.skip("needs setpriv and unshare of util-linux")
    prefix = WITHOUT_NAMESPACES if user == "bare" else []
    if os.geteuid() != 0:
        if "root" in user:
            pytest.skip("needs root")
        python = sys.executable
    elif "root" in user:
        prefix = AS_HALF_ROOT if user == "half root" else []
        python = sys.executable
    else:
        prefix = [*AS_OTHER_USER, *prefix]
        python = python_for_others()
    if python is None:
        pytest.skip("no Python 3.11 that another user than root can run")
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"this machine does not let us become {user!r}")
    return [*prefix, python]


def start(user: str, program: str, prefix: tuple[str, ...] = (), **order: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, *command(user), "-I", "-B", "-c", program, json.dumps({"root": str(ROOT), **order})],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )


def attack(user: str, layers: list[str] | None, attacks: list[str], **order: object) -> dict:
    """Attack from workers with these layers (None: all that there are)."""
    process = start(user, HARNESS, jobs=[["", layers, attacks]], **order)
    output, errors = process.communicate(timeout=50)
    assert process.returncode == 0, errors
    answer = json.loads(output)
    return answer | {"outcomes": answer.pop("results")[""]}


def outcomes(*arguments, **order) -> dict:
    return attack(*arguments, **order)["outcomes"]


# --- attacks ----------------------------------------------------------------------------------------------

FILES = ["read", "append", "list", "stat", "chmod", "utime", "truncate", "rename", "link", "symlink", "mkdir"]
NETWORK = ["tcp", "udp", "fastopen", "mptcp", "unix_abstract"]
OTHERS = ["kill", "tgkill", "sigqueue", "prlimit", "ptrace", "process_vm_readv", "pidfd", "signal_by_owner"]
FORKS = ["fork", "clone_process", "clone_namespace"]
KERNEL = [
    *["shmget", "semget", "msgget", "mq", "keyctl", "add_key", "io_uring", "memfd", "userfaultfd", "bpf", "perf"],
    *["inotify", "unshare", "mount", "chroot", "setuid", "personality", "dumpable", "outlive_parent", "terminal"],
    *["flock", "lock", "notify", "affinity", "kill_all", "setpriority", "netlink", "unix_path", "unix_datagram"],
    *["send_descriptor", "socketpair_of_tipc", "execve", "setxattr", "unlink"],
]
RESOURCES = ["allocate", "allocate_shared", "many_threads", "many_files"]
ATTACKS = [*FILES, *NETWORK, *OTHERS, *FORKS, *KERNEL, *RESOURCES, "clone3", "x32", "int80"]
ATTACKS += ["write_library", "write_shared_memory", "tmp_file", "proc"]

# What each layer has to stop alone, and with which error.
ALONE = {
    "namespaces": dict.fromkeys([*FILES, "execve", "write_shared_memory"], "ENOENT")
    | dict.fromkeys(["tcp", "udp", "fastopen", "mptcp"], "ENETUNREACH")
    | {"unix_abstract": "ECONNREFUSED", "kill_all": "ESRCH"}
    | dict.fromkeys(OTHERS, "ESRCH"),
    "uid": dict.fromkeys(FILES, "EACCES") | dict.fromkeys(["kill", "tgkill", "sigqueue", "prlimit", "ptrace"], "EPERM"),
    "rlimits": dict.fromkeys(["allocate", "allocate_shared"], "ENOMEM") | {"many_files": "EMFILE"},
    "landlock": dict.fromkeys(["read", "append", "list", "execve", "write_shared_memory"], "EACCES")
    | dict.fromkeys(["ptrace", "process_vm_readv"], "EPERM"),
    "seccomp": dict.fromkeys([*FILES[4:], *NETWORK, *OTHERS, *FORKS, *KERNEL], "EPERM")
    | {"clone3": "ENOSYS", "x32": f"killed by {signal.SIGSYS}"},
}
ALONE_SINCE_ABI = {
    3: {"truncate": "EACCES"},
    4: {"tcp": "EACCES"},
    6: {"unix_abstract": "EPERM", "kill": "EPERM", "sigqueue": "EPERM"},
}
if os.uname().machine == "x86_64":
    ALONE["seccomp"]["int80"] = f"killed by {signal.SIGSYS}"


@pytest.mark.parametrize("user", ["root", "user"])
def test_the_attacks_are_real(user):
    attacks = [*FILES, *NETWORK[:2], "unix_abstract", "fork", "clone_process", "execve", "kill", "shmget", *RESOURCES]
    attacks += ["useful"]
    assert outcomes(user, [], attacks, options={"namespaces": False}) == dict.fromkeys(attacks, "ok")


@pytest.mark.parametrize(
    ("user", "layer"),
    [(user, layer) for user in ("root", "user") for layer in ALONE if (user, layer) != ("user", "uid")],
)
def test_each_layer_alone(user, layer):
    # Another uid alone cannot be promised the interpreter: it may be below a home directory that is closed to it.
    expected = ALONE[layer] | ({} if layer == "uid" else {"useful": "ok"})
    answer = attack(user, [layer], list(expected), options={"namespaces": layer == "namespaces"})
    if layer in answer["missing"]:
        pytest.skip(f"{layer}: {answer['missing'][layer]}")
    assert answer["outcomes"] == expected


@pytest.mark.parametrize("abi", ALONE_SINCE_ABI)
def test_newer_landlock_alone(abi):
    expected = ALONE_SINCE_ABI[abi]
    answer = attack("user", ["landlock"], list(expected), options={"namespaces": False})
    if answer["abi"] < abi:
        pytest.skip(f"Landlock {answer['abi']}")
    assert answer["outcomes"] == expected


@pytest.mark.parametrize(
    ("user", "way", "missing", "successes"),
    [
        ("root", "caps", set(), set()),
        ("half root", "userns", {"uid"}, set()),
        ("user", "userns", {"uid"}, set()),
        ("bare", None, {"uid", "namespaces"}, {"stat"}),  # the one thing that only a private root hides
    ],
)
def test_all_layers(user, way, missing, successes):
    answer = attack(user, None, [*ATTACKS, "useful"])
    if {"landlock", "seccomp"} & answer["missing"].keys() or (way and not answer["way"]):
        pytest.skip(f"{answer['missing']}")
    assert (answer["way"], answer["missing"].keys()) == (way, missing)
    assert {name for name, outcome in answer["outcomes"].items() if outcome == "ok"} == successes | {"useful"}
    assert not [outcome for outcome in answer["outcomes"].values() if outcome.startswith(("hung", "not confined"))]


def test_root_in_a_container_has_all_but_namespaces():
    answer = attack("root", None, ATTACKS, options={"namespaces": False})
    if answer["missing"].keys() != {"namespaces"}:
        pytest.skip(f"{answer['missing']}")
    assert not [name for name, outcome in answer["outcomes"].items() if outcome == "ok"]


def test_where_modes_alone_keep_files_nothing_is_opened_for_writing():
    """Files that everybody may write would outlive the worker, and carry hidden inputs to the next one."""
    writes = ["append", "tmp_file", "write_shared_memory", "write_library", "fill_tmp", "nameless_file"]
    layers = ["uid", "rlimits", "seccomp"]
    assert outcomes("root", layers, writes, options={"namespaces": False}) == dict.fromkeys(writes, "EPERM")


@pytest.mark.parametrize("user", USERS)
def test_what_a_worker_has_become(user):
    layers = {"namespaces": user != "bare", "uid": user == "root", "rlimits": True, "landlock": True}
    chosen = [layer for layer, wanted in layers.items() if wanted]
    hidden = layers["namespaces"]
    state = outcomes(user, chosen, ["state"])["state"]
    assert len(state.pop("fds")) == 4  # stdio and the one that was kept
    if os.geteuid() == 0:
        assert state.pop("ids") == [{"root": 60007, "half root": 0, "user": 65534, "bare": 0}[user]]
    assert state | {"ids": None} == {
        "ids": None,
        "first": hidden,
        "leader": True,
        "capabilities": False,
        "bounding_set": False,
        "no_new_privileges": 1,
        "dumpable": 0,
        "home": not hidden,
        "proc": not hidden,
        "tmp": True,
    }


@pytest.mark.parametrize("user", ["root", "half root", "user"])
def test_torch_works_under_all_layers(user):
    python = command(user)[-1]
    if python != sys.executable:
        pytest.skip("the interpreter that another user can run has no torch")
    attacks = ["torch_works", "torch_script", "torch_threads"]
    assert outcomes(user, None, attacks, torch=True, memory=1 << 30) == dict.fromkeys(attacks, "ok")


# --- limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["root", "user"])
def test_threads_are_counted_per_worker(user):
    layers = ["rlimits", "uid"] if user == "root" else ["rlimits", "namespaces"]
    assert outcomes(user, layers, ["many_threads"]) == {"many_threads": "EAGAIN"}


def test_processor_time_ends_with_a_kill():
    assert outcomes("user", None, ["spin"]) == {"spin": f"killed by {signal.SIGKILL}"}


@pytest.mark.parametrize("user", ["root", "user"])
def test_tmp_is_small(user):
    attacks = ["fill_tmp", "many_tmp_files"]
    assert outcomes(user, ["namespaces"], attacks) == dict.fromkeys(attacks, "ENOSPC")
    assert outcomes(user, ["namespaces", "rlimits"], ["large_file"]) == {"large_file": "EFBIG"}


def test_shared_memory_is_denied_where_it_cannot_be_counted():
    expected = {"map_shared": "EPERM", "allocate": "ENOMEM", "useful": "ok"}
    assert outcomes("user", ["seccomp", "rlimits"], list(expected), options={"address_space": False}) == expected


def test_limits_are_relative_to_what_there_is():
    found = limits.compute(limits.Usage(1000, 100), cpu_seconds=3, memory_bytes=5, threads=64)
    assert found[resource.RLIMIT_AS] == (1005, 1005)
    assert found[resource.RLIMIT_DATA] == (105, 105)
    assert found[resource.RLIMIT_CPU] == (3, 4)
    assert found[resource.RLIMIT_CORE] == (0, 0)
    assert resource.RLIMIT_AS not in limits.compute(
        limits.Usage(1000, 100), cpu_seconds=3, memory_bytes=5, threads=64, address_space=False
    )


# --- the private root -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["root", "half root", "user"])
def test_mounts_inside_readable_trees_are_read_only_too(user, request):
    if os.geteuid() != 0:
        pytest.skip("needs root to mount something")
    tree = Path(tempfile.mkdtemp(dir="/tmp"))
    request.addfinalizer(lambda: shutil.rmtree(tree))
    tree.chmod(0o755)
    for name in ("real/file", "real/mount/file"):
        (tree / name).parent.mkdir(parents=True)
        (tree / name).touch()
        (tree / name).chmod(0o666)
    (tree / "link").symlink_to("real")
    mount = f"mount -t tmpfs -o nosuid,nodev,noexec none {tree}/real/mount && echo x > {tree}/real/mount/file"
    prefix = ("unshare", "--mount", "sh", "-c", mount + f' && chmod 666 {tree}/real/mount/file && exec "$@"', "sh")
    order = {"prefix": prefix, "readable": [f"{tree}/link"]}
    writes = ["write_mount", "write_beside_mount", "write_above_mount"]
    assert outcomes(user, ["namespaces"], writes, **order) == dict.fromkeys(writes, "EROFS")
    assert outcomes(user, ["namespaces", "landlock"], ["read_mount"], **order) == {"read_mount": "ok"}


def test_readable_paths_hold_no_project_no_home_and_no_temp_directory():
    paths = [Path(path).resolve(strict=True) for path in confine.readable_paths()]
    for private in (ROOT, Path.home(), Path("/tmp")):
        assert not [path for path in paths if private.is_relative_to(path)]
    assert any(Path(json.__file__).resolve().is_relative_to(path) for path in paths)
    assert any(Path(pytest.__file__).resolve().is_relative_to(path) for path in paths)


def test_the_folder_in_which_torch_lies_is_readable_wherever_a_pth_file_has_found_it(tmp_path):
    """What torch imports only when it is used would be missing, and cost right submissions their marks."""
    (tmp_path / "elsewhere" / "torch").mkdir(parents=True)
    (tmp_path / "elsewhere" / "torch" / "__init__.py").touch()
    program = LOAD + "sys.path.insert(0, order['elsewhere']); print(json.dumps(confine.readable_paths()))"
    order = json.dumps({"root": str(ROOT), "elsewhere": str(tmp_path / "elsewhere")})
    said = subprocess.run([sys.executable, "-I", "-c", program, order], capture_output=True, text=True, check=True)
    assert str(tmp_path / "elsewhere") in json.loads(said.stdout)
    assert not [path for path in json.loads(said.stdout) if path == str(tmp_path)]


# --- failures ---------------------------------------------------------------------------------------------

FORK_AND_WAIT = (
    LOAD
    + r"""
import signal, time
ready = confine.prepare(confine.readable_paths(), namespaces=order["namespaces"])
policy = confine.Policy(ready.layers, slot=7, cpu_seconds=5, memory_bytes=1 << 28)
reader, writer = os.pipe()
if ready.fork(policy) == 0:
    if order["late"]:
        os.read(reader, 1)
        os.close(writer)
        time.sleep(0.5)  # the parent is dead by now
    try:
        confine.confine(policy, ready, [])
        os.write(1, b"confined ")
    except confine.ConfinementFailed as failure:
        os.write(1, f"{failure.layer} {failure}".encode())
        os._exit(1)
    time.sleep(30)
    os._exit(0)
os.write(writer, b"x")
if order["late"]:
    os._exit(3)
time.sleep(30)
"""
)


@pytest.mark.parametrize("namespaces", [True, False])
@pytest.mark.parametrize("user", ["root", "user"])
def test_a_worker_dies_with_the_process_that_forked_it(user, namespaces):
    process = start(user, FORK_AND_WAIT, namespaces=namespaces, late=False)
    assert process.stdout.read(9) == "confined "
    process.kill()
    hung_up, _, _ = select.select([process.stdout], [], [], 25)  # the worker, which sleeps longer, holds the other end
    assert hung_up
    assert process.stdout.read() == ""
    process.communicate()


@pytest.mark.parametrize("user", ["root", "user"])
def test_a_worker_notices_that_its_parent_died_before(user):
    process = start(user, FORK_AND_WAIT, namespaces=False, late=True)
    output, _ = process.communicate(timeout=20)
    assert output.startswith("process process: [Errno 3] the parent has died")
    assert process.returncode == 3


@pytest.mark.parametrize(("end", "status"), [("sys.exit(7)", 7), ("import ctypes; ctypes.string_at(0)", 128 + 11)])
def test_the_doorman_ends_as_the_warm_process_does(end, status):
    process = start("user", LOAD + "assert confine.prepare([]).namespaces.way in ('userns', None)\n" + end)
    process.communicate(timeout=20)
    assert process.returncode in (status, 128 - status)  # negative without namespaces, and so without a doorman


@pytest.mark.parametrize("layer", ["namespaces", "magic"])
def test_a_layer_that_is_missing_is_refused(layer):
    outcome = outcomes("user", ["seccomp", layer], ["useful"], options={"namespaces": False})["useful"]
    assert outcome.startswith(f"not confined: {layer}: ")


@pytest.mark.parametrize("lacking", [{"darwin": "os.pidfd_open"}, {"win32": "os.pidfd_open, os.fork"}])
def test_elsewhere_the_modules_load_and_say_that_they_can_do_nothing(lacking):
    ((platform, names),) = lacking.items()
    pretend = f"import os, sys, sysconfig; sysconfig.get_paths(); sys.platform = {platform!r}; del {names}\n"
    if platform == "win32":
        pretend += "sys.modules['resource'] = None\n"
    ask = "ready = confine.prepare(confine.readable_paths()); print(json.dumps([sorted(ready.layers), ready.missing]))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", pretend + LOAD + ask, json.dumps({"root": str(ROOT)})],
        capture_output=True,
        text=True,
        check=True,
    )
    layers, missing = json.loads(done.stdout)
    assert layers == []
    assert missing.keys() == set(confine.LAYERS)
    assert "needs Linux" in missing["seccomp"]


# --- the filter -------------------------------------------------------------------------------------------

MACHINES = ["x86_64", "aarch64"]


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None, pid: int = 77, **options: bool) -> int:
    """What the kernel would make of the program."""
    rules = seccomp.RULES if options.get("shared_memory", True) else seccomp.RULES | seccomp.NO_SHARED_MEMORY
    code = list(seccomp.INSTRUCTION.iter_unpack(seccomp.assemble(machine, rules).for_pid(pid)))
    arch = seccomp.AUDIT_ARCH[machine] if arch is None else arch
    data = struct.pack("=IIQ6Q", number, arch, 0, *[a % 2**64 for a in arguments], *[0] * (6 - len(arguments)))
    position = value = 0
    while True:
        operation, true, false, constant = code[position]
        position += 1
        if operation == seccomp.LOAD:
            (value,) = struct.unpack_from("=I", data, constant)
        elif operation == seccomp.AND:
            value &= constant
        elif operation == seccomp.JUMP_EQUAL:
            position += true if value == constant else false
        elif operation == seccomp.JUMP_ANY_BIT:
            position += true if value & constant else false
        else:
            assert operation == seccomp.RETURN
            return constant


THREAD = 0x3D0F00  # what pthread_create asks for
ALLOW, EPERM, ENOSYS = seccomp.ALLOW, seccomp.ERRNO | errno.EPERM, seccomp.ERRNO | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("read", (), ALLOW),
        ("execve", (), EPERM),
        ("clone", (THREAD,), ALLOW),
        ("clone", (signal.SIGCHLD,), EPERM),
        ("clone", (THREAD | 0x10000000,), EPERM),
        ("kill", (77, 9), ALLOW),
        ("kill", (78, 9), EPERM),
        ("kill", (0, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (-77, 9), EPERM),
        ("tgkill", (77, 78, 9), ALLOW),
        ("tgkill", (78, 78, 9), EPERM),
        ("prlimit64", (0,), ALLOW),
        ("prlimit64", (77,), ALLOW),
        ("prlimit64", (1,), EPERM),
        ("sendto", (3, 1 << 40, 5, 0, 0, 0), ALLOW),
        ("sendto", (3, 1, 5, 0, 1, 16), EPERM),
        ("sendto", (3, 1, 5, 0, 1 << 32, 16), EPERM),
        ("socketpair", (1,), ALLOW),
        ("socketpair", (2,), EPERM),
        ("fcntl", (3, 1030), ALLOW),
        ("fcntl", (3, 6), EPERM),
        ("fcntl", (3, 8), EPERM),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),
        ("ioctl", (0, 0x5401 | 1 << 32), ALLOW),  # the kernel reads the lower half
        ("prctl", (15,), ALLOW),
        ("prctl", (0x53564D41,), ALLOW),
        ("prctl", (4, 1), EPERM),
        ("mmap", (0, 4096, 3, 0x21), ALLOW),
    ],
)
def test_verdicts(machine, name, arguments, expected):
    assert verdict(machine, seccomp.numbers(machine)[name], *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_verdicts_without_arguments(machine):
    other = next(seccomp.AUDIT_ARCH[m] for m in MACHINES if m != machine)
    mmap = seccomp.numbers(machine)["mmap"]
    assert verdict(machine, 0, arch=other) == seccomp.KILL_PROCESS
    assert verdict(machine, 0, arch=0x40000003) == seccomp.KILL_PROCESS  # int 0x80
    assert verdict(machine, 0x40000000) == seccomp.KILL_PROCESS
    assert verdict(machine, 435) == ENOSYS  # clone3
    assert verdict(machine, 9999) == ENOSYS
    assert verdict(machine, mmap, 0, 4096, 3, 0x21, shared_memory=False) == EPERM
    assert verdict(machine, mmap, 0, 4096, 3, 0x23, shared_memory=False) == EPERM  # MAP_SHARED_VALIDATE
    assert verdict(machine, mmap, 0, 4096, 3, 0x22, shared_memory=False) == ALLOW
    assert verdict(machine, mmap, 0, 4096, 1, 0x01, shared_memory=False) == ALLOW


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_those_of_the_headers(machine, header):
    if not os.path.exists(header):
        pytest.skip(f"no {header}")
    defined = dict(re.findall(r"^#define (__NR\w+)\s+(\w+)$", Path(header).read_text(), re.MULTILINE))
    numbers = {
        name.removeprefix("__NR_"): int(defined.get(value, value))
        for name, value in defined.items()
        if name.startswith("__NR_") and defined.get(value, value).isdecimal()
    }
    ours = seccomp.numbers(machine)
    assert ours == {name: numbers[name] for name in ours}
    policy = {*seccomp.ALLOWED.split(), *seccomp.DENIED.split(), *seccomp.RULES}
    assert policy - ours.keys() == policy - numbers.keys()


def test_no_system_call_has_two_verdicts():
    names = [*seccomp.ALLOWED.split(), *seccomp.DENIED.split(), *seccomp.RULES]
    assert len(names) == len(set(names))
    assert set(names) <= {row.split()[0] for row in seccomp.NUMBERS.split(",")}
