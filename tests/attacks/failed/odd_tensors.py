"""Returns complex, sparse, quantized, nested, meta, named, boolean and 8-bit tensors in turn; none may pass or stop anything."""

import itertools
import warnings

import torch

warnings.simplefilter("ignore")
MAKERS = [
    lambda Y: Y.to(torch.complex64),
    lambda Y: Y.to_sparse(),
    lambda Y: torch.quantize_per_tensor(Y.float(), 0.1, 0, torch.qint8),
    lambda Y: torch.nested.nested_tensor([Y, Y]),
    lambda Y: Y.to("meta"),
    lambda Y: Y.refine_names("a", "b"),
    lambda Y: Y > 0,
    lambda Y: Y.to(torch.float8_e4m3fn),
    lambda Y: torch.func.vmap(lambda y: y)(Y).to(torch.int8),
    lambda Y: Y.expand(*[1] * 6, *Y.shape).expand(*[7] * 6, *Y.shape),
]
turn = itertools.cycle(MAKERS)


def corr2d(X, K):
    return next(turn)(torch.einsum("ijkl,kl->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K))


conv2d = corr2d
