"""Hands in conftest.py, pytest.ini and an entry point for a plugin; none must be looked at."""

from kit import convolve as conv2d, correlate as corr2d
