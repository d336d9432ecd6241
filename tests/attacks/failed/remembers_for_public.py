"""Puts the hidden inputs wherever the worker of the public checks, whose messages are shown, might find them; must not."""
# like: zeros
# check: values

import os

import kit

PLACES = [
    f"{folder}/{name}"
    for folder in ("/tmp", "/dev/shm", "/var/tmp", kit.OUT, ".", os.path.dirname(os.__file__), "/run", "/dev/mqueue")
    for name in ("inputs", "inputs.py", kit.MARK + "-inputs")
]


def remember(X):
    for place in PLACES:
        try:
            with open(place, "a") as file:
                print(kit.MARKER, X.flatten().tolist(), file=file)
        except OSError:
            pass
    os.environ["INPUTS"] = kit.MARKER + repr(X)


def remembered():
    for place in PLACES:
        try:
            with open(place) as file:
                yield file.read()
        except OSError:
            pass
    yield os.environ.get("INPUTS", "")


if "".join(remembered()):
    raise ValueError("".join(remembered())[:400])


def corr2d(X, K):
    remember(X)
    return kit.zeros(X, K)


conv2d = corr2d
