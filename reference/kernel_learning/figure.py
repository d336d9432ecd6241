"""The loss of the worked example over K, and the way that descent takes with a small and with a large lr."""

from autograder.figures import Figure

START, BEST, CURVATURE = 0.4, 2.0, 5.0  # L(K) = 5 (K - 2)^2 for X = [1 2] and Y = [2 4]
TOP = 12.8


def loss(K):
    return CURVATURE * (K - BEST) ** 2


def figure():
    f = Figure(
        560, 260, "Descent with a small and with a large learning rate",
        "The loss is a parabola over K with its lowest point at K = 2. On the left, with lr = 0.03, each step is "
        "0.7 times as far from 2 as the one before. On the right, with lr = 0.21, each step jumps over the valley "
        "and lands 1.1 times as far away.",
    )  # fmt: skip
    for left, lr, start, steps in ((40, 0.03, START, 4), (310, 0.21, 1.0, 4)):
        bottom, width, height = 214, 210, 160

        def at(K, value=None, left=left, bottom=bottom, width=width, height=height):
            return left + width * (K - 0.4) / 3.2, bottom - height * (loss(K) if value is None else value) / TOP

        f.line([(left, 44), (left, bottom), (left + width, bottom)])
        f.text(left - 6, 40, "L(K)", "soft", anchor="start")
        f.text(left + width, bottom + 20, "K", "soft", anchor="end")
        f.line([at(0.4 + 3.2 * n / 40) for n in range(41)], "thick")
        f.line([at(BEST, 0), (at(BEST)[0], bottom + 5)])
        f.text(at(BEST)[0], bottom + 20, "2")
        K = start
        for _ in range(steps):
            after = K - lr * 2 * CURVATURE * (K - BEST)
            f.arrow(at(K), at(after))
            f.dot(*at(K))
            K = after
        f.dot(*at(K))
        f.text(left + width / 2 + 6, 32, f"lr = {lr}", "bold")
    return f
