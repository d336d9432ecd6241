"""Shuts its sending half of the connection down and lives on; must be ended, with no marks."""

import socket
import time

import kit


def corr2d(X, K):
    kit.data_socket().shutdown(socket.SHUT_WR)
    time.sleep(1000)


conv2d = corr2d
