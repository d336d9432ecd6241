"""The system calls that a worker may make; and the table of their numbers, through which we make ours.

A filter answers a call by its number and, for the few calls in RULES, by its arguments:

    foreign architecture, x32        the process is killed: numbers mean something else there
    ALLOWED                          allowed
    RULES                            allowed if every condition holds, else EPERM
    DENIED                           EPERM, so that Python raises PermissionError
    everything else                  ENOSYS, so that libraries take their path for old kernels

A filter sees registers, not what they point to: paths are Landlock's and the private root's business.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass
from functools import cache

# What torch, numpy and the standard library need to compute, to talk over descriptors that are already open,
# and to import what is not yet loaded. Nothing here acts on another process or on a file that is not open.
ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
dup dup2 dup3 pipe pipe2 open openat getdents getdents64 getcwd chdir fchdir umask readlink readlinkat
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 fadvise64
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
recvfrom recvmsg shutdown getsockopt getsockname getpeername
mmap munmap mprotect mremap madvise mincore msync mlock munlock brk membarrier
futex futex_waitv set_robust_list set_tid_address rseq arch_prctl exit exit_group wait4 waitid
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
restart_syscall pause alarm setitimer getitimer timer_create timer_settime timer_gettime
timer_getoverrun timer_delete nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times
getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid
getrusage getrlimit getpriority uname sysinfo getcpu getrandom sched_yield sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
"""

# What SECURITY.md 2c and 2b/22 attack with. ENOSYS would stop it too, but a student understands EPERM better.
DENIED = """
fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp
pidfd_open pidfd_getfd pidfd_send_signal rt_tgsigqueueinfo
socket connect bind listen accept accept4 sendmsg sendmmsg recvmmsg setsockopt
memfd_create memfd_secret userfaultfd io_uring_setup io_uring_enter io_uring_register
io_setup io_submit io_getevents io_cancel io_destroy bpf perf_event_open seccomp
landlock_create_ruleset landlock_add_rule landlock_restrict_self
shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr add_key request_key keyctl flock
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark
name_to_handle_at open_by_handle_at
creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
mknod mknodat chmod fchmod fchmodat chown fchown lchown fchownat utime utimes utimensat futimesat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr truncate ftruncate fallocate
splice tee vmsplice
mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick
mount_setattr swapon swapoff quotactl quotactl_fd acct
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capget capset
setsid setpgid setpriority ioprio_set sched_setaffinity sched_setattr sched_setparam sched_setscheduler
mbind set_mempolicy migrate_pages move_pages personality modify_ldt iopl ioperm
kexec_load kexec_file_load init_module finit_module delete_module reboot syslog vhangup
settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname
"""

SELF = -1  # a value of a Condition that stands for the pid of the filtered process


@dataclass(frozen=True)
class Condition:
    """The lower half of an argument (which is all that the kernel reads of an int) is one of some values.

    `upper` looks at the other half, for pointers.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    upper: bool = False


CLONE_THREAD = 0x10000
CLONE_NEW = 0x7E020000  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
MAP_SHARED, MAP_ANONYMOUS = 0x01, 0x20
AF_UNIX = 1
FCNTL = (0, 1, 2, 3, 4, 1030, 1032)  # F_{DUPFD,GETFD,SETFD,GETFL,SETFL,DUPFD_CLOEXEC,GETPIPE_SZ}: no lock, no owner
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FION{READ,BIO}, FIO{N,}CLEX
PRCTL = (3, 15, 16, 39, 0x53564D41)  # GET_DUMPABLE, {SET,GET}_NAME, GET_NO_NEW_PRIVS, SET_VMA

RULES = {
    "clone": (Condition(0, (CLONE_THREAD,), mask=CLONE_THREAD | CLONE_NEW),),  # clone3 hides its flags: ENOSYS
    "kill": (Condition(0, (SELF,)),),
    "tkill": (Condition(0, (SELF,)),),
    "tgkill": (Condition(0, (SELF,)),),
    "rt_sigqueueinfo": (Condition(0, (SELF,)),),
    "prlimit64": (Condition(0, (0, SELF)),),
    "sendto": (Condition(4, (0,)), Condition(4, (0,), upper=True)),  # send() has no address, so it stays in the pair
    "socketpair": (Condition(0, (AF_UNIX,)),),
    "fcntl": (Condition(1, FCNTL),),
    "ioctl": (Condition(1, IOCTL),),
    "prctl": (Condition(0, PRCTL),),
}
GPU_CALLS = ("ioctl", "sched_setaffinity", "memfd_create")  # of the driver's library; a worker has no terminal to ioctl
SHARED = MAP_SHARED | MAP_ANONYMOUS
# What opens a file for writing, or makes one: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE.
WRITING = 0o3 | 0o100 | 0o1000 | 0o20000000
READ_ONLY = {"open": (Condition(1, (0,), mask=WRITING),), "openat": (Condition(2, (0,), mask=WRITING),)}
NO_SHARED_MEMORY = {"mmap": (Condition(3, (0, MAP_SHARED, MAP_ANONYMOUS), mask=SHARED),)}

# name, number on x86_64, number on aarch64. From the headers of Linux 6.1; a test compares them again.
# A call that is newer than this table is ENOSYS to a worker, which is what it would be on an older kernel.
NUMBERS = """
accept 43 202, accept4 288 242, access 21 -, acct 163 89, add_key 248 217, adjtimex 159 171, alarm 37 -,
arch_prctl 158 -, bind 49 200, bpf 321 280, brk 12 214, capget 125 90, capset 126 91, chdir 80 49,
chmod 90 -, chown 92 -, chroot 161 51, clock_adjtime 305 266, clock_getres 229 114,
clock_gettime 228 113, clock_nanosleep 230 115, clock_settime 227 112, clone 56 220, close 3 57,
close_range 436 436, connect 42 203, creat 85 -, delete_module 176 106, dup 32 23, dup2 33 -,
dup3 292 24, epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_pwait 281 22,
epoll_pwait2 441 441, epoll_wait 232 -, eventfd 284 -, eventfd2 290 19, execve 59 221, execveat 322 281,
exit 60 93, exit_group 231 94, faccessat 269 48, faccessat2 439 439, fadvise64 221 223,
fallocate 285 47, fanotify_init 300 262, fanotify_mark 301 263, fchdir 81 50, fchmod 91 52,
fchmodat 268 53, fchown 93 55, fchownat 260 54, fcntl 72 25, finit_module 313 273, flock 73 32,
fork 57 -, fremovexattr 199 16, fsconfig 431 431, fsetxattr 190 7, fsmount 432 432, fsopen 430 430,
fspick 433 433, fstat 5 80, fstatfs 138 44, ftruncate 77 46, futex 202 98, futex_waitv 449 449,
futimesat 261 -, getcpu 309 168, getcwd 79 17, getdents 78 -, getdents64 217 61, getegid 108 177,
geteuid 107 175, getgid 104 176, getgroups 115 158, getitimer 36 102, getpeername 52 205,
getpgid 121 155, getpgrp 111 -, getpid 39 172, getppid 110 173, getpriority 140 141, getrandom 318 278,
getresgid 120 150, getresuid 118 148, getrlimit 97 163, getrusage 98 165, getsid 124 156,
getsockname 51 204, getsockopt 55 209, gettid 186 178, gettimeofday 96 169, getuid 102 174,
init_module 175 105, inotify_add_watch 254 27, inotify_init 253 -, inotify_init1 294 26,
inotify_rm_watch 255 28, io_cancel 210 3, io_destroy 207 1, io_getevents 208 4, io_setup 206 0,
io_submit 209 2, io_uring_enter 426 426, io_uring_register 427 427, io_uring_setup 425 425, ioctl 16 29,
ioperm 173 -, iopl 172 -, ioprio_set 251 30, kcmp 312 272, kexec_file_load 320 294, kexec_load 246 104,
keyctl 250 219, kill 62 129, landlock_add_rule 445 445, landlock_create_ruleset 444 444,
landlock_restrict_self 446 446, lchown 94 -, link 86 -, linkat 265 37, listen 50 201,
lremovexattr 198 15, lseek 8 62, lsetxattr 189 6, lstat 6 -, madvise 28 233, mbind 237 235,
membarrier 324 283, memfd_create 319 279, memfd_secret 447 447, migrate_pages 256 238, mincore 27 232,
mkdir 83 -, mkdirat 258 34, mknod 133 -, mknodat 259 33, mlock 149 228, mmap 9 222, modify_ldt 154 -,
mount 165 40, mount_setattr 442 442, move_mount 429 429, move_pages 279 239, mprotect 10 226,
mq_getsetattr 245 185, mq_notify 244 184, mq_open 240 180, mq_timedreceive 243 183,
mq_timedsend 242 182, mq_unlink 241 181, mremap 25 216, msgctl 71 187, msgget 68 186, msgrcv 70 188,
msgsnd 69 189, msync 26 227, munlock 150 229, munmap 11 215, name_to_handle_at 303 264,
nanosleep 35 101, newfstatat 262 79, open 2 -, open_by_handle_at 304 265, open_tree 428 428,
openat 257 56, pause 34 -, perf_event_open 298 241, personality 135 92, pidfd_getfd 438 438,
pidfd_open 434 434, pidfd_send_signal 424 424, pipe 22 -, pipe2 293 59, pivot_root 155 41, poll 7 -,
ppoll 271 73, prctl 157 167, pread64 17 67, preadv 295 69, preadv2 327 286, prlimit64 302 261,
process_madvise 440 440, process_vm_readv 310 270, process_vm_writev 311 271, pselect6 270 72,
ptrace 101 117, pwrite64 18 68, pwritev 296 70, pwritev2 328 287, quotactl 179 60, quotactl_fd 443 443,
read 0 63, readlink 89 -, readlinkat 267 78, readv 19 65, reboot 169 142, recvfrom 45 207,
recvmmsg 299 243, recvmsg 47 212, removexattr 197 14, rename 82 -, renameat 264 38, renameat2 316 276,
request_key 249 218, restart_syscall 219 128, rmdir 84 -, rseq 334 293, rt_sigaction 13 134,
rt_sigpending 127 136, rt_sigprocmask 14 135, rt_sigqueueinfo 129 138, rt_sigreturn 15 139,
rt_sigsuspend 130 133, rt_sigtimedwait 128 137, rt_tgsigqueueinfo 297 240,
sched_get_priority_max 146 125, sched_get_priority_min 147 126, sched_getaffinity 204 123,
sched_getparam 143 121, sched_getscheduler 145 120, sched_rr_get_interval 148 127,
sched_setaffinity 203 122, sched_setattr 314 274, sched_setparam 142 118, sched_setscheduler 144 119,
sched_yield 24 124, seccomp 317 277, select 23 -, semctl 66 191, semget 64 190, semop 65 193,
semtimedop 220 192, sendmmsg 307 269, sendmsg 46 211, sendto 44 206, set_mempolicy 238 237,
set_robust_list 273 99, set_tid_address 218 96, setdomainname 171 162, setfsgid 123 152,
setfsuid 122 151, setgid 106 144, setgroups 116 159, sethostname 170 161, setitimer 38 103,
setns 308 268, setpgid 109 154, setpriority 141 140, setregid 114 143, setresgid 119 149,
setresuid 117 147, setreuid 113 145, setsid 112 157, setsockopt 54 208, settimeofday 164 170,
setuid 105 146, setxattr 188 5, shmat 30 196, shmctl 31 195, shmdt 67 197, shmget 29 194,
shutdown 48 210, sigaltstack 131 132, signalfd 282 -, signalfd4 289 74, socket 41 198,
socketpair 53 199, splice 275 76, stat 4 -, statfs 137 43, statx 332 291, swapoff 168 225,
swapon 167 224, symlink 88 -, symlinkat 266 36, sysinfo 99 179, syslog 103 116, tee 276 77,
tgkill 234 131, time 201 -, timer_create 222 107, timer_delete 226 111, timer_getoverrun 225 109,
timer_gettime 224 108, timer_settime 223 110, timerfd_create 283 85, timerfd_gettime 287 87,
timerfd_settime 286 86, times 100 153, tkill 200 130, truncate 76 45, umask 95 166, umount2 166 39,
uname 63 160, unlink 87 -, unlinkat 263 35, unshare 272 97, userfaultfd 323 282, utime 132 -,
utimensat 280 88, utimes 235 -, vfork 58 -, vhangup 153 58, vmsplice 278 75, wait4 61 260,
waitid 247 95, write 1 64, writev 20 66
"""
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # a bit of the number

LOAD, AND, JUMP_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x45, 0x06  # BPF
AT_NUMBER, AT_ARCH, AT_ARGUMENTS = 0, 4, 16  # struct seccomp_data
KILL_PROCESS, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
INSTRUCTION = struct.Struct("=HBBI")

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


@cache
def numbers(machine: str) -> dict[str, int]:
    """System call -> number; empty for a machine that we know nothing of."""
    if machine not in AUDIT_ARCH:
        return {}
    column = 1 + list(AUDIT_ARCH).index(machine)
    rows = [row.split() for row in NUMBERS.split(",")]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def syscall(name: str, *arguments: int | str | bytes | None) -> int:
    """Make a system call by its name, with absent arguments 0. Raises OSError with the name as its file name."""
    libc, number = _libc(), numbers(_machine()).get(name)
    if libc is None or number is None:
        raise OSError(errno.ENOSYS, "this system is not Linux on x86_64 or aarch64", name)
    padded = (number, *arguments, *[0] * (6 - len(arguments)))
    result: int = libc.syscall(*map(_convert, padded))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def unavailable() -> str:
    """Why no filter can be set here; empty if it can."""
    try:
        syscall("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None)
    except OSError as problem:
        if problem.errno == errno.EFAULT:  # it got as far as to read the program
            return ""
        return f"seccomp filters cannot be set here: {problem.strerror}"
    return "a seccomp filter was set from nowhere"


@dataclass(frozen=True)
class Program:
    """A BPF program with gaps for the pid of the process that it is applied to."""

    code: bytes
    pid_at: tuple[int, ...]

    def for_pid(self, pid: int) -> bytes:
        code = bytearray(self.code)
        for position in self.pid_at:
            struct.pack_into("=I", code, position, pid)
        return bytes(code)


def build(*, shared_memory: bool = True, gpu: bool = False) -> Program:
    """The policy for this machine. `shared_memory=False` denies shared anonymous mappings.

    They are counted by RLIMIT_AS only, so deny them where that limit cannot be used. With `gpu` the calls
    of its driver's library are allowed, whatever their arguments.
    """
    rules = RULES | dict.fromkeys(GPU_CALLS, ()) if gpu else RULES
    return assemble(_machine(), rules if shared_memory else rules | NO_SHARED_MEMORY)


def build_read_only() -> Program:
    """A filter on top of the policy, where nothing else keeps a worker from files that everybody may write."""
    number_of = numbers(_machine())
    code = _Code()
    code.add(LOAD, AT_NUMBER)
    for name, conditions in READ_ONLY.items():
        if name in number_of:
            code.add_rule(number_of[name], conditions)
    code.add(RETURN, ALLOW)
    return Program(bytes(code.bytes), ())


def apply(program: Program) -> None:
    """Filter the calling process for ever. It must have no_new_privs."""
    code = program.for_pid(os.getpid())
    filters = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HP", len(code) // INSTRUCTION.size, ctypes.addressof(filters))
    syscall("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header)


def assemble(machine: str, rules: dict[str, tuple[Condition, ...]]) -> Program:
    """The policy for a machine."""
    number_of = numbers(machine)
    code = _Code()
    code.add(LOAD, AT_ARCH)
    code.add(JUMP_EQUAL, AUDIT_ARCH[machine], true=1)
    code.add(RETURN, KILL_PROCESS)
    code.add(LOAD, AT_NUMBER)
    code.add(JUMP_ANY_BIT, X32, false=1)
    code.add(RETURN, KILL_PROCESS)
    for name, conditions in rules.items():
        code.add_rule(number_of[name], conditions)  # these exist on every machine
    for names, verdict in ((ALLOWED, ALLOW), (DENIED, ERRNO | errno.EPERM)):
        for name in names.split():
            if name in number_of and name not in rules:
                code.add(JUMP_EQUAL, number_of[name], false=1)
                code.add(RETURN, verdict)
    code.add(RETURN, ERRNO | errno.ENOSYS)
    return Program(bytes(code.bytes), tuple(code.pid_at))


class _Code:
    """A program in the making."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.pid_at: list[int] = []

    def add(self, operation: int, value: int, *, true: int = 0, false: int = 0) -> None:
        """Append an instruction; a jump goes over `true` or `false` further ones."""
        if value == SELF:
            self.pid_at.append(len(self.bytes) + INSTRUCTION.size - 4)
            value = 0
        self.bytes += INSTRUCTION.pack(operation, true, false, value)

    def add_rule(self, number: int, conditions: tuple[Condition, ...]) -> None:
        """Append the verdict on one system call: allowed if every condition holds, else EPERM."""
        body = _Code()
        for condition in conditions:
            body.add(LOAD, AT_ARGUMENTS + 8 * condition.argument + 4 * condition.upper)
            body.add(AND, condition.mask)
            for position, value in enumerate(condition.values):
                body.add(JUMP_EQUAL, value, true=len(condition.values) - position)  # over the rest and the refusal
            body.add(RETURN, ERRNO | errno.EPERM)
        body.add(RETURN, ALLOW)
        self.add(JUMP_EQUAL, number, false=len(body.bytes) // INSTRUCTION.size)
        self.pid_at += [len(self.bytes) + position for position in body.pid_at]
        self.bytes += body.bytes


def _convert(argument: int | str | bytes | None) -> ctypes.c_long | bytes | None:
    if isinstance(argument, int):
        return ctypes.c_long(argument)  # ctypes would pass 32 bits
    return os.fsencode(argument) if isinstance(argument, str) else argument


@cache
def _machine() -> str:
    """The machine whose system calls this process makes; empty if it is not a 64-bit Linux process."""
    return platform.machine() if sys.platform == "linux" and struct.calcsize("P") == 8 else ""


@cache
def _libc() -> ctypes.CDLL | None:
    if not _machine():
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
