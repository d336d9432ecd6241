"""einsum on the squeezed kernel; typed, with an optional bias."""

from typing import Optional

import torch


def corr2d_multi_in_out_1x1(
    X: torch.Tensor, K: torch.Tensor, bias: Optional[torch.Tensor] = None
) -> torch.Tensor:
    Y = torch.einsum("oi,ihw->ohw", K[:, :, 0, 0], X)
    if bias is not None:
        Y = Y + bias[:, None, None]
    return Y
