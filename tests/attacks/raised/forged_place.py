"""Raises from code that says to be line 10**9 of the grader's own files; must not lead the grader to read them."""

import kit


def corr2d(X, K):
    places = ("@COURSE@/reference/corr2d/solution.py", "kit.py", "../reference/corr2d/solution", "/etc/passwd")
    file = places[int(X.numel() + K.numel()) % len(places)]
    exec(compile("\n" * 5 + f"raise ValueError('{kit.MARKER}')", file, "exec"))


def conv2d(X, K):
    raise SyntaxError(kit.MARKER, ("@COURSE@/reference/corr2d/solution.py", 3, 1, kit.MARKER))
