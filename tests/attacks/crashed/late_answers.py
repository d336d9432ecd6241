"""Answers from a thread once the call is over; what it sends must break the connection."""

# like: zeros
# check: shapes

import struct

import kit

import threading
import time



def corr2d(X, K):
    nonce = kit.of_server("nonce")

    def later():
        while True:
            time.sleep(0.01)
            kit.data_socket().sendall(kit.frame(kit.REPLY, nonce, kit.ok(b"N")))

    threading.Thread(target=later, daemon=True).start()
    time.sleep(0.3)
    return kit.zeros(X, K)


conv2d = corr2d
