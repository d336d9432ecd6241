"""gradebook.db: nbgrader's own gradebook of a class, which instructors correct in its formgrader.

    overrides   what instructors gave there, read and applied to a record
    book        a record as the gradebook holds it
    process     the process that writes it        writer   what runs in that process

Only `writer` imports nbgrader: that takes a second and a hundred megabytes, which no process that grades should
have. It writes grader's scores and comments alone, never an instructor's.
"""

from autograder.gradebook.book import FILE
from autograder.gradebook.overrides import apply_overrides
from autograder.gradebook.process import GradebookProcess

__all__ = ["FILE", "GradebookProcess", "apply_overrides"]
