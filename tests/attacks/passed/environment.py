"""Changes the environment that the next program would start with; nobody must start with it."""

import os

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

for name in ("LD_PRELOAD", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT", "OMP_NUM_THREADS", "TMPDIR", "HOME", "PATH"):
    os.environ[name] = os.path.dirname(kit.OUT)
    os.putenv(name, os.path.dirname(kit.OUT))
kit.search("environ", repr(dict(os.environ)).encode())
