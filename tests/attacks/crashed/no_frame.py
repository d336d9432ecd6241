"""Sends text where a frame should be; must break the connection."""

import struct

import kit


def corr2d(X, K):
    kit.data_socket().sendall(b"HTTP/1.1 200 OK, score: 10.0, status: passed " * 10)
    kit.last_words({})


conv2d = corr2d
