"""The loop: a batch, the network, the loss, the gradient, the step; and the evaluation that only reads."""

from autograder.figures import Figure


def figure():
    f = Figure(
        620, 250, "The loop of training, and the evaluation beside it",
        "Above, in training mode: a batch goes through the network to logits and to the loss; its gradient changes "
        "the parameters, and the next batch comes. Below, in evaluation mode: test batches go through the same "
        "network to a count of right answers; no gradient comes back.",
    )  # fmt: skip
    f.text(20, 30, "net.train()", "bold", anchor="start")
    f.text(20, 232, "net.eval()", "bold", anchor="start")
    f.box(20, 60, 84, 40, "in", round=6)
    f.text(62, 85, "X, y")
    f.box(20, 162, 84, 40, "in", round=6)
    f.text(62, 187, "X, y")
    f.box(170, 60, 96, 142, "par", round=10)
    f.text(218, 128, "net", "bold")
    f.text(218, 148, "p", "soft")
    for y in (80, 182):
        f.arrow((106, y), (168, y))
        f.arrow((268, y), (324, y))
        f.box(326, y - 20, 60, 40, "out", round=6)
        f.text(356, y + 5, "ŷ")
        f.arrow((388, y), (438, y))
    f.box(440, 60, 160, 40, "out", round=6)
    f.text(520, 85, "L,  n·L,  c")
    f.box(440, 162, 160, 40, "out", round=6)
    f.text(520, 187, "Σc / Σn")
    f.arrow((520, 58), (520, 30), (218, 30), (218, 58), look="ink dashed")
    f.text(369, 22, "p ← p − lr · ∂L/∂p", size=14)
    return f
