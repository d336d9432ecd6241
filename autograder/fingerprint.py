"""What a result depends on beside the student's code, in a few words: why two runs may differ, in one look.

`check`, `ci` and `grade` all print it, and the latter two write it to `fingerprint.json` beside their
results. It is no part of results.json, whose keys are settled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from autograder import __version__
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise
from autograder.language import _
from autograder.release import plain_text
from autograder.results import write_whole

FILE = "fingerprint.json"
SHOWN = 12  # characters of a digest
_PUBLIC = ("exercise.yaml", "test_public.py")


@dataclass(frozen=True)
class Fingerprint:
    """The grader's version, and digests of what decides.

    `course` is that of the whole private side, empty where only the public side is at hand; `public` is that of
    the public tests, the same for students and staff as long as they have the same release.
    """

    grader: str
    course: str
    public: str
    torch: str
    device: str
    isolation: str

    def __str__(self) -> str:
        course = f"{_('course')} {self.course[:SHOWN]}" if self.course else _("no private side")
        return (
            f"autograde {self.grader}, {course}, {_('public tests')} {self.public[:SHOWN]}, "
            f"torch {self.torch}, {self.device}, {_('isolation')} {self.isolation}"
        )

    def write(self, folder: Path) -> None:
        """Write `fingerprint.json` into `folder`."""
        write_whole(folder / FILE, json.dumps(asdict(self), indent=2) + "\n")

    def write_for_staff(self, folder: Path, course: Course) -> dict[str, Any]:
        """Write it with the digest of each exercise, so that a regrade can say which was changed; what is written.

        Students must not have these: with them they could search for the salt, which is all that `course` adds.
        """
        whole = asdict(self) | {"exercises": _of_exercises(course)}
        write_whole(folder / FILE, json.dumps(whole, indent=2) + "\n")
        return whole


def fingerprint(course: Course, *, device: str, isolation: str) -> Fingerprint:
    """The fingerprint of a run with all of `course`, on a device, at a level of isolation."""
    return Fingerprint(
        grader=__version__,
        course=_private_digest(course) if course.salt else "",
        public=_digest((each.id, *_public_texts(each)) for each in course.exercises),
        torch=str(torch.__version__),
        device=device,
        isolation=isolation,
    )


def _private_digest(course: Course) -> str:
    """Nobody can search for the salt with it: the digests of the reference go in as well."""
    settings = (course.root / "reference" / "course.yaml").read_text(encoding="utf-8")
    return _digest([("", settings), *_of_exercises(course).items()])


def _of_exercises(course: Course) -> dict[str, str]:
    return {each.id: each.digest() for each in course.exercises}


def _public_texts(exercise: Exercise) -> Iterable[str]:
    for name in _PUBLIC:
        try:
            yield plain_text((exercise.folder / name).read_bytes())
        except FileNotFoundError:  # without public tests there is nothing to run, and nothing to release
            yield ""
        except OSError as error:
            raise CourseError(exercise.folder / name, None, "file-unreadable", reason=error.strerror) from None
        except UnicodeDecodeError as error:
            raise CourseError(
                exercise.folder / name, None, "not-utf8", reason=error.reason, position=error.start
            ) from None


def _digest(parts: Iterable[tuple[str, ...]]) -> str:
    return hashlib.sha256(json.dumps(sorted(parts)).encode()).hexdigest()
