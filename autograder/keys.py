"""The keys of course.yaml and exercise.yaml: what the loaders accept, and what the documentation says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

NUMBER = (int, float)


@dataclass(frozen=True)
class Key:
    """One key: the types that its value may have, and what it means. `default` holds where it is left out."""

    name: str
    types: tuple[type, ...]
    meaning: str
    example: str
    required: bool = False
    default: str = ""


def required(keys: Iterable[Key]) -> list[str]:
    """The names of those that must be there."""
    return [each.name for each in keys if each.required]


COURSE = (
    Key("format", (int,), "The form of this file.", "1", required=True),
    Key("name", (str,), "The course's name: nbgrader's assignment, Canvas's column.", "cnn", required=True),
    Key(
        "salt", (str,),
        "Seeds every hidden input. Change it for your class, and keep it to yourself; it must not be empty.",
        "change-me-for-your-class", required=True,
    ),
    Key("dataset", (str,), "The images that networks learn from: `digits`, `mnist` or `fashion_mnist`.", "mnist",
        default="`digits`"),
    Key("data", (str,), "The folder of datasets that are not embedded, below the course's.", "data",
        default="`data`"),
    Key("limits", (dict,), "Seconds per check on this machine, by exercise or by `exercise/check`; they have the last "
        "word.", "{edges/accuracy: 90}", default="what each exercise says"),
    Key("late", (dict,), "What late work costs.", "{due: 2026-12-01T23:59:00+01:00, per_day: 0.1}",
        default="nobody is late"),
    Key("package", (str,), "What students' machines give to pip to get this package.",
        "convgrade @ git+https://git.example.edu/autograde", default="the release on PyPI"),
)  # fmt: skip

LATE = (
    Key("due", (datetime,), "When work is due: a time with an offset.", "2026-12-01T23:59:00+01:00", required=True),
    Key("grace_minutes", NUMBER, "Who is late by no more than these loses nothing.", "15", default="0"),
    Key("per_day", NUMBER, "The share of the score that each day costs which begins after `due`.", "0.1",
        default="0"),
    Key("floor", NUMBER, "The share of the score that is left however late it comes.", "0.5", default="0"),
    Key("extensions", (dict,), "Students who have another due time.", "{alice: 2026-12-05T23:59:00+01:00}",
        default="none"),
    Key("timestamps", (str,), "`mtime`: where nothing better is known, believe the files' times.", "mtime",
        default="do not"),
)  # fmt: skip

EXERCISE = (
    Key("format", (int,), "The form of this file.", "1", required=True),
    Key("order", (int,), "Its place in the course.", "1", required=True),
    Key("title", (str,), "Its title.", "Two-dimensional cross-correlation", required=True),
    Key("points", NUMBER, "What there is to be had, above 0: the sum over the hidden checks.", "10", required=True),
    Key(
        "implement", (list,),
        "The functions and classes that students write. Their bodies are cut out for the stub; all else is given.",
        "[shrink, Sharpen]", required=True,
    ),
    Key("forbid", (list,), "What they must not call: a named set (`conv-call`), dotted names or operators.",
        "[conv-call, torch.fft.*, aten::mm]", default="nothing"),
    Key("limits", (dict,), "What a submission may use.", "{seconds: 10, memory_mb: 1024}", default="as below"),
    Key("misconceptions", (dict,), "What a student reads whose mistake was recognised: the idea, never the code.",
        "{flipped-kernel: Cross-correlation takes the kernel as it stands.}", default="none"),
    Key("extra_credit", (bool,), "Whether its points count for the score and not for the points to be had.", "true",
        default="`false`"),
)  # fmt: skip

LIMITS = (
    Key("seconds", NUMBER, "Wall time of one check.", "10", default="10"),
    Key("memory_mb", NUMBER, "Memory of the worker, above what it starts with, in MiB.", "1024", default="1024"),
    Key("gpu_memory_mb", NUMBER, "Memory on the GPU, in MiB.", "2048", default="2048"),
    Key("checks", (dict,), "Seconds of those checks that may take another time.", "{accuracy: 40}", default="none"),
)  # fmt: skip
