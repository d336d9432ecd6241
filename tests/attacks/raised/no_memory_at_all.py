"""Returns a tensor on the device without memory; must not pass for one with the right values."""


def corr2d(X, K):
    return X.new_empty(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1).to("meta")


conv2d = corr2d
