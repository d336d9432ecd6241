import torch
import torch.nn.functional as F
from torch import nn

class Accumulator:
    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *values):
        self.data = [a + b for a, b in zip(self.data, values)]

    def reset(self):
        self.data = [0.0] * len(self.data)

    def __getitem__(self, i):
        return self.data[i]

def accuracy(y_hat, y):
    if y_hat.dim() > 1:
        y_hat = y_hat.argmax(dim=1)
    return float((y_hat == y).sum())

def evaluate_accuracy_gpu(net, data_iter, device=None):
    if device is None:
        device = next(net.parameters()).device
    net.eval()
    right, total = 0.0, 0
    with torch.no_grad():
        for X, y in data_iter:
            X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
            y = y.to(device)
            right += accuracy(net(X), y)
            total += len(y)
    return right / total

def init_weights(m):
    if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
        nn.init.xavier_uniform_(m.weight)

def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    history = []
    for i in range(num_epochs):
        net.train()
        total_loss, batches = 0.0, 0
        right, total = 0.0, 0
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            optimizer.zero_grad()
            y_hat = net(X)
            loss = F.cross_entropy(y_hat, y)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            batches += 1
            right += accuracy(y_hat, y)
            total += len(y)
        history.append({
            'epoch': i + 1,
            'train_loss': total_loss / batches,
            'train_acc': right / total,
            'test_acc': evaluate_accuracy_gpu(net, train_iter, device),
        })
        print('epoch', i + 1, 'loss', total_loss / batches)
    return history
