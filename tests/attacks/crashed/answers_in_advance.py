"""Writes a hundred good answers before it is asked anything; must break the connection, not be believed."""

import torch

import kit

for nonce in range(100):
    kit.send({"ok": True, "value": torch.zeros(2, 2)}, nonce=nonce)


def corr2d(X, K):
    return kit.zeros(X, K)


conv2d = corr2d
