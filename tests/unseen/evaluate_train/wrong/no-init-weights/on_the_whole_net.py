# init_weights is called with the net itself, not with its layers.
"""A small Trainer does the work; the functions asked for are thin."""
import torch
from torch import nn


class Accumulator:
    def __init__(self, n):
        self.values = dict.fromkeys(range(n), 0.0)

    def add(self, *values):
        for i in range(len(self.values)):
            self.values[i] = self.values[i] + float(values[i])

    def reset(self):
        for i in self.values:
            self.values[i] = 0.0

    def __getitem__(self, i):
        return self.values[i]


def accuracy(y_hat, y):
    if y_hat.dim() == 2:
        y_hat = y_hat.softmax(dim=1).argmax(dim=1)
    n = 0.0
    for a, b in zip(y_hat.tolist(), y.tolist()):
        if a == b:
            n += 1
    return n


class Trainer:
    def __init__(self, net, device):
        self.net = net
        self.device = device

    def move(self, batch):
        X, y = batch
        X = [x.to(self.device) for x in X] if isinstance(X, list) else X.to(self.device)
        return X, y.to(self.device)

    def fit_epoch(self, train_iter, optimizer, loss_fn):
        self.net.train()
        loss_sum, hits, seen = 0.0, 0.0, 0
        for batch in train_iter:
            X, y = self.move(batch)
            optimizer.zero_grad(set_to_none=False)
            y_hat = self.net(X)
            loss = loss_fn(y_hat, y)
            loss.backward()
            loss_sum += float(loss.detach()) * y.shape[0]
            hits += accuracy(y_hat, y)
            seen += y.shape[0]
            optimizer.step()
        return loss_sum / seen, hits / seen

    def test(self, data_iter):
        self.net.eval()
        hits, seen = 0.0, 0
        with torch.no_grad():
            for batch in data_iter:
                X, y = self.move(batch)
                hits += accuracy(self.net(X), y)
                seen += y.shape[0]
        return hits / seen


def evaluate_accuracy_gpu(net, data_iter, device=None):
    return Trainer(net, device or next(net.parameters()).device).test(data_iter)


def init_weights(m):
    if m.__class__ in (nn.Linear, nn.Conv2d):
        m.weight.data = nn.init.xavier_uniform_(m.weight.data)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    init_weights(net)
    net.to(device)
    trainer = Trainer(net, device)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    epochs = []
    for epoch in range(1, num_epochs + 1):
        loss, acc = trainer.fit_epoch(train_iter, optimizer, nn.functional.cross_entropy)
        epochs.append({"epoch": epoch, "train_loss": loss, "train_acc": acc, "test_acc": trainer.test(test_iter)})
    return epochs


if __name__ == "__main__":
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    data = [(torch.randn(8, 2, 2), torch.randint(3, (8,))) for _ in range(3)]
    for line in train(net, data, data, 3, 0.1, "cuda" if torch.cuda.is_available() else "cpu"):
        print(line)
