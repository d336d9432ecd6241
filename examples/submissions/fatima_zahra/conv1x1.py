# Fatima Zahra El Idrissi


def corr2d_multi_in_out_1x1(X, K):
    return (K.flatten(1) @ X.flatten(1)).unflatten(1, X.shape[1:])
