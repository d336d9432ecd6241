"""Sliding windows with as_strided."""
import torch


class _SlidingWindow:
    def __init__(self, image):
        self.image = image

    def view(self, size):
        kh, kw = size
        n_rows = self.image.shape[0] - kh + 1
        n_cols = self.image.shape[1] - kw + 1
        s0, s1 = self.image.stride()
        return torch.as_strided(self.image, (n_rows, n_cols, kh, kw), (s0, s1, s0, s1),
                                self.image.storage_offset())


class _Correlator:
    def __init__(self, flip):
        self.flip = flip

    def __call__(self, X, K):
        kernel = K.flip((0, 1)) if self.flip else K
        win = _SlidingWindow(X).view(kernel.shape)
        return (win * kernel).sum(dim=(-1, -2))


corr2d = _Correlator(flip=False)
conv2d = _Correlator(flip=True)
