"""What the threshold of an accuracy check is worth: how often a right network fails, and a degraded one passes.

    python -m benchmarks.accuracy [--exercise ID] [--runs N] [--degraded N]

Each run draws its own weights and order from a seed that calibration has not used. Networks are those
of the reference, trained in this process by the check's own recipe, two at a time.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch
from torch import nn

from autograder.datasets import load
from autograder.exercise import load_course
from autograder.grading.accuracy import FILE, TEST_IMAGES
from autograder.grading.reference import Reference
from autograder.sandbox.recipe import Recipe, fit

ROOT = Path(__file__).resolve().parents[1]
FIRST_SEED = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--exercise", default="lenet")
    parser.add_argument("--runs", type=int, default=400, help="of the right network (default: 400)")
    parser.add_argument("--degraded", type=int, default=40, help="of each degraded one (default: 40)")
    arguments = parser.parse_args()
    course = load_course(ROOT)
    exercise = course.exercise(arguments.exercise)
    (entries,) = json.loads((exercise.folder / FILE).read_text(encoding="utf-8")).values()
    entry = entries[course.dataset]
    print(f"{exercise.id} on {course.dataset}, torch {torch.__version__}, {entry['recipe']}")
    print(f"threshold {entry['threshold']}")
    with ProcessPoolExecutor(2) as pool:
        for name in DEGRADED:
            runs = arguments.degraded if name else arguments.runs
            started = time.perf_counter()
            jobs = [(exercise.id, name, FIRST_SEED + seed) for seed in range(runs)]
            found = list(pool.map(_accuracy, jobs, chunksize=4))
            failed = sum(accuracy < entry["threshold"] for accuracy in found)
            print(
                f"{name or 'as it should be':22} {failed:4} of {runs} fail ({failed / runs:.1%}"
                f"{f', at most {_upper(failed, runs):.2%} with 95 % confidence' if not name else ''}); "
                f"mean {statistics.mean(found):.4f}, spread {statistics.stdev(found):.4f}, lowest {min(found):.4f}; "
                f"{2 * (time.perf_counter() - started) / runs:.1f} s each",
                flush=True,
            )


def _upper(failed: int, runs: int) -> float:
    """The rate at which so few failures have a chance of 5 % (Clopper and Pearson, 1934), by bisection."""
    low, high = failed / runs, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = sum(_binomial(k, runs, middle) for k in range(failed + 1))
        low, high = (middle, high) if chance > 0.05 else (low, middle)
    return high


def _binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


@contextmanager
def _no_activation() -> Iterator[None]:
    """Sigmoids, as module or function, let everything through as it is."""
    same = lambda x: x  # noqa: E731
    with (
        mock.patch.object(torch, "sigmoid", same),
        mock.patch.object(nn.functional, "sigmoid", same),
        mock.patch.object(nn.Sigmoid, "forward", lambda self, x: x),
    ):
        yield


def _freeze(wanted: Callable[[str, nn.Parameter], bool], zero: bool) -> Callable[[nn.Module], None]:
    def freeze(net: nn.Module) -> None:
        for name, parameter in net.named_parameters():
            if wanted(name, parameter):
                parameter.requires_grad_(False)
                if zero:
                    nn.init.zeros_(parameter)

    return freeze


# What is done to the network, or to the recipe.
DEGRADED: dict[str, Callable[[nn.Module], None] | None] = {
    "": None,
    "no activation": None,
    "frozen convolutions": _freeze(lambda name, parameter: parameter.dim() == 4, zero=False),
    "no bias": _freeze(lambda name, parameter: parameter.dim() == 1, zero=True),
    "learning rate / 10": None,
}


def _accuracy(job: tuple[str, str, int]) -> float:
    id, name, seed = job
    torch.set_num_threads(1)
    course = load_course(ROOT)
    exercise = course.exercise(id)
    (entries,) = json.loads((exercise.folder / FILE).read_text(encoding="utf-8")).values()
    recipe = Recipe(**entries[course.dataset]["recipe"])
    if name == "learning rate / 10":
        recipe = replace(recipe, lr=recipe.lr / 10)
    data = load(course.dataset, course.data)
    with _no_activation() if name == "no activation" else nullcontext():
        torch.manual_seed(seed)
        net = getattr(Reference(exercise.solution), exercise.implement[0])()
        if (degrade := DEGRADED[name]) is not None:
            degrade(net)
        fit(net, data.train_images[: recipe.images], data.train_labels[: recipe.images], recipe, lambda epoch: None)
        with torch.no_grad():
            answers = net(data.test_images[:TEST_IMAGES]).argmax(1)
    return float((answers == data.test_labels[:TEST_IMAGES]).float().mean())


if __name__ == "__main__":
    main()
