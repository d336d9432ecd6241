"""What students handed in, read as data: nothing of it is imported, run, unpickled or unpacked to disk.

    source     the text of one exercise, and what is allowed to become text
    folders    a folder's files            archives   an archive's files
    syntax     the names that code binds   notebooks  a notebook as a module
    reading    one entry -> Submission     entries    a folder of entries -> list of Submission
    times      when an entry was handed in

Everything a student can make long, deep or many has a bound here. A file beyond it, or one that cannot
be read, is `Rejected` with a reason and costs that student that exercise, and nobody else anything.
"""

from autograder.submission.entries import collect, folder_names, ignored
from autograder.submission.reading import Submission, read, read_cells
from autograder.submission.source import Rejected, Source, Unreadable
from autograder.submission.times import submitted_at

__all__ = [
    "Rejected", "Source", "Submission", "Unreadable", "collect", "folder_names", "ignored", "read", "read_cells",
    "submitted_at",
]  # fmt: skip
