"""Opens sockets of every kind to a listener that is there; must not reach it."""

import ctypes
import socket

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

PORT = int(kit.PORT) if kit.PORT.isdecimal() else 1


def connect(family, kind, protocol, address):
    with socket.socket(family, kind, protocol) as attacker:
        attacker.settimeout(1)
        attacker.connect(address)
        attacker.send(b"hidden inputs")
        return "sent"


for what, family, kind, protocol, address in (
    ("TCP", socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", PORT)),
    ("UDP", socket.AF_INET, socket.SOCK_DGRAM, 0, ("127.0.0.1", PORT)),
    ("MPTCP", socket.AF_INET, socket.SOCK_STREAM, 262, ("127.0.0.1", PORT)),
    ("TCP by IPv6", socket.AF_INET6, socket.SOCK_STREAM, 0, ("::ffff:127.0.0.1", PORT)),
    ("a path", socket.AF_UNIX, socket.SOCK_STREAM, 0, kit.SOCKET),
    ("docker", socket.AF_UNIX, socket.SOCK_STREAM, 0, "/var/run/docker.sock"),
    ("an abstract name", socket.AF_UNIX, socket.SOCK_STREAM, 0, "\0" + kit.MARK),
    ("raw", socket.AF_INET, socket.SOCK_RAW, 1, ("127.0.0.1", 0)),
    ("netlink", socket.AF_NETLINK, socket.SOCK_RAW, 0, (0, 0)),
    ("vsock", socket.AF_VSOCK, socket.SOCK_STREAM, 0, (2, 1)),
):
    kit.attempt(what, connect, family, kind, protocol, address)
kit.attempt("fast open", lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", PORT)))
mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
kit.attempt("sendto a path", mine.sendto, b"x", kit.SOCKET)
kit.attempt("name resolution", socket.getaddrinfo, "example.org", 80)
kit.attempt("passing a descriptor", socket.send_fds, kit.data_socket(), [b"x"], [0])
