"""Asks a supplied module for what is not its forward, and for tensors that it does not have; must not be told."""
# exercise: multi_channel
# like: nothing

from conv2d_module import Conv2D

import kit


def corr2d_multi_in(X, K):
    half = Conv2D(K.shape[1:])._supplied
    for path, args in (("module", [{"__class__": X}, True]), ("answer", [{"weight": "open"}, True]), ("", ["forward"])):
        question = {"op": "call", "exercise": "conv2d_module", "target": half.id, "path": path, "args": args, "seed": 0}
        kit.gained(half.peer.ask({**question, "forget": []}))


corr2d_multi_in_out = corr2d_multi_in
