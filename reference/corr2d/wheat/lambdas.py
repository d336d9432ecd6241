"""Two lambdas on nested comprehensions, and semicolons."""
import torch; from torch import stack

corr2d = lambda X, K: stack([stack([(X[i:i+K.shape[0], j:j+K.shape[1]] * K).sum() for j in range(X.shape[1]-K.shape[1]+1)]) for i in range(X.shape[0]-K.shape[0]+1)])
conv2d = lambda X, K: corr2d(X, torch.flip(torch.flip(K, [0]), [1]))
