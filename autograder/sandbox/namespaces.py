"""Private user, mount, pid, network, IPC and UTS namespaces for a worker, with root or without.

A worker gets its pid namespace by being forked into it, which saves the fork of a large process that
`unshare(CLONE_NEWPID)` in the worker would need; so the warm process has to have the right to make them:

"caps"    it has CAP_SYS_ADMIN.
"userns"  it is root of a user namespace. Coming back from `unshare(CLONE_NEWPID)` takes a right over the
          caller's own pid namespace, too, so it has to be in one that belongs to the user namespace:
          hence the fork in `_become_init`. Each worker gets a further user namespace inside, so that
          RLIMIT_NPROC counts its threads alone.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import stat
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from autograder.sandbox.seccomp import syscall

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 0x1, 0x2, 0x4, 0x8
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4

BASE = "/tmp"  # where the new root is put together: a directory that every system has
HINTS = {
    errno.ENOSPC: "a limit in /proc/sys/user is too low",
    errno.ENOSYS: "not Linux 5.12 or newer on x86_64 or aarch64",
    errno.EPERM: "forbidden by the kernel's settings, AppArmor or the container",
    errno.EACCES: "forbidden by AppArmor",
}


@dataclass(frozen=True)
class Namespaces:
    """How namespaces are made here: `way` is "caps", "userns", or None, and then `errno` and `reason` say why.

    A private root shows the `trees`, none of which is in another, and has `links` with their targets.
    """

    way: str | None
    errno: int = 0
    reason: str = ""
    trees: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    pid_namespace: int = -1

    def fork(self) -> int:
        """`os.fork()` whose child is pid 1 of a new pid namespace; later forks of the caller are normal again."""
        syscall("unshare", CLONE_NEWPID)
        try:
            pid = os.fork()
        except OSError:
            syscall("setns", self.pid_namespace, CLONE_NEWPID)
            raise
        if pid:
            syscall("setns", self.pid_namespace, CLONE_NEWPID)
        return pid

    def enter_private_root(self) -> None:
        """In the child: leave the other namespaces, for a read-only root with the readable paths where they were.

        Beside them there is an empty /tmp of 64 MB and 1000 files, and no /proc.
        """
        flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
        if self.way == "userns":
            _unshare_with_user(flags)
        else:
            syscall("unshare", flags)
        _build_root(self.trees, self.links)
        _change_root()


def prepare(readable: Sequence[str]) -> Namespaces:
    """Try each way in a child, and set the caller up for the first that works.

    With "userns" this returns in a child of the caller: see confine.py.
    """
    code, reasons = 0, []
    for way in ("caps", "userns"):
        problem = rehearse(partial(_act, way, readable))
        if problem is None:
            return _set_up(way, readable)
        code = problem.errno or errno.EIO
        reasons.append(f"{way}: {problem.strerror} ({problem.filename}): {HINTS.get(code, 'unexpected')}")
    return Namespaces(None, code, "; ".join(reasons))


def rehearse(action: Callable[[], None]) -> OSError | None:
    """What goes wrong when a child does it.

    Asking the kernel for capabilities, versions and settings says too little: AppArmor, a container's seccomp
    profile or a capability that is only good for half of the steps show when one really tries.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            action()
            status = 0
        except OSError as problem:
            os.write(writer, f"{problem.errno}\n{problem.filename or ''}".encode())
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader) as pipe:
        report = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        return None
    code, _, name = report.partition("\n")
    number = int(code or errno.EIO)
    return OSError(number, os.strerror(number), name or f"a child that ended with status {status}")


def die_with(parent: int) -> None:
    """Be killed when the parent dies, of which `parent` is a pidfd.

    `getppid` cannot tell whether that has happened already: in a new pid namespace it is 0 all along.
    A change of identity would undo this, so it comes after.
    """
    syscall("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
    poll = select.poll()
    poll.register(parent, select.POLLIN)
    if poll.poll(0):
        raise ProcessLookupError(errno.ESRCH, "the parent has died", "pidfd")


def _act(way: str, readable: Sequence[str]) -> None:
    """Do for once what the warm process and a worker will do."""
    namespaces = _set_up(way, readable)
    worker = namespaces.fork()
    if worker == 0:
        namespaces.enter_private_root()
    elif os.waitpid(worker, 0)[1] != 0:
        os._exit(1)  # the worker has reported


def _set_up(way: str, readable: Sequence[str]) -> Namespaces:
    if way == "userns":
        _become_init()
    pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    return Namespaces(way, trees=_trees(readable), links=_links(readable), pid_namespace=pid_namespace)


def _become_init() -> None:
    """Go on as pid 1 of a pid namespace in a user namespace; the original process only waits for that."""
    _unshare_with_user(CLONE_NEWPID)
    parent = os.pidfd_open(os.getpid())
    child = os.fork()
    if child:
        _keep_the_door(child)
    die_with(parent)
    os.close(parent)


def _keep_the_door(child: int) -> None:
    """End when the child ends, with its exit status; a signal is reported as shells do. Never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        syscall("close_range", 0, 0xFFFFFFFF, 0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os._exit(status if status >= 0 else 128 - status)
    finally:
        os._exit(1)


def _unshare_with_user(flags: int) -> None:
    """Enter a new user namespace that knows the caller's user and group only, and others owned by it."""
    uid, gid = os.getuid(), os.getgid()
    syscall("unshare", CLONE_NEWUSER | flags)
    syscall("prctl", PR_SET_DUMPABLE, 1)  # else the maps belong to root
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _trees(readable: Sequence[str]) -> tuple[str, ...]:
    """The paths without links, and without those below another."""
    trees: list[str] = []
    for path in sorted({os.path.realpath(path) for path in readable}):
        if not any(path.startswith(tree + "/") for tree in trees):
            trees.append(path)
    return tuple(trees)


def _links(readable: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The links on the way to the paths, such as /lib, each in a place without links and with such a target."""
    links = {}
    for path in readable:
        here = "/"
        for part in path.split("/"):
            here = os.path.join(here, part)
            if os.path.islink(here):
                links[here] = here = os.path.realpath(here)
    return tuple(links.items())


def _build_root(trees: Sequence[str], links: Sequence[tuple[str, str]]) -> None:
    """Put the new root together at BASE."""
    os.umask(0o022)  # another uid will have to get through the directories made here
    syscall("mount", "none", "/", None, MS_REC | MS_PRIVATE, None)
    # Opened before BASE is covered, as they may lie below it.
    sources = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in trees}
    modes = {path: os.fstat(source).st_mode for path, source in sources.items()}
    _mount_tmpfs(BASE, "mode=755,size=1m,nr_inodes=10k")
    os.mkdir(BASE + "/tmp")
    _mount_tmpfs(BASE + "/tmp", "mode=1777,size=64m,nr_inodes=1000")
    for path in trees:
        _make_mount_point(BASE + path, directory=stat.S_ISDIR(modes[path]))
    for name in {path.split("/")[2] for path in trees if path.startswith("/tmp/")}:  # ways to trees, not for writing
        syscall("mount", f"{BASE}/tmp/{name}", f"{BASE}/tmp/{name}", None, MS_BIND, None)
    for link, target in links:
        os.makedirs(os.path.dirname(BASE + link), exist_ok=True)
        os.symlink(target, BASE + link)
    devices = [path for path in trees if stat.S_ISCHR(modes[path])]
    for path in sources.keys() - devices:
        _bind(sources[path], BASE + path)
    # No noexec: libraries are mapped for execution. Attributes that a source has already stay as they are.
    _set_attributes(BASE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, flags=AT_RECURSIVE)
    _set_attributes(BASE + "/tmp", 0, clear=MOUNT_ATTR_RDONLY)
    for path in devices:
        _bind(sources[path], BASE + path)
        _set_attributes(BASE + path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)
    for source in sources.values():
        os.close(source)


def _change_root() -> None:
    """Make BASE the root and let go of the old one, which `pivot_root` leaves on top of it."""
    os.chdir(BASE)
    syscall("pivot_root", ".", ".")
    syscall("umount2", ".", MNT_DETACH)
    os.chdir("/")


def _make_mount_point(path: str, *, directory: bool) -> None:
    os.makedirs(path if directory else os.path.dirname(path), exist_ok=True)
    if not directory:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))


def _mount_tmpfs(path: str, options: str) -> None:
    syscall("mount", "tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def _bind(source: int, target: str) -> None:
    """Mount what a descriptor stands for, with what is mounted below it: a user namespace may not uncover that."""
    syscall("mount", f"/proc/self/fd/{source}", target, None, MS_BIND | MS_REC, None)


def _set_attributes(path: str, attributes: int, *, clear: int = 0, flags: int = 0) -> None:
    """Change attributes of a mount: unlike a remount, also of what is mounted below, and no other attribute."""
    request = struct.pack("=QQQQ", attributes, clear, 0, 0)
    syscall("mount_setattr", AT_FDCWD, path, flags, request, len(request))
