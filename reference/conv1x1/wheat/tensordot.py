"""tensordot bound to a name by a lambda."""
import torch; from torch import tensordot as 点积

corr2d_multi_in_out_1x1 = lambda X, K: 点积(K.reshape(K.shape[:2]), X, dims=1)
