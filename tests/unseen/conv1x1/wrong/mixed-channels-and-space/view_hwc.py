# X.reshape(h, w, c_i) in place of permute: channels and pixels get mixed.
import torch
from torch import Tensor

def corr2d_multi_in_out_1x1(X: Tensor, K: Tensor) -> Tensor:
    c_i, h, w = X.shape
    image = X.reshape(h, w, c_i)
    return torch.einsum("hwi,oi->ohw", image, K[:, :, 0, 0])
