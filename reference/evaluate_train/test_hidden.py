"""Hidden checks of evaluate_train.

`train` is followed from batch to batch: the networks keep a record of their parameters whenever
they are called, and what should come next is computed here from what was there. So no check depends
on how the first weights are drawn, a wrong step costs no loss, and a wrong loss no step. A function
that uses another one of the student's is judged by what it makes of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import assert_close, check, fail
from autograder.compare import Mismatch, within
from autograder.errors import SubmissionRaised
from autograder.grading.handles import NotDefined
from autograder.sandbox.probes import Probes

CPU = torch.device("cpu")
CLASSES = 4
EPOCHS, LR = 3, 0.3
LARGE_LR = 4.0  # predictions change from step to step
KEYS = ("epoch", "train_loss", "train_acc", "test_acc")
SIZES, TEST_SIZES = (8, 8, 3), (15, 11, 5)  # examples per batch; 19 and 31 have no share in common but 0 and 1
SIDE = 4
CONVOLUTIONAL = (("Conv2d", 1, 2, 3), ("Tanh",), ("Flatten",), ("Linear", 8, CLASSES))
# Dropout that drops everything makes the modes two functions, neither of them random.
DROPPING = (("Flatten",), ("Linear", SIDE * SIDE, 6), ("Dropout", 1.0), ("Linear", 6, CLASSES))
DRAWN = (("Linear", 9, 90), ("Conv2d", 3, 16, 5))  # if one of them raises, that costs `xavier` alone

# What a function of the student's that another one is judged by may come to.
UNUSABLE = (SubmissionRaised, Mismatch, AttributeError, TypeError)

State = dict[str, Tensor]
Pair = tuple[Any, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


# ---------------------------------------------------------------- Accumulator


@check(kind="interface", points=0.25)
def interface(submission):
    """`Accumulator(n)` holds n sums that can be read."""
    sums = submission.Accumulator(3)
    for index in range(3):
        if number(sums[index]) is None:
            fail("`Accumulator(3)[i]` is no number")


@check(kind="value", points=0.25, needs=[interface])
def sums(submission):
    """`add` adds each value to a sum of its own."""
    first, second = submission.Accumulator(3), submission.Accumulator(2)
    first.add(1, 2.5, -3)
    second.add(10, 20)
    alone = read(first, 3)
    first.add(4, 0.25, 5.5)
    if agree(alone, [11, 22.5, -3]) or agree(read(second, 2), [15, 20.25]):
        fail("what is added to one accumulator is found in another", misconception="shared-sums")
    if agree(read(first, 3), [4, 0.25, 5.5]):
        fail("the sums are what was added last", misconception="overwrites-sums")
    assert_close(read(first, 3), [5.0, 2.75, 2.5])
    assert_close(read(second, 2), [10.0, 20.0])


@check(kind="value", points=0.25, needs=[sums])
def reset(submission):
    """`reset` sets every sum to zero, and adding goes on from there."""
    sums = submission.Accumulator(2)
    sums.add(1, 2)
    sums.reset()
    after = read(sums, 2)
    sums.add(3, 4)
    if after != [0, 0] or not agree(read(sums, 2), [3, 4]):
        fail("after `reset` the sums do not start from zero", misconception="accumulator-not-reset")


# ---------------------------------------------------------------- accuracy


@check(kind="value", points=0.5)
def count(submission):
    """`accuracy` counts the rows of logits whose largest entry is at the true class."""
    for examples, classes in ((7, 3), (5, 5), (4, 9)):
        y_hat = torch.randn(examples, classes)
        y = y_hat.argmax(1)
        y[: examples // 2] = (y[: examples // 2] + 1) % classes
        expected = examples - examples // 2
        columns = y_hat.argmax(0)
        found = number(submission.accuracy(y_hat, y))
        if found is not None and close(found, expected / examples):
            fail("the result is a share, not a number of predictions", misconception="accuracy-is-fraction")
        if examples == classes and found == int((columns == y).sum()) != expected:
            fail("the largest entries of columns are counted", misconception="wrong-axis")
        assert_close(found, float(expected))


@check(kind="value", points=0.25)
def count_ids(submission):
    """`accuracy` counts the class ids that are the true ones."""
    y = torch.tensor([3, 0, 2, 1, 1, 2, 0])
    for wrong in (1, 3):
        y_hat = y.clone()
        y_hat[:wrong] = (y_hat[:wrong] + 1) % 4
        found = number(submission.accuracy(y_hat, y))
        if found is not None and close(found, (7 - wrong) / 7):
            fail("the result is a share, not a number of predictions", misconception="accuracy-is-fraction")
        if found == int((y == y_hat.argmax()).sum()):
            fail("one class is chosen among the ids", misconception="classes-not-taken")
        assert_close(found, 7.0 - wrong)


@check(kind="interface", points=0.25)
def count_is_float(submission):
    """`accuracy` returns a Python float."""
    y = torch.tensor([0, 1, 2, 0])
    try:
        found = submission.accuracy(torch.randn(4, 4), y)
    except SubmissionRaised:
        found = submission.accuracy(y.flip(0), y)
    if type(found) is not float:
        fail("the number of right predictions is not a Python float", misconception="not-a-float")


# ---------------------------------------------------------------- evaluate_accuracy_gpu


@check(kind="interface", points=0.25)
def evaluation(submission):
    """`evaluate_accuracy_gpu` returns a number, and another one where the network is wrong more often."""
    net, twin = twins(submission, [("Linear", 5, CLASSES)])
    X = inputs((5, 3), 5)
    found = [number(evaluated(submission, net, answered(twin, X, right=each))) for each in ((4, 2), (0, 0))]
    if None in found:
        fail("the result is not a number")
    if found[0] == found[1]:
        fail("the result is the same whether the predictions are right or wrong")


@check(kind="value", points=0.25, needs=[evaluation])
def evaluates(submission):
    """`evaluate_accuracy_gpu` gives the share of all examples that are classified rightly."""
    net, twin = twins(submission, (("Linear", 5, 6), ("Tanh",), ("Linear", 6, CLASSES)))
    pairs = answered(twin, inputs((4, 4, 3), 5), right=(4, 2, 1))
    assert_share(submission, number(evaluated(submission, net, pairs)), logits_of(twin, pairs))


@check(kind="value", points=0.25, needs=[evaluation])
def default_device(submission):
    """Without a device, `evaluate_accuracy_gpu` gives what it gives with that of the parameters."""
    net, twin = twins(submission, (("Linear", 5, 6), ("Tanh",), ("Linear", 6, CLASSES)))
    pairs = answered(twin, inputs((4, 4, 3), 5), right=(4, 2, 1))
    assert_same(evaluated(submission, net, pairs, []), evaluated(submission, net, pairs))


@check(kind="interface", points=0.25, needs=[evaluation])
def share_is_float(submission):
    """`evaluate_accuracy_gpu` returns a Python float."""
    net, twin = twins(submission, [("Linear", 5, CLASSES)])
    if type(evaluated(submission, net, answered(twin, inputs((4, 4), 5), right=(4, 1)))) is not float:
        fail("the accuracy is not a Python float", misconception="not-a-float")


@check(kind="value", points=0.5, needs=[evaluation])
def eval_mode(submission):
    """The network is evaluated in evaluation mode."""
    net, twin = twins(submission, DROPPING)
    pairs = answered(twin.eval(), inputs((6, 5, 4), SIDE, SIDE), right=(5, 4, 4))
    while right_of(logits_of(twin.train(), pairs)) > 9:  # in training mode all predictions are the same class
        pairs = answered(twin.eval(), inputs((6, 5, 4), SIDE, SIDE), right=(5, 4, 4))
    found = number(evaluated(submission, net, pairs))
    calls = forwards(submission.log())
    # The same two functions in networks that know no modes tell what it should be, and should not.
    kept, lost = (submission.net(*(("Identity",) if each[0] == "Dropout" else each for each in DROPPING)) for _ in "ab")
    with torch.no_grad():
        for name, parameter in twin.named_parameters():
            kept.get_parameter(name).copy_(parameter)
            lost.get_parameter(name).copy_(parameter if name == "3.bias" else torch.zeros(()))
    expected, dropped = (number(evaluated(submission, each, pairs)) for each in (kept, lost))
    if found == dropped != expected or (dropped == expected and any(all(call["modes"].values()) for call in calls)):
        fail("the accuracy is that of the network in training mode", misconception="no-eval-mode")
    assert_same(found, expected)

    net, twin = twins(submission, [("Linear", 5, 6), ("BatchNorm1d", 6), ("Linear", 6, CLASSES)])
    before = {name: buffer.clone() for name, buffer in net.named_buffers()}
    evaluated(submission, net, answered(twin.eval(), inputs((5, 4), 5), (5, 4)))
    net.pull()
    if not all(torch.allclose(buffer.double(), before[name].double()) for name, buffer in net.named_buffers()):
        fail("batch normalisation learns from the data that is evaluated", misconception="no-eval-mode")


@check(kind="gradient", points=0.5, needs=[evaluation])
def no_gradients(submission):
    """While it is evaluated, nothing is recorded for gradients."""
    net, twin = twins(submission, [("Linear", 5, CLASSES)])
    evaluated(submission, net, answered(twin, inputs((4, 4), 5), right=(4, 2)))
    calls = forwards(submission.log())
    if not calls:
        fail("the network is never called")
    if any(call["grad"] and call["requires_grad"] for call in calls):
        fail("the network is called with gradients switched on", misconception="gradients-on")


@check(kind="value", points=0.25, needs=[evaluation])
def list_batches(submission):
    """Batches whose X is a list of tensors are evaluated as well."""
    net, twin = twins(submission, [("Join",), ("Linear", 5, CLASSES)])
    pairs = answered(twin, inputs((4, 4), 5), right=(3, 1))
    found = evaluated(submission, net, [([x[:, :2].clone(), x[:, 2:].clone()], y) for x, y in pairs])
    assert_same(found, evaluated(submission, net, pairs))


# ---------------------------------------------------------------- init_weights


@check(kind="interface", points=0.25)
def initialises(submission):
    """`init_weights` gives new weights to a linear layer, to a convolutional one, or to both."""
    if not any(redraws(submission, layer) for layer in DRAWN):
        for layer in DRAWN:  # if it raises, that is what is told
            submission.init_weights(submission.net(layer))
        # Leaving alone what it is to leave alone is nothing by itself.
        fail("`init_weights` draws no weights at all", misconception="not-xavier")


@check(kind="value", points=0.25, needs=[initialises])
def xavier(submission):
    """`init_weights` draws the weights of linear and convolutional layers from Xavier's uniform distribution."""
    drawn = []
    shapes = [(("Linear", 60, 12), 72), *zip(DRAWN, (99, 19 * 25), strict=True)]
    for layer, fans in [*shapes, *shapes]:
        net = submission.net(layer)
        with torch.no_grad():
            net.get_parameter("weight").fill_(0.5)
        submission.init_weights(net)
        net.pull()
        drawn.append((layer[0], net.get_parameter("weight").detach().clone(), (6 / fans) ** 0.5))
    drawn_at_all = {name: not bool((weight == 0.5).all()) for name, weight, _ in drawn}
    if len(set(drawn_at_all.values())) == 2:
        fail("only one of the two kinds of layers gets new weights", misconception="conv-not-drawn")
    for _, weight, bound in drawn:
        if not float(weight.abs().max()) <= bound * (1 + 1e-5):
            fail("some weights lie outside of the bounds", misconception="not-xavier")
        # Of 600 numbers or more that are uniform, the largest and the mean square hardly vary.
        if float(weight.abs().max()) < 0.9 * bound or not 0.75 < 3 * float(weight.square().mean()) / bound**2 < 1.25:
            fail("the weights do not fill the space between the bounds evenly", misconception="not-xavier")
        if abs(float(weight.mean())) > 0.15 * bound:
            fail("the weights are not spread evenly around zero", misconception="not-xavier")
    if any(torch.equal(first[1], second[1]) for first, second in zip(drawn[:3], drawn[3:], strict=True)):
        fail("two layers get the same weights", misconception="not-xavier")


@check(kind="value", points=0.25, needs=[initialises])
def biases_kept(submission):
    """`init_weights` draws weights, and leaves biases as they are."""
    for layer in DRAWN:
        assert_kept(submission, layer, ["bias"], "bias-initialised")


@check(kind="value", points=0.25, needs=[initialises])
def others_kept(submission):
    """`init_weights` draws weights, and leaves all other modules as they are."""
    others = [
        ("BatchNorm2d", 3), ("LayerNorm", 4), ("Embedding", 5, 3), ("ConvTranspose2d", 2, 3, 2), ("Conv1d", 2, 3, 2),
        ("ReLU",), ("Flatten",),
    ]  # fmt: skip
    for layer in others:
        assert_kept(submission, layer, None, "others-initialised")


# ---------------------------------------------------------------- train


@check(kind="training", points=0.25)
def trains(submission):
    """`train` runs, and trains on every batch once in every epoch."""
    follow(submission, CONVOLUTIONAL)


@check(kind="interface", points=0.25, needs=[trains])
def history(submission):
    """`train` returns a list with one dict per epoch."""
    found = follow(submission, CONVOLUTIONAL, whole=True).history
    if not isinstance(found, (list, tuple)) or not all(isinstance(each, dict) for each in found):
        fail("the result is not a list of dicts", misconception="no-history")
    if len(found) != EPOCHS:
        fail(
            "after {epochs} epochs the list has {count} entries",
            misconception="no-history",
            epochs=EPOCHS,
            count=len(found),
        )
    for each in found:
        if missing := [key for key in KEYS if key not in each]:
            fail("there is no `{key}` in the dict of an epoch", misconception="no-history", key=missing[0])


@check(kind="interface", points=0.25, needs=[history])
def history_numbers(submission):
    """The numbers in the history are Python floats, and `epoch` an int that counts from 1."""
    found = follow(submission, CONVOLUTIONAL, whole=True).history
    if [each["epoch"] for each in found] != [*range(1, EPOCHS + 1)] or {type(each["epoch"]) for each in found} != {int}:
        fail("`epoch` does not count from 1", misconception="epoch-from-zero")
    for key in KEYS[1:]:
        if any(type(each[key]) is not float for each in found):
            fail("`{key}` is not a Python float", misconception="not-a-float", key=key)


@check(kind="training", points=0.25, needs=[trains])
def draws_weights(submission):
    """Training starts from weights that `init_weights` has drawn."""
    run = follow(submission, CONVOLUTIONAL, start=0.125)
    kept = [name for name, each in run.states[0].items() if "weight" in name and bool((each == 0.125).all())]
    layers = {"0.weight": CONVOLUTIONAL[0], "3.weight": CONVOLUTIONAL[3]}
    # A kind of layer that the student's own init_weights forgets costs a check of its own.
    if any(redraws(submission, layers[name]) for name in kept) or len(kept) == len(layers):
        fail("the first batch meets weights that have not been drawn anew", misconception="no-init-weights")


@check(kind="training", points=0.25, needs=[trains])
def learns(submission):
    """Training changes the parameters."""
    run = follow(submission, CONVOLUTIONAL)
    if all(still(difference(after, before)) for before, after in run.pairs()):
        fail("the parameters do not change", misconception="no-update")


@check(kind="training", points=0.5, needs=[learns])
def steps(submission):
    """Each batch moves the parameters by -lr times the gradient of its mean cross-entropy."""
    run = follow(submission, CONVOLUTIONAL)
    slopes = [run.slope(step) for step in range(run.steps)]
    taken = [difference(after, before) for before, after in run.pairs()]
    right = [scaled(slope, -LR) for slope in slopes]
    wrong = [step for step in range(run.steps) if not alike(taken[step], right[step])]
    if not wrong:
        return
    explain_steps(run, taken, right, wrong)
    fail("the parameters after a batch are not where they should be")


@check(kind="training", points=0.5, needs=[learns])
def train_mode(submission):
    """Every training batch meets the network in training mode, also after an evaluation."""
    run = follow(submission, DROPPING, training=False)
    for step, (before, after) in enumerate(run.pairs()):
        taken = difference(after, before)
        as_training, as_evaluating = (scaled(run.slope(step, training=mode), -LR) for mode in (True, False))
        if alike(taken, as_training):
            continue
        if alike(taken, as_evaluating) or not all(run.modes[step].values()):  # steps have a check of their own
            fail("a training batch meets the network in evaluation mode", misconception="no-train-mode")


@check(kind="value", points=0.5, needs=[history])
def train_loss(submission):
    """`train_loss` is the average over the epoch's examples, each taken before its batch's step."""
    run = follow(submission, CONVOLUTIONAL)
    found = run.recorded("train_loss")
    losses = [run.loss(step) for step in range(run.steps)]
    weighted = [loss * size for loss, size in zip(losses, run.sizes, strict=True)]
    expected = [sum(each) / sum(SIZES) for each in run.by_epoch(weighted)]
    if agree(found, expected) or agree(found, run.own_averages(submission, weighted)):
        return
    taken = [difference(after, before) for before, after in run.pairs()]
    for kind in (summed, *(loss for _, loss in OTHER_LOSSES)):  # what the steps follow is judged by the steps
        others = [run.loss(step, kind=kind) * size for step, size in enumerate(run.sizes)]
        if agree(found, [sum(each) / sum(SIZES) for each in run.by_epoch(others)]) and run.follows(kind, taken):
            return
    later = [run.loss(step, run.states[step + 1]) * size for step, size in enumerate(run.sizes)]
    whole = [run.loss_of_all(state) for state in run.after_epochs()]
    plain, late = run.by_epoch(losses), run.by_epoch(later)
    for misconception, numbers in (
        ("loss-not-weighted", [sum(each) / len(each) for each in plain]),
        ("loss-not-weighted", [sum(each) / sum(SIZES) for each in plain]),
        ("loss-not-weighted", [sum(each) for each in plain]),
        ("accumulator-not-reset", run.running(weighted)),
        ("accumulator-not-reset", [sum(weighted[: len(SIZES) * e]) / sum(SIZES) for e in range(1, EPOCHS + 1)]),
        ("loss-not-divided", [sum(each) for each in run.by_epoch(weighted)]),
        ("loss-after-update", [sum(each) / sum(SIZES) for each in late]),
        ("loss-after-update", whole),
        ("one-batch-only", [each[-1] for each in plain]),
        ("one-batch-only", [each[0] for each in plain]),
        ("one-batch-only", [each[-1] * SIZES[-1] / sum(SIZES) for each in plain]),
        ("wrong-count", [sum(each) / (SIZES[0] * len(SIZES)) for each in run.by_epoch(weighted)]),
        ("wrong-count", [sum(each) / len(SIZES) for each in run.by_epoch(weighted)]),
        ("wrong-count", [sum(each) * SIZES[0] / sum(SIZES) for each in plain]),
        ("rounded-numbers", rounded_as(found, expected)),
    ):
        if agree(found, numbers):
            fail("the losses of the epochs are other averages", misconception)
    assert_close(found, expected)


@check(kind="value", points=0.5, needs=[history])
def train_acc(submission):
    """`train_acc` is the share of the epoch's examples that were right before their batch's step."""
    run = follow(submission, CONVOLUTIONAL)
    found = run.recorded("train_acc")
    outputs = [run.logits(step) for step in range(run.steps)]
    counts = [float(right(each)) for each in outputs]
    expected = [sum(each) / sum(SIZES) for each in run.by_epoch(counts)]
    if agree(found, expected):
        return
    own = own_counts(submission, outputs)
    if any(agree(found, run.own_averages(submission, each)) for each in (counts, own) if each):
        return
    if own and agree(found, [sum(each) / sum(SIZES) for each in run.by_epoch(own)]):
        return
    shares = [each / size for each, size in zip(counts, run.sizes, strict=True)]
    later = [float(right(run.logits(step, run.states[step + 1]))) for step in range(run.steps)]
    whole = [share([run.logits_of(pair, state) for pair in run.data]) for state in run.after_epochs()]
    for misconception, numbers in (
        ("batch-mean", [sum(each) / len(each) for each in run.by_epoch(shares)]),
        ("accumulator-not-reset", run.running(counts)),
        ("accumulator-not-reset", [sum(counts[: len(SIZES) * e]) / sum(SIZES) for e in range(1, EPOCHS + 1)]),
        ("not-divided", [sum(each) for each in run.by_epoch(counts)]),
        ("percent", [100 * each for each in expected]),
        ("loss-after-update", [sum(each) / sum(SIZES) for each in run.by_epoch(later)]),
        ("loss-after-update", whole),
        ("one-batch-only", [each[-1] for each in run.by_epoch(shares)]),
        ("one-batch-only", [each[-1] / sum(SIZES) for each in run.by_epoch(counts)]),
        ("wrong-count", [sum(each) / (SIZES[0] * len(SIZES)) for each in run.by_epoch(counts)]),
        ("wrong-count", [sum(each) / len(SIZES) for each in run.by_epoch(counts)]),
        ("rounded-numbers", rounded_as(found, expected)),
    ):
        if agree(found, numbers):
            fail("the accuracies of the epochs are other averages", misconception)
    assert_close(found, expected)


@check(kind="value", points=0.25, needs=[history])
def test_acc(submission):
    """`test_acc` is the accuracy on `test_iter` after each epoch."""
    run = follow(submission, CONVOLUTIONAL, lr=LARGE_LR)
    found = run.recorded("test_acc")
    ends = run.tested
    expected = run.accuracies(run.tests, ends)
    if agree(found, expected) or agree(found, [own_evaluation(submission, run, state) for state in ends]):
        return
    for misconception, numbers in (
        ("tests-on-training-set", run.accuracies(run.data, ends)),
        ("tested-too-early", run.accuracies(run.tests, run.before_epochs())),
        ("batch-mean", [run.batch_mean(state) for state in ends]),
        ("percent", [100 * each for each in expected]),
        ("not-divided", [each * sum(TEST_SIZES) for each in expected]),
        ("rounded-numbers", rounded_as(found, expected)),
    ):
        if agree(found, numbers):
            fail("the accuracies on the test data are others", misconception)
    seen = [index(call["x"], run.tests) for call in forwards(submission.log())]
    if all(each is None for each in seen):
        fail("the test data is never looked at", misconception="tests-on-training-set")
    assert_close(found, expected)


@check(kind="value", points=0.25, needs=[test_acc, eval_mode])
def tests_in_eval_mode(submission):
    """The test data meets a network in evaluation mode."""
    run = follow(submission, DROPPING)
    calls = [call for call in run.calls if index(call["x"], run.tests) is not None]
    if any(call["training"] or all(call["modes"].values()) for call in calls):
        fail("a batch of the test data meets the network in training mode", misconception="no-eval-mode")


# ---------------------------------------------------------------- devices


@check(kind="device", points=0.5, needs=[learns])
def moves_training(submission, device):
    """`train` moves the network and every batch to `device`."""
    layers = (("Linear", 5, 6), ("Tanh",), ("Linear", 6, CLASSES))
    net, _ = twins(submission, layers)
    data, tests = ([(x, torch.randint(CLASSES, (len(x),))) for x in inputs(sizes, 5)] for sizes in (SIZES, TEST_SIZES))
    error = None
    try:
        submission.train(net, submission.batches(data), submission.batches(tests), 1, LR, device)
    except SubmissionRaised as raised:
        error = raised
    calls = [call for call in forwards(submission.log()) if index(call["x"], data) is not None]
    if any(call["device"] != str(device) for call in calls):  # of a network left behind, torch itself complains
        fail("a batch is not on the device when it meets the network", misconception="wrong-device")
    if error is None:
        if not calls:
            fail("no batch is trained on", misconception="batches-left-out")
        stays, _ = twins(submission, layers)
        submission.train(stays, submission.batches(data), submission.batches(tests), 1, LR, CPU)
        if any(call["device"] != "cpu" for call in forwards(submission.log()) if call["of"] == 1):
            fail("a batch leaves the CPU though it is the device", misconception="wrong-device")
        return
    there = submission.net(*layers, device=device)
    last = calls and index(calls[-1]["x"], data) == len(SIZES) - 1
    if last and raises(lambda: submission.evaluate_accuracy_gpu(there, submission.batches(tests), device)):
        return  # what evaluation does has checks of its own
    if error.type in ("RuntimeError", "TypeError", "AssertionError"):
        fail("what works on the CPU raises on the device", misconception="wrong-device")
    raise error


@check(kind="device", points=0.25, needs=[evaluation])
def evaluates_there(submission, device):
    """Batches are evaluated on `device`."""
    assert_evaluated_there(submission, [("Linear", 5, CLASSES)], inputs((4, 4), 5), [device], device, "wrong-device")


@check(kind="device", points=0.25, needs=[default_device, evaluates_there])
def follows_parameters(submission, device):
    """Without a device, batches are evaluated where the network's parameters are."""
    assert_evaluated_there(submission, [("Linear", 5, CLASSES)], inputs((4, 4), 5), [], device, "wrong-device")


@check(kind="device", points=0.25, needs=[list_batches, evaluates_there])
def list_moved(submission, device):
    """Every tensor of a list is moved."""
    X = [[x[:, :2].clone(), x[:, 2:].clone()] for x in inputs((4, 4), 5)]
    layers = [("Join",), ("Linear", 5, CLASSES)]
    assert_evaluated_there(submission, layers, X, [device], device, "list-batch-not-moved")


# ---------------------------------------------------------------- a training, followed from batch to batch


@dataclass
class Run:
    """What a run of `train` did: the parameters that each batch met, in order, and those at the end.

    Where the student's evaluation raises, only the first epoch can be seen.
    """

    layers: Sequence[Sequence[Any]]
    data: list[Pair]
    tests: list[Pair]
    history: Any
    states: list[State]
    modes: list[dict[str, bool]]
    tested: list[State]  # the parameters when each epoch was over
    calls: list[dict[str, Any]]

    @property
    def steps(self) -> int:
        return len(self.states) - 1

    @property
    def sizes(self) -> list[int]:
        """The number of examples of each step's batch."""
        return [*SIZES] * (self.steps // len(SIZES))

    def batch(self, step: int) -> Pair:
        return self.data[step % len(self.data)]

    def pairs(self) -> Iterable[tuple[State, State]]:
        """The states before and after each step."""
        return zip(self.states, self.states[1:], strict=False)

    def before_epochs(self) -> list[State]:
        return self.states[:: len(SIZES)][:EPOCHS]

    def after_epochs(self) -> list[State]:
        return self.states[:: len(SIZES)][1:]

    def logits_of(self, pair: Pair, state: State, *, training: bool = True) -> tuple[Tensor, Tensor]:
        """What a network with these parameters makes of a batch, with gradients, and the labels."""
        net = Probes().net(*self.layers).double().train(training)
        leaves = {name: each.double().requires_grad_() for name, each in state.items()}
        self.leaves = leaves
        return torch.func.functional_call(net, leaves, pair[0].double()), pair[1]

    def logits(self, step: int, state: State | None = None, *, training: bool = True) -> tuple[Tensor, Tensor]:
        return self.logits_of(self.batch(step), self.states[step] if state is None else state, training=training)

    def loss(self, step: int, state: State | None = None, *, kind: Loss = F.cross_entropy) -> float:
        return kind(*self.logits(step, state)).item()

    def loss_of_all(self, state: State) -> float:
        """The loss of all training examples under these parameters."""
        each = [F.cross_entropy(*self.logits_of(pair, state), reduction="sum").item() for pair in self.data]
        return sum(each) / sum(SIZES)

    def slope(self, step: int, *, training: bool = True, loss: Loss = F.cross_entropy) -> State:
        """The gradient of a batch's loss at the parameters that it met."""
        value = loss(*self.logits(step, training=training))
        found = torch.autograd.grad(value, [*self.leaves.values()], allow_unused=True)
        return {
            name: torch.zeros_like(leaf) if each is None else each
            for (name, leaf), each in zip(self.leaves.items(), found, strict=True)
        }

    def follows(self, loss: Loss, taken: list[State]) -> bool:
        """Whether the steps are those of another loss, or constant multiples of them."""
        factors = [along(each, scaled(self.slope(step, loss=loss), -LR)) for step, each in enumerate(taken)]
        return None not in factors and agree(factors, [factors[0]] * len(factors))

    def recorded(self, key: str) -> list[float | None]:
        return [number(each[key]) for each in self.history]

    def by_epoch(self, values: Sequence[float]) -> list[Sequence[float]]:
        return [values[e * len(SIZES) : (e + 1) * len(SIZES)] for e in range(EPOCHS)]

    def running(self, values: Sequence[float]) -> list[float]:
        """The averages since the first epoch."""
        return [sum(values[: len(SIZES) * e]) / (sum(SIZES) * e) for e in range(1, EPOCHS + 1)]

    def accuracies(self, pairs: list[Pair], states: list[State]) -> list[float]:
        return [share([self.logits_of(pair, state) for pair in pairs]) for state in states]

    def batch_mean(self, state: State) -> float:
        """The average of the test batches' accuracies."""
        return sum(share([self.logits_of(pair, state)]) for pair in self.tests) / len(self.tests)

    def own_averages(self, submission: Any, values: Sequence[float]) -> list[float | None]:
        """The averages that come out if the student's own Accumulator adds up."""
        if own_average(submission, values[: len(SIZES)], SIZES) is None:
            return []
        found = []
        try:
            with aside(submission):
                one = submission.Accumulator(2)
                for numbers in self.by_epoch(values):
                    one.reset()
                    for value, size in zip(numbers, SIZES, strict=True):
                        one.add(value, size)
                    found.append(quotient(*read(one, 2)))
        except UNUSABLE:
            return []
        return found


def follow(
    submission: Any,
    layers: Sequence[Sequence[Any]],
    *,
    start: float | None = None,
    training: bool = True,
    lr: float = LR,
    whole: bool = False,
) -> Run:
    """Call `train`, and find out which parameters each batch met. Fails if not every batch was trained on.

    All weights may be set to `start` before, and the network be handed over in evaluation mode. A run that
    ends because the student's own evaluation raises will do, unless it must be `whole`.
    """
    net = submission.net(*layers).train(training)
    if start is not None:
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                if "weight" in name:
                    parameter.fill_(start)
    data, tests = (
        [(x, torch.randint(CLASSES, (len(x),))) for x in inputs(sizes, 1, SIDE, SIDE)] for sizes in (SIZES, TEST_SIZES)
    )
    history, error, epochs = None, None, EPOCHS
    try:
        history = submission.train(net, submission.batches(data), submission.batches(tests), EPOCHS, lr, CPU)
    except SubmissionRaised as raised:
        if whole or not evaluation_raises(submission, layers, tests):
            raise
        error, epochs = raised, 1
    calls = forwards(submission.log())
    net.pull()
    end = {name: each.detach().clone() for name, each in net.named_parameters()}
    met: list[tuple[int, dict[str, Any]]] = []
    tested: dict[int, State] = {}
    for call in calls:
        which = index(call["x"], data) if call["grad"] else None
        if which is not None and (not met or met[-1][0] != which):
            met.append((which, call))
        if met and len(met) % len(SIZES) == 0 and index(call["x"], tests) is not None:
            tested.setdefault(len(met) // len(SIZES) - 1, call["parameters"])
    complete = [which for which, _ in met] == [*range(len(SIZES))] * epochs
    if error is not None and not complete:
        raise error
    if not complete:
        fail("not every batch is trained on once in every epoch", misconception="batches-left-out")
    states = [call["parameters"] for _, call in met] + [end]
    ends = [tested.get(e, states[(e + 1) * len(SIZES)]) for e in range(epochs)]
    return Run(layers, data, tests, history, states, [call["modes"] for _, call in met], ends, calls)


def evaluation_raises(submission: Any, layers: Sequence[Sequence[Any]], tests: list[Pair]) -> bool:
    """Whether the student's evaluate_accuracy_gpu raises where `train` may call it: that has checks of its own."""
    for device in ([CPU], []):
        net = submission.net(*layers)
        with torch.no_grad():
            for parameter in net.parameters():  # whatever draws them, for a diagnosis compares what comes of it
                parameter.zero_()
        try:
            with aside(submission):
                evaluated(submission, net, tests, device)
        except (SubmissionRaised, NotDefined):
            return True
    return False


def explain_steps(run: Run, taken: list[State], right: list[State], wrong: list[int]) -> None:
    """Fail with the misconception that explains all steps, if one does."""
    many = len(SIZES)
    if any(map(still, taken)):
        fail("some batches leave the parameters as they are", misconception="fewer-steps-than-batches")
    if all((step + 1) % many == 0 and step + 1 < run.steps for step in wrong):
        fail("between two epochs the parameters are replaced", misconception="weights-redrawn")
    repeated = [any(alike(taken[k], total(right[j : k + 1])) for j in range(k + 1)) for k in range(run.steps)]
    if all(repeated):
        fail("some steps also repeat the gradients of steps before", misconception="gradient-not-zeroed")
    idle = [name for name in taken[0] if all(still({name: step[name]}) for step in taken)]
    moved = [{name: each for name, each in step.items() if name not in idle} for step in right]
    if idle and all(map(alike, taken, moved)):
        fail("some parameters never change", misconception="parameters-left-out")
    factors = [along(step, slope) for step, slope in zip(taken, right, strict=True)]
    if None not in factors:
        if agree(factors, run.sizes):
            fail("the steps are as long as those of the summed loss", misconception="summed-loss")
        if agree(factors, [factors[0]] * len(factors)):
            uphill = "ascent" if factors[0] < 0 else "wrong-lr"
            fail("the steps have another length or the opposite direction", misconception=uphill)
    for misconception, loss in OTHER_LOSSES:
        if run.follows(loss, taken):
            fail("the steps are those of another loss", misconception)
    first = torch.cat([each.flatten() for each in taken[0].values()])
    rest, state = difference(taken[0], right[0]), {name: each.double() for name, each in run.states[0].items()}
    equal = float(first.abs().max()) < 1.02 * float(first.abs().median())  # an optimizer makes all steps equally long
    decayed = along(rest, state) is not None and not still(rest)
    if equal or decayed or factors[0] is not None:
        fail("some steps are not -lr times the gradient", misconception="not-plain-sgd")


def summed(y_hat: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(y_hat, y, reduction="sum")


def one_hot(y_hat: Tensor, y: Tensor) -> Tensor:
    return F.one_hot(y, y_hat.shape[1]).to(y_hat)


# Losses that a step may follow in place of the mean cross-entropy, up to a constant factor.
OTHER_LOSSES = (
    ("softmax-twice", lambda y_hat, y: F.cross_entropy(y_hat.softmax(1), y)),
    ("not-cross-entropy", lambda y_hat, y: F.mse_loss(y_hat, one_hot(y_hat, y))),
    ("not-cross-entropy", lambda y_hat, y: F.mse_loss(y_hat.softmax(1), one_hot(y_hat, y))),
    ("not-cross-entropy", lambda y_hat, y: F.nll_loss(y_hat, y)),
    ("not-cross-entropy", lambda y_hat, y: F.nll_loss(y_hat.softmax(1), y)),
    ("not-cross-entropy", lambda y_hat, y: F.binary_cross_entropy_with_logits(y_hat, one_hot(y_hat, y))),
    ("not-cross-entropy", lambda y_hat, y: F.multi_margin_loss(y_hat, y)),
    ("not-cross-entropy", lambda y_hat, y: F.cross_entropy(y_hat, y, label_smoothing=0.1)),
)


def difference(after: State, before: State) -> State:
    return {name: after[name].double() - before[name].double() for name in before}


def scaled(state: State, factor: float) -> State:
    return {name: factor * each for name, each in state.items()}


def total(states: Sequence[State]) -> State:
    return {name: sum((each[name] for each in states), torch.zeros(())) for name in states[0]}


def still(step: State) -> bool:
    return all(float(each.abs().max()) < 1e-7 for each in step.values())


def alike(step: State, expected: State) -> bool:
    """Whether a step is the expected one; what is lost when it is added to a parameter is forgiven."""
    return all(torch.allclose(step[name], each, rtol=1e-3, atol=2e-6) for name, each in expected.items())


def along(step: State, expected: State) -> float | None:
    """How many times the expected step it is, if it is a multiple."""
    one, other = (torch.cat([each.flatten() for each in state.values()]) for state in (step, expected))
    factor = float(one @ other / (other @ other))
    return factor if alike(step, scaled(expected, factor)) else None


# ---------------------------------------------------------------- networks, data, numbers


def twins(
    submission: Any, layers: Sequence[Sequence[Any]], device: torch.device | None = None
) -> tuple[nn.Module, nn.Module]:
    """A network in the worker and one here, with the same random parameters."""
    net, twin = submission.net(*layers, device=device), Probes().net(*layers)
    with torch.no_grad():
        for name, parameter in twin.named_parameters():
            parameter.copy_(torch.randn(parameter.shape))
            net.get_parameter(name).copy_(parameter)
    return net, twin


def inputs(sizes: Sequence[int], *shape: int) -> list[Tensor]:
    return [torch.randn(size, *shape) for size in sizes]


def answered(twin: nn.Module, X: Sequence[Any], right: Sequence[int]) -> list[Pair]:
    """The batches with labels such that as many predictions of each are right."""
    pairs = []
    with torch.no_grad():
        for x, many in zip(X, right, strict=True):
            y = twin(x).argmax(1)
            y[many:] = (y[many:] + 1) % CLASSES
            pairs.append((x, y))
    return pairs


def logits_of(twin: nn.Module, pairs: Iterable[Pair]) -> list[tuple[Tensor, Tensor]]:
    with torch.no_grad():
        return [(twin(x), y) for x, y in pairs]


def right(output: tuple[Tensor, Tensor]) -> int:
    return int((output[0].argmax(1) == output[1]).sum())


def share(outputs: Sequence[tuple[Tensor, Tensor]]) -> float:
    return sum(map(right, outputs)) / sum(len(y) for _, y in outputs)


def right_of(outputs: Sequence[tuple[Tensor, Tensor]]) -> int:
    return sum(map(right, outputs))


def evaluated(submission: Any, net: nn.Module, pairs: Sequence[Pair], device: Sequence[torch.device] = (CPU,)) -> Any:
    """What the student's evaluate_accuracy_gpu makes of these batches."""
    return submission.evaluate_accuracy_gpu(net, submission.batches(pairs), *device)


def assert_same(found: Any, expected: Any) -> None:
    """Two evaluations give the same; whether it is right is judged elsewhere."""
    one, other = number(found), number(expected)
    if one is None or other is None or not close(one, other):
        fail("the accuracy is another one than that of the same examples and network otherwise")


def assert_share(submission: Any, found: float | None, outputs: Sequence[tuple[Tensor, Tensor]]) -> None:
    """The share of right predictions; counted by the student's own accuracy where that is another number."""
    expected = share(outputs)
    if found is not None and (close(found, expected) or agrees_with_own(submission, found, outputs)):
        return
    sizes, counts = [len(y) for _, y in outputs], [*map(right, outputs)]
    shares = [count / size for count, size in zip(counts, sizes, strict=True)]
    for misconception, value in (
        ("batch-mean", sum(shares) / len(shares)),
        ("not-divided", sum(counts)),
        ("percent", 100 * expected),
        ("one-batch-only", shares[-1]),
        ("one-batch-only", shares[0]),
        ("one-batch-only", counts[-1] / sum(sizes)),
        ("wrong-count", sum(counts) / (sizes[0] * len(sizes))),
        ("wrong-count", sum(counts) / len(sizes)),
        *[("rounded-numbers", each) for each in rounded_as([found], [expected])],
    ):
        if found is not None and close(found, value):
            fail("the accuracy is another number", misconception)
    assert_close(found, expected)


@contextmanager
def aside(submission: Any) -> Iterator[None]:
    """The calls inside are not what the check is about: messages are to name the call before them."""
    last = submission.last_request
    try:
        yield
    finally:
        submission.last_request = last


def agrees_with_own(submission: Any, found: float, outputs: Sequence[tuple[Tensor, Tensor]]) -> bool:
    """Whether the accuracy is what the student's own Accumulator and accuracy lead to."""
    counts, sizes = own_counts(submission, outputs), [len(y) for _, y in outputs]
    if not counts:
        return False
    if close(found, sum(counts) / sum(sizes)):
        return True
    own = [own_average(submission, values, sizes) for values in (counts, [*map(right, outputs)])]
    return any(each is not None and close(found, each) for each in own)


def own_counts(submission: Any, outputs: Sequence[tuple[Tensor, Tensor]]) -> list[float]:
    """What the student's own accuracy says of each batch; nothing if it says nothing, or the same of all predictions.

    What agrees with a function that looks at nothing is no evidence of anything.
    """
    try:
        with aside(submission):
            counts = [number(submission.accuracy(y_hat.detach().float(), y)) for y_hat, y in outputs]
            y_hat = outputs[0][0].detach().float()
            best = y_hat.argmax(1)
            told_apart = [number(submission.accuracy(y_hat, (best + by) % CLASSES)) for by in (0, 1)]
    except UNUSABLE:
        return []
    return [] if None in counts or told_apart[0] == told_apart[1] else counts


def own_average(submission: Any, values: Sequence[float], sizes: Sequence[int]) -> float | None:
    """The average that the student's own Accumulator leads to; None if it leads to none, or to one of anything."""
    found = []
    try:
        with aside(submission):
            for by in (1, 2):
                sums = submission.Accumulator(2)
                for value, size in zip(values, sizes, strict=True):
                    sums.add(float(by * value + by - 1), size)
                found.append(quotient(*read(sums, 2)))
    except UNUSABLE:
        return None
    return None if found[0] == found[1] else found[0]


def own_evaluation(submission: Any, run: Run, state: State) -> float | None:
    """What the student's own evaluate_accuracy_gpu says of the test data; None if it says the same of all labels."""
    net = submission.net(*run.layers)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(state[name])
    found = []
    try:
        with aside(submission):
            best = [(x, run.logits_of((x, y), state)[0].argmax(1)) for x, y in run.tests]
            for pairs in (run.tests, best, [(x, (y + 1) % CLASSES) for x, y in best]):
                found.append(number(submission.evaluate_accuracy_gpu(net, submission.batches(pairs), CPU)))
    except UNUSABLE:
        return None
    return None if found[1] == found[2] else found[0]


def assert_evaluated_there(
    submission: Any, layers: Sequence[Any], X: Sequence[Any], given: Sequence[Any], device: Any, misconception: str
) -> None:
    """The accuracy on the device is that on the CPU."""
    net, twin = twins(submission, layers, device)
    pairs = answered(twin, X, right=(3, 1))
    start = len(submission.log())
    try:
        found = evaluated(submission, net, pairs, given)
    except SubmissionRaised as error:
        if error.type not in ("RuntimeError", "TypeError", "AssertionError"):
            raise
        fail("what works on the CPU raises on the device", misconception)
    if any(call["device"] != str(device) for call in forwards(submission.log()[start:])):
        fail("a batch is not on the device when it meets the network", misconception)
    here = submission.net(*layers)
    with torch.no_grad():
        for name, parameter in twin.named_parameters():
            here.get_parameter(name).copy_(parameter)
    assert_same(found, evaluated(submission, here, pairs))


def assert_kept(submission: Any, layer: Sequence[Any], names: list[str] | None, misconception: str) -> None:
    """`init_weights` leaves these parameters of a layer as they are, or all of them."""
    net = submission.net(layer)
    before = {name: torch.randn(each.shape) for name, each in net.named_parameters()}
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(before[name])
    try:
        submission.init_weights(net)
    except SubmissionRaised as error:
        if layer in DRAWN:
            return
        if error.type not in ("ValueError", "AttributeError", "TypeError", "RuntimeError"):
            raise
        fail("`init_weights` raises for `nn.{layer}`", misconception, layer=layer[0])
    net.pull()
    for name, parameter in net.named_parameters():
        if (names is None or name in names) and not torch.equal(parameter.detach(), before[name]):
            fail("the {name} of `nn.{layer}` is changed", misconception, name=name, layer=layer[0])


def redraws(submission: Any, layer: Sequence[Any]) -> bool:
    """Whether the student's own init_weights changes the weight of such a layer."""
    net = submission.net(layer)
    with torch.no_grad():
        net.get_parameter("weight").fill_(0.125)
    try:
        with aside(submission):
            submission.init_weights(net)
    except UNUSABLE:
        return False
    net.pull()
    return not bool((net.get_parameter("weight") == 0.125).all())


def raises(call: Callable[[], Any]) -> bool:
    try:
        call()
    except SubmissionRaised:
        return True
    return False


def forwards(log: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is recorded of the network's calls."""
    return [event for event in log if event.get("event") == "forward"]


def index(x: Any, pairs: Sequence[Pair]) -> int | None:
    """Which of these batches the network was called with, if it was one, in whatever shape."""
    if isinstance(x, Tensor):
        for number, (known, _) in enumerate(pairs):
            if x.numel() == known.numel() and torch.equal(x.detach().cpu().flatten().to(known), known.flatten()):
                return number
    return None


def number(value: Any) -> float | None:
    """A number, or a tensor of one element, as a float; None for anything else: types have checks of their own."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.detach().item()
    return float(value) if isinstance(value, (int, float)) else None


def read(sums: Any, many: int) -> list[float | None]:
    return [number(sums[index]) for index in range(many)]


def quotient(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def close(one: float, other: float) -> bool:
    return within(abs(one - other), 1e-4 * max(1.0, abs(other)))


def rounded_as(found: Sequence[float | None], expected: Sequence[float]) -> list[float]:
    """The expected numbers with as few decimals as were found, if these are three or less."""
    for digits in (1, 2, 3):
        if None not in found and all(each == round(each, digits) for each in found):
            return [round(each, digits) for each in expected]
    return []


def agree(found: Sequence[float | None], expected: Sequence[float | None]) -> bool:
    """Whether two lists hold the same numbers."""
    if len(found) != len(expected) or None in found or None in expected:
        return False
    return all(map(close, found, expected))
