import torch

def corr2d_multi_in_out(X, K):
    o, c, h, w = K.shape
    oh, ow = X.shape[1] - h + 1, X.shape[2] - w + 1
    cols = []
    for i in range(oh):
        for j in range(ow):
            cols.append(X[:, i:i + h, j:j + w].flatten())
    M = torch.stack(cols, dim=1)          # (c*h*w, oh*ow)
    return (K.reshape(o, c * h * w) @ M).reshape(o, oh, ow)

def corr2d_multi_in(X, K):
    # one kernel only: the other function with o = 1
    return corr2d_multi_in_out(X, K.unsqueeze(0)).squeeze(0)
