"""Leaves handlers for the end of the process that write results; none must run."""

import atexit
import signal
import sys
import threading
import weakref

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d


def write(*_):
    kit.gained("a last wish")
    open(kit.OUT + "/results.json", "w").write("{}")


class Dying:
    def __del__(self):
        write()


dying = sys.modules["dying"] = Dying()
atexit.register(write)
finalizer = weakref.finalize(sys.modules["kit"], write)
sys.excepthook = threading.excepthook = write
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, write)
