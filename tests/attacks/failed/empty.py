"""Returns an empty tensor, to which everything is close; must not have the right shape."""
# like: empty
# check: shapes


def corr2d(X, K):
    return X.new_empty(0)


conv2d = corr2d
