"""Announces a frame of an exabyte; must not make the grader allocate or wait for it."""

import struct

import kit


def corr2d(X, K):
    kit.data_socket().sendall(kit.frame(kit.REPLY, kit.of_server("nonce"), b"", length=1 << 60))
    kit.last_words({})


conv2d = corr2d
