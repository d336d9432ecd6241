"""Answers from a thread once the call is over; what it sends must break the connection."""
# like: zeros
# check: shapes

import threading
import time

import kit

CALLS = []


def corr2d(X, K):
    CALLS.append(kit.frame(kit.REPLY, kit.of_server("nonce"), kit.ok(b"N")))
    if len(CALLS) == 2:
        threading.Thread(target=lambda: kit.data_socket().sendall(CALLS[0] * 100), daemon=True).start()
        time.sleep(0.5)
    return kit.zeros(X, K)


conv2d = corr2d
