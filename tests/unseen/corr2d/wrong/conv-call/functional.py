# Lets F.conv2d do the work.
import torch
import torch.nn.functional as F

def corr2d(X, K):
    return F.conv2d(X.unsqueeze(0).unsqueeze(0), K.unsqueeze(0).unsqueeze(0)).squeeze(0).squeeze(0)

def conv2d(X, K):
    return corr2d(X, torch.flip(K, [0, 1]))
