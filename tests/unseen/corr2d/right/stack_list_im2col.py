import torch

def im2col(图像, 高, 宽):
	列 = []
	for i in range(图像.shape[0] - 高 + 1):
		for j in range(图像.shape[1] - 宽 + 1):
			列.append(图像[i:i+高, j:j+宽].reshape(-1))
	return torch.stack(列)

def corr2d(X, K, verbose=False):
	h, w = K.shape
	rows, cols = X.shape[0] - h + 1, X.shape[1] - w + 1
	A = im2col(X, h, w)
	if verbose:
		print(A.shape)
	return torch.matmul(A, K.reshape(-1)).reshape(rows, cols)

def conv2d(X, K, verbose=False):
	h, w = K.shape
	idx_r = torch.arange(h - 1, -1, -1, device=K.device)
	idx_c = torch.arange(w - 1, -1, -1, device=K.device)
	return corr2d(X, K[idx_r][:, idx_c], verbose)
