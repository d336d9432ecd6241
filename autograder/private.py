"""Nothing of the private side goes out: solutions, hidden tests, wheats, chaffs, the salt.

Two questions are asked. Would a file of the public side give away a line of a body that was cut from
the stub? And does a text that was made for students, whatever its format, hold a line of anything
private? A line counts if it says something: not `return Y`, not a `def`, not what is public anyway.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.exercise import Course, Exercise
from autograder.stub import cuts, parse

SHORTEST_SECRET = 13
_TRIVIAL = re.compile(
    r"return [\w.]+|super\(\).__init__\(\)|[\w, ()*]+ = [\w.]+\.shape|for \w+ in range\(\w+\):|with torch\.no_grad\(\):"
    r"|(from|import) .*|def \w+\(.*|raise NotImplementedError.*|self\.\w+ = \w+"
)
_PRIVATE_FILES = ("solution.py", "test_hidden.py", "equivalent.yaml", "wheat/*.py", "chaff/*/*.py")


def keep_solution(exercise: Exercise, solution: str, given: Mapping[str, str]) -> None:
    """Refuse to release a line of a body that was cut from `solution` in a public file, by name in `given`."""
    text, tree = parse(solution)
    lines = text.split("\n")
    for cut in cuts(text, tree, exercise.implement):
        for secret in _secrets(lines[cut.first - 1 : cut.last]):
            for name, content in given.items():
                if secret in content:
                    number = content[: content.index(secret)].count("\n") + 1
                    raise CourseError(
                        exercise.solution if name == f"{exercise.id}.py" else exercise.folder / name,
                        None if name == f"{exercise.id}.py" else number,
                        "secret-released",
                        place=f"{name}:{number}",
                        line=secret,
                    )


def _secrets(lines: Iterable[str]) -> Iterator[str]:
    """What these lines say that nobody may read, without indentation and comments."""
    for line in lines:
        secret = line.partition("  #")[0].strip().lstrip("# ")
        if len(secret) >= SHORTEST_SECRET and not _TRIVIAL.fullmatch(secret):
            yield secret


@dataclass(frozen=True)
class PrivateSide:
    """The lines of a course that students must not read, each with the file that it is from."""

    lines: Mapping[str, Path]

    @classmethod
    def of(cls, course: Course, public: Iterable[str]) -> PrivateSide:
        """Every line of the private files that is not in one of the `public` texts, and not the title of a check."""
        known = "\n".join(public)
        lines = {course.salt: course.root / "reference" / "course.yaml"}
        for exercise in course.exercises:
            titles = _titles(exercise.hidden_tests)
            for path in [path for pattern in _PRIVATE_FILES for path in sorted(exercise.folder.glob(pattern))]:
                for secret in _secrets(path.read_text(encoding="utf-8").splitlines()):
                    if secret.strip("\"'") not in titles:
                        lines.setdefault(secret, path)
        return cls({line: path for line, path in lines.items() if line not in known})

    def refuse(self, folder: Path, but: Iterable[str] = ()) -> None:
        """Raise `CourseError` if a file below `folder` holds one of the lines, as it stands or written in JSON.

        The folders `but`, by name, are not for students.
        """
        texts = {
            path.relative_to(folder): path.read_bytes().decode("utf-8", errors="replace")
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0] not in but
        }
        everything = "\n".join(texts.values())
        for line, path in self.lines.items():
            for form in {line, json.dumps(line, ensure_ascii=False)[1:-1]}:
                if form in everything:
                    name = next(name for name, text in texts.items() if form in text)
                    raise CourseError(path, None, "secret-released", place=name, line=line)


def _titles(test_file: Path) -> frozenset[str]:
    """What students read of hidden tests in any case: the first lines of the docstrings."""
    tree = ast.parse(test_file.read_text(encoding="utf-8"))
    found = [ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    return frozenset(text.partition("\n")[0].strip() for text in found if text)
