"""Returns 200 MB, which fit into its memory; must not be sent."""


def corr2d(X, K):
    return X.new_zeros(50 << 20)


conv2d = corr2d
