import torch

def corr2d_multi_in_out_1x1(X, K):
    conv = torch.nn.functional.conv2d
    return conv(X[None], K)[0]
