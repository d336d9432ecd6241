"""Broadcasting: the kernel's own two axes of 1 meet height and width; sum over input channels."""


def corr2d_multi_in_out_1x1(X, K):
    return (X.unsqueeze(0) * K).sum(dim=1)
