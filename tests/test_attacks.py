"""Hostile students, graded in one class with honest ones; what they are and how they are judged: benchmarks/hostile.py.

One isolation level, that of this machine; `python -m benchmarks.attacks` goes through all of them.
"""

from __future__ import annotations

import pytest

from benchmarks.hostile import Attack, Class, Entry, attacks, damage, gain, grade_class, learnt, outcome

Each = Attack | Entry
FOUND = attacks()
each_attack = pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.id)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return grade_class(tmp_path_factory.mktemp("attacks"))


@each_attack
def test_an_attack_comes_to_what_its_folder_says(attack: Each, graded: Class) -> None:
    assert outcome(attack, graded) == attack.status, graded.result(attack)


@each_attack
def test_an_attack_gains_no_marks(attack: Each, graded: Class) -> None:
    assert gain(attack, graded) <= 0
    if attack.status == "passed":  # nor does the attempt cost any, if the work is right
        assert gain(attack, graded) == 0, graded.result(attack)["checks"]


@each_attack
def test_an_attack_learns_nothing(attack: Each, graded: Class) -> None:
    assert learnt(attack, graded) == []


@each_attack
def test_an_attack_says_what_it_is(attack: Each) -> None:
    assert attack.statement


def test_nothing_is_harmed(graded: Class) -> None:
    """Neither the run, nor honest students, nor files, nor the machine."""
    assert damage(graded) == []


def test_there_are_many() -> None:
    assert len(FOUND) >= 150
