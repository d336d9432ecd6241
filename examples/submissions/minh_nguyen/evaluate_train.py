import torch
import torch.nn as nn
import torch.nn.functional as F

class Accumulator:
    def __init__(self, n):
        self.data = torch.zeros(n)

    def add(self, *values):
        self.data += torch.tensor(values)

    def reset(self):
        self.data.zero_()

    def __getitem__(self, i):
        return self.data[i].item()

def accuracy(y_hat, y):
    if y_hat.ndim > 1:
        y_hat = y_hat.argmax(1)
    return (y_hat == y).float().mean().item()

@torch.no_grad()
def evaluate_accuracy_gpu(net, data_iter, device=None):
    net.eval()
    if device is None:
        device = next(net.parameters()).device
    acc = Accumulator(2)
    for X, y in data_iter:
        X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
        acc.add(accuracy(net(X), y.to(device)), 1)
    return acc[0] / acc[1]

def init_weights(m):
    if isinstance(m, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(m.weight)

def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    history = []
    for epoch in range(num_epochs):
        net.train()
        acc = Accumulator(3)
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            out = net(X)
            loss = F.cross_entropy(out, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            acc.add(loss.item(), accuracy(out, y), 1)
        history.append({'epoch': epoch + 1, 'train_loss': acc[0] / acc[2], 'train_acc': acc[1] / acc[2],
                        'test_acc': evaluate_accuracy_gpu(net, test_iter, device)})
    return history
