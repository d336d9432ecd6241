# F.conv2d with the given kernel.
import torch
import torch.nn.functional as F

def corr2d_multi_in_out_1x1(X, K):
    return F.conv2d(X.unsqueeze(0), K).squeeze(0)
