"""Mutants: references altered by a machine, each of which must lose a mark unless it is equivalent."""

from autograder.mutants.general import operators
from autograder.mutants.making import Mutant, mutants_of
from autograder.mutants.running import Kept, Outcome, kill

__all__ = ["Kept", "Mutant", "Outcome", "kill", "mutants_of", "operators"]
