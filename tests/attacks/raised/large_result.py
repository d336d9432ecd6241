"""Returns 100 MB, which fit into its memory; must not be sent."""


def corr2d(X, K):
    return X.new_zeros(25 << 20)


conv2d = corr2d
