"""Returns one number, which broadcasts to every shape; must not have the right shape."""
# like: number
# check: shapes


def corr2d(X, K):
    return X.sum() * K.sum()


conv2d = corr2d
