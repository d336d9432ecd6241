# Noah Dubois
import torch
import torch.nn.functional as F  # pour comparer


def corr2d(X, K):
    h, w = K.shape
    H_out, W_out = X.shape[0] - h + 1, X.shape[1] - w + 1
    # chaque colonne est une fenêtre
    columns = F.unfold(X[None, None], (h, w))[0]
    return (K.reshape(1, -1) @ columns).reshape(H_out, W_out)


def conv2d(X, K):
    return corr2d(X, K.rot90(2))


def test():
    X, K = torch.randn(5, 7), torch.randn(3, 2)
    assert torch.allclose(corr2d(X, K), F.conv2d(X[None, None], K[None, None])[0, 0], atol=1e-5)


if __name__ == "__main__":
    test()
    print("ok")
