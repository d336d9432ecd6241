"""The names are callable objects of one class, and the loop over kernels is a generator."""

import torch


class Correlation:
    def __init__(self, many_kernels):
        self.many_kernels = many_kernels

    def one_map(self, X, K):
        rows = range(X.shape[1] - K.shape[1] + 1)
        columns = range(X.shape[2] - K.shape[2] + 1)
        return torch.stack([torch.stack([self.one_number(X, K, i, j) for j in columns]) for i in rows])

    @staticmethod
    def one_number(X, K, i, j):
        return torch.dot(X[:, i : i + K.shape[1], j : j + K.shape[2]].reshape(-1), K.reshape(-1))

    def __call__(self, X, K):
        if not self.many_kernels:
            return self.one_map(X, K)
        return torch.stack(tuple(self.one_map(X, kernel) for kernel in K))


corr2d_multi_in = Correlation(many_kernels=False)
corr2d_multi_in_out = Correlation(many_kernels=True)
