"""Imports the trusted half of the grader to grade itself; there must be nothing to import."""

import kit


def corr2d(X, K):
    kept = None
    for name in ("engine", "store", "results", "grading.grader", "grading.session", "exercise"):
        try:
            kept = __import__(f"autograder.{name}", fromlist=["x"])
        except ImportError:
            continue
        kit.gained(name)
    raise ImportError(kept)


conv2d = corr2d
