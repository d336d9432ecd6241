"""Tools that the attacks share: handed in beside each of them, as any student could.

`@COURSE@`, `@OUT@` and the like are replaced by the true places before it is handed in: assume that they are known.
Whatever gets through is printed as a line with GAINED in it, which nobody may ever find in a log.
"""

import os
import re
import socket
import struct
import sys

import torch

COURSE, OUT, CANARY_FILE, PORT, SOCKET, MARK = "@COURSE@", "@OUT@", "@CANARY@", "@PORT@", "@SOCKET@", "@MARK@"
# What must not be found: planted in reference/, in other students' files, and in the grader's environment.
NEEDLE = re.compile(("CANA" + "RY_" + "[0-9a-f]{16}|" + "hon" + "est_[0-9a-f]{8}").encode())
MARKER = "LE" + "AKED"  # put into whatever may end up before a reader's eyes

REQUEST, REPLY, QUESTION, ANSWER = 1, 2, 3, 4


def correlate(X, K):
    """A right corr2d."""
    return torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)


def convolve(X, K):
    """A right conv2d."""
    return correlate(X, K.flip(0, 1))


def zeros(X, K):
    """A wrong one, with the right shape."""
    return X.new_zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)


def gained(what):
    print("GAI" + "NED", what, flush=True)


def attempt(what, action, *args, **kwargs):
    """Try something that must not work."""
    try:
        result = action(*args, **kwargs)
    except BaseException:
        return None
    gained(f"{what}: {result!r:.100}")
    return result


def search(where, data):
    for found in set(NEEDLE.findall(data)):
        gained(f"{found!r} in {where}")


def frames():
    """Every frame of this thread, ours and the grader's."""
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def of_server(name):
    """A local variable of the loop that serves the grader: `nonce`, `request`, `executor`, `connection`."""
    return next(frame.f_locals[name] for frame in frames() if frame.f_code.co_name == "serve")


def data_socket():
    """The connection to the grader, found among the open descriptors."""
    for fd in range(3, 256):
        try:
            return socket.socket(fileno=os.dup(fd))
        except OSError:
            continue
    raise LookupError("no socket")


def frame(kind, nonce, body, length=None, magic=b"AGW1"):
    return struct.pack("<4sBQQ", magic, kind, nonce, len(body) if length is None else length) + body


def encode(value):
    from autograder.sandbox import wire

    return wire.encode(value, strided=False)


def replies(reply):
    """The reply to what is being asked, which may be many things at once. `reply` gets a request."""
    request = of_server("request")
    if request["op"] == "batch":
        return {"ok": True, "replies": [reply(each) for each in request["requests"]]}
    return reply(request)


def send(reply, nonce=None, kind=REPLY):
    """Answer the grader, past the loop that serves it. `reply` is a value, or bytes for a body."""
    body = reply if isinstance(reply, bytes) else encode(reply)
    data_socket().sendall(frame(kind, of_server("nonce") if nonce is None else nonce, body))


def last_words(reply, **how):
    """Answer the grader and die, so that nobody waits for more."""
    send(reply, **how)
    os._exit(0)


def text(raw):
    return b"s" + struct.pack("<I", len(raw)) + raw


def ok(value):
    """The bytes of a reply whose value is these bytes."""
    return b"d" + struct.pack("<I", 2) + text(b"ok") + b"T" + text(b"value") + value


def tensor(shape, raw=b"", dtype=0, flags=0):
    return b"x" + struct.pack("<BBB", dtype, flags, len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + raw
