import torch

# loop over the kernel, not over the image: far fewer iterations
def corr2d(X, K):
    H, W = X.size()
    h, w = K.size()
    oh = H - h + 1
    ow = W - w + 1
    out = 0
    for a in range(h):
        for b in range(w):
            out = out + K[a, b] * X[a:a + oh, b:b + ow]
    return out

def conv2d(X, K):
    H, W = X.size()
    h, w = K.size()
    oh, ow = H - h + 1, W - w + 1
    out = 0
    for a in range(h):
        for b in range(w):
            out = out + K[h - 1 - a, w - 1 - b] * X[a:a + oh, b:b + ow]
    return out

print("loaded corr2d")
