"""Ends the process with exit code 0 while it is loaded; must not count as success."""

import atexit
import os

atexit.register(print, "18 passed in 0.01s")
os._exit(0)
