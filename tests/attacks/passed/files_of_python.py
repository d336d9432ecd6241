"""Hands in a torch.py, a json.py and an autograder.py beside its file; nobody must import them."""

from kit import convolve as conv2d, correlate as corr2d
