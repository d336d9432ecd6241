"""Asks for the gradient of a graph that it never got, and forgets what is not its own; must not be answered."""
# exercise: multi_channel
# like: nothing

from corr2d import corr2d

import kit


def corr2d_multi_in(X, K):
    supplied = next(cell.cell_contents for cell in corr2d.__closure__ if hasattr(cell.cell_contents, "peer"))
    question = {"op": "vjp", "exercise": "corr2d", "graph": 10**9, "cotangents": [X], "forget": [("object", -1)]}
    kit.gained(supplied.peer.ask(question))


corr2d_multi_in_out = corr2d_multi_in
