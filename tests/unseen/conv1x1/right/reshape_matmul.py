import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    X = X.reshape((c_i, h * w))
    K = K.reshape((c_o, c_i))
    # 全连接层中的矩阵乘法
    Y = torch.matmul(K, X)
    return Y.reshape((c_o, h, w))


if __name__ == '__main__':
    X = torch.normal(0, 1, (3, 3, 3))
    K = torch.normal(0, 1, (2, 3, 1, 1))
    ref = torch.nn.functional.conv2d(X[None], K)[0]
    assert float(torch.abs(corr2d_multi_in_out_1x1(X, K) - ref).sum()) < 1e-5
    print('ok')
