"""Checks of evaluate_train that you may read and run: `autograde check`."""

import torch

from autograder import assert_close, check, fail

CPU = torch.device("cpu")
LOGITS = torch.tensor([[0.1, 2.0, 0.3], [1.5, 0.2, 0.9], [0.0, 0.1, 0.2]])


@check(kind="interface")
def interface(submission):
    """`Accumulator(n)` starts with n sums at zero."""
    sums = submission.Accumulator(3)
    assert_close([float(sums[i]) for i in range(3)], [0.0, 0.0, 0.0])


@check(kind="value", needs=[interface])
def sums(submission):
    """`add` adds a value to each sum, and `reset` sets them all to zero."""
    sums = submission.Accumulator(2)
    sums.add(1, 2.5)
    sums.add(3, 4)
    assert_close([float(sums[0]), float(sums[1])], [4.0, 6.5])
    sums.reset()
    if sums[0] != 0 or sums[1] != 0:
        fail("after `reset` the sums are not zero", misconception="accumulator-not-reset")


@check(kind="value")
def count(submission):
    """`accuracy` counts the right predictions, given as logits or as class ids."""
    right = float(submission.accuracy(LOGITS, torch.tensor([1, 2, 2])))
    if abs(right - 2 / 3) < 1e-6:
        fail("the result is the share of right predictions, not their number", misconception="accuracy-is-fraction")
    assert_close(right, 2.0)
    assert_close(float(submission.accuracy(torch.tensor([2, 0, 1]), torch.tensor([2, 1, 1]))), 2.0)


@check(kind="interface", needs=[count])
def count_is_float(submission):
    """`accuracy` returns a Python float."""
    found = submission.accuracy(LOGITS, torch.tensor([1, 2, 2]))
    if type(found) is not float:
        fail("the number of right predictions is not a Python float")


@check(kind="value")
def evaluation(submission):
    """`evaluate_accuracy_gpu` gives the share of all examples, also if the last batch is smaller."""
    net = submission.net(("Identity",), ("Linear", 2, 2))
    with torch.no_grad():
        net.get_parameter("1.weight").copy_(torch.eye(2))
        net.get_parameter("1.bias").zero_()
    X = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    data = submission.batches([(X, torch.tensor([0, 1])), (X[:1], torch.tensor([1]))])
    for device in ([], [CPU]):
        share = float(submission.evaluate_accuracy_gpu(net, data, *device))
        if abs(share - 0.5) < 1e-6:
            fail("the result is the average of the two batches", misconception="batch-mean")
        assert_close(share, 2 / 3)


@check(kind="value", needs=[evaluation])
def list_batch(submission):
    """`evaluate_accuracy_gpu` takes batches whose X is a list of tensors."""
    net = submission.net(("Join",), ("Linear", 2, 2))
    with torch.no_grad():
        net.get_parameter("1.weight").copy_(torch.eye(2))
        net.get_parameter("1.bias").zero_()
    X = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    data = submission.batches([([X[:, :1], X[:, 1:]], torch.tensor([0, 1]))])
    assert_close(float(submission.evaluate_accuracy_gpu(net, data)), 1.0)


@check(kind="value")
def xavier(submission):
    """`init_weights` draws the weight of a linear layer between -b and b, and leaves its bias."""
    layer = submission.net(("Linear", 4, 2))
    with torch.no_grad():
        layer.get_parameter("weight").fill_(7.0)
        layer.get_parameter("bias").fill_(7.0)
    submission.init_weights(layer)
    layer.pull()
    weight, bias = layer.get_parameter("weight").detach(), layer.get_parameter("bias").detach()
    if bool((weight == 7).any()):
        fail("the weight is as it was", misconception="not-xavier")
    if float(weight.abs().max()) > 1:
        fail("b is 1 here, and some weights are larger", misconception="not-xavier")
    if not bool((bias == 7).all()):
        fail("the bias was changed", misconception="bias-initialised")


@check(kind="training")
def training(submission):
    """`train` gives one dict per epoch, and learns to tell two points apart."""
    net = submission.net(("Identity",), ("Linear", 2, 2))
    X, y = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]), torch.tensor([0, 1, 0])
    data = submission.batches([(X[:2], y[:2]), (X[2:], y[2:])])
    history = submission.train(net, data, submission.batches([(X, y)]), 30, 0.5, CPU)
    if not isinstance(history, list) or len(history) != 30 or not all(isinstance(each, dict) for each in history):
        fail("the result is not a list with one dict for each of the 30 epochs", misconception="no-history")
    for number, each in enumerate(history, 1):
        if sorted(each) != ["epoch", "test_acc", "train_acc", "train_loss"] or each["epoch"] != number:
            fail("the dict of epoch {number} does not hold what it should", misconception="no-history", number=number)
    if not float(history[-1]["train_loss"]) < float(history[0]["train_loss"]):
        fail("the loss of the last epoch is not below that of the first")
    assert_close(float(history[-1]["train_acc"]), 1.0)
    assert_close(float(history[-1]["test_acc"]), 1.0)


@check(kind="training", needs=[training])
def modes(submission):
    """Training batches are seen in training mode, test batches in evaluation mode."""
    net = submission.net(("Identity",), ("Dropout", 0.5), ("Linear", 2, 2))
    train_X, test_X, y = torch.ones(4, 2), torch.ones(3, 2), torch.zeros(4, dtype=torch.int64)
    data, test = submission.batches([(train_X, y)]), submission.batches([(test_X, y[:3])])
    submission.train(net, data, test, 3, 0.1, CPU)
    for event in submission.log():
        if event["event"] == "forward" and event["shape"][0] == len(train_X) and not event["training"]:
            fail("a batch of the training data meets a network in evaluation mode", misconception="no-train-mode")
        if event["event"] == "forward" and event["shape"][0] == len(test_X) and event["training"]:
            fail("a batch of the test data meets a network in training mode", misconception="no-eval-mode")


@check(kind="device", needs=[training])
def device(submission, device):
    """`train` moves the network and every batch to the device that it is given."""
    net = submission.net(("Identity",), ("Linear", 2, 2))
    pairs = [(torch.eye(2), torch.tensor([0, 1]))]
    submission.train(net, submission.batches(pairs), submission.batches(pairs), 1, 0.1, device)
    for event in submission.log():
        if event["event"] == "forward" and (event["device"] != "cuda:0" or event["parameter_device"] != "cuda:0"):
            fail("a batch, or the network, is not on the device", misconception="wrong-device")
