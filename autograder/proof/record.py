"""What was found about the hidden tests of one exercise."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.mutants import Outcome

MOST_USED = 0.5  # of a tolerance, by what is right
LEAST_BEYOND = 2.0  # tolerances, by what is wrong


@dataclass
class Tolerance:
    """How far right and wrong solutions are from being taken for each other in one check, in units of its tolerance.

    `used` is the largest part of it that a right solution takes, `beyond` how many times the nearest wrong one
    takes it; None where no such solution was compared. `by` and `of` are their files, with the call. `provable` is
    what rounding can take at worst, in any order of summation; None where the bound does not apply.
    """

    used: float | None = None
    by: str = ""
    beyond: float | None = None
    of: str = ""
    provable: float | None = None

    def take_right(self, used: float, by: str) -> None:
        if self.used is None or used > self.used:
            self.used, self.by = used, by

    def take_wrong(self, beyond: float, of: str) -> None:
        if self.beyond is None or beyond < self.beyond:
            self.beyond, self.of = beyond, of


@dataclass
class Proof:
    """What was found about one exercise; `caught` maps each chaff to the checks that it lost.

    `named` are the chaffs that were recognised as their misconception, `flaky` the checks whose verdict on the
    same solution differed between salts, `impostors` says how many were tried.
    """

    exercise: str
    problems: list[str] = field(default_factory=list)
    reference: float = 0.0
    stub: float = 0.0
    points: float = 0.0
    wheats: dict[str, float] = field(default_factory=dict)
    caught: dict[str, list[str]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    flaky: list[str] = field(default_factory=list)
    impostors: int = 0
    tolerances: dict[str, Tolerance] = field(default_factory=dict)
    mutants: Outcome | None = None
