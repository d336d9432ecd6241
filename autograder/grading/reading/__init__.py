"""Reads a student's source text without running it: which library names can a function reach?

scopes     which name is bound to what, where
folding    what constant expressions come to
values     what an expression may stand for
evaluate   what an expression does stand for
flow       where values go: parameters, attributes, containers
walk       the code that a function reaches, and what it mentions
reach      all of it: what the graded functions can reach
"""

from autograder.grading.reading.reach import reachable
from autograder.grading.reading.walk import Mention

__all__ = ["Mention", "reachable"]
