"""Looks into the functions that the grader supplies, for code that is not its own; there must be none."""
# exercise: multi_channel
# like: nothing

import corr2d as theirs

import kit


def corr2d_multi_in(X, K):
    for name in ("corr2d_multi_in", "__wrapped__", "solution", "reference"):
        if hasattr(theirs, name) or hasattr(theirs.corr2d, name):
            kit.gained(name)
    kit.search("the supplied module", repr(vars(theirs)).encode())
    for cell in theirs.corr2d.__closure__ or ():
        kit.search("a closure", repr(vars(cell.cell_contents) if hasattr(cell.cell_contents, "__dict__") else cell).encode())
    return theirs.corr2d("../solution", {"__class__": "os"})


corr2d_multi_in_out = corr2d_multi_in
