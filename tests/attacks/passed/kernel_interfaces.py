"""Tries the interfaces of the kernel that no submission needs; every one must be refused."""

import ctypes
import fcntl
import platform

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

NUMBERS = {
    "shmget": (29, 0x1234, 4096, 0o1666), "msgget": (68, 0x1234, 0o1666), "semget": (64, 0x1234, 1, 0o1666),
    "mq_open": (240, b"/x", 0o102, 0o600, 0), "io_uring_setup": (425, 1, bytes(120)), "bpf": (321, 0, bytes(120), 120),
    "perf_event_open": (298, bytes(120), 0, -1, -1, 0), "userfaultfd": (323, 1), "keyctl": (250, 0, -3, 1),
    "add_key": (248, b"user", b"x", b"x", 1, -3), "fanotify_init": (300, 0, 0), "inotify_init1": (294, 0),
    "unshare": (272, 0x10000000), "setns": (308, 0, 0), "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "chroot": (161, b"/"), "pivot_root": (155, b"/", b"/"), "open_by_handle_at": (304, 0, bytes(16), 0),
    "name_to_handle_at": (303, -100, b"/", bytes(200), bytes(8), 0), "personality": (135, 0), "modify_ldt": (154, 1, 0, 0),
    "init_module": (175, bytes(8), 8, b""), "kexec_load": (246, 0, 0, 0, 0), "reboot": (169, 0xFEE1DEAD, 672274793, 0),
    "sethostname": (170, b"x", 1), "settimeofday": (164, bytes(16), 0), "swapon": (167, b"/x", 0), "acct": (163, b"/x"),
    "prctl dumpable": (157, 4, 1, 0, 0, 0), "prctl parent death": (157, 1, 0, 0, 0, 0), "prctl ptracer": (157, 0x59616D61, -1),
    "seccomp": (317, 1, 0, bytes(16)), "landlock": (444, 0, 0, 1), "vmsplice": (278, 1, bytes(16), 1, 0), "setuid": (105, 0),
    "capset": (126, bytes(8), bytes(24)), "mbind": (237, 0, 0, 0, 0, 0, 0), "quotactl": (179, 0, b"/", 0, 0),
    "newer than all": (463, 0, 0, 0),
}
if platform.machine() == "x86_64":
    libc = ctypes.CDLL(None, use_errno=True)
    for name, (number, *arguments) in NUMBERS.items():
        words = [each if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
        if libc.syscall(ctypes.c_long(number), *words) != -1:
            kit.gained(name)
kit.attempt("lock", lambda: fcntl.flock(open(kit.__file__ if False else "/usr/lib/os-release"), fcntl.LOCK_EX))
kit.attempt("terminal", lambda: fcntl.ioctl(0, 0x5412, b"x"))
