"""Sleeps for ever while it is loaded; must be killed at its deadline."""

import time

time.sleep(1e6)
