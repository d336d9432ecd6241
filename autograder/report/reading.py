"""Reads results.json back. Only the types are certain: texts may hold anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

from autograder.errors import FileError
from autograder.language import _
from autograder.results import (
    SCHEMA_VERSION,
    CheckResult,
    CheckStatus,
    ExerciseResult,
    ExerciseStatus,
    Isolation,
    Kind,
    Late,
    Record,
    SubmissionResult,
)

FILE = "results.json"

T = TypeVar("T")


def read_record(out: Path) -> Record:
    """The record that `autograde grade` wrote into `out`, or that is the file `out`.

    Raises `FileError` if there is none that can be read.
    """
    path = out if out.is_file() else out / FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        if not isinstance(raw, dict):
            raise ValueError(_("it holds no record"))
        if (version := raw.get("schema_version")) != SCHEMA_VERSION:
            raise FileError(path, None, "results-version", version=version, known=SCHEMA_VERSION)
        return _record(raw)
    except FileNotFoundError:
        raise FileError(path, None, "results-missing") from None
    except OSError as error:
        raise FileError(path, None, "file-unreadable", reason=error.strerror) from None
    except KeyError as error:
        reason = _("key {key} is missing").format(key=error)
        raise FileError(path, None, "results-broken", reason=reason) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise FileError(path, None, "results-broken", reason=error) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(_("{constant} is no number of points").format(constant=constant))


def _record(raw: Mapping[str, Any]) -> Record:
    isolation = raw["isolation"]
    return Record(
        course=_text(raw["course"]),
        device=_text(raw["device"]),
        isolation=Isolation(
            _text(isolation["level"]),
            _each(_text, isolation["layers"]),
            dict.fromkeys(_each(_text, isolation["missing"]), ""),
        ),
        exercises=tuple(
            (_text(each["id"]), _text(each["title"]), _number(each["points"])) for each in raw["exercises"]
        ),
        submissions=tuple(
            SubmissionResult(
                _text(each["student"]),
                _each(_exercise, each["exercises"]),
                _late(each["late"]) if "late" in each else None,
            )
            for each in raw["submissions"]
        ),
        extra_credit=frozenset(
            _text(each["id"]) for each in raw["exercises"] if _flag(each.get("extra_credit", False))
        ),
    )


def _late(raw: Mapping[str, Any]) -> Late:
    submitted = None if raw["submitted"] is None else _time(raw["submitted"])
    return Late(_time(raw["due"]), submitted, _number(raw["seconds"]), _number(raw["factor"]))


def _exercise(raw: Mapping[str, Any]) -> ExerciseResult:
    return ExerciseResult(
        id=_text(raw["id"]),
        status=_one_of(ExerciseStatus, raw["status"]),
        score=None if raw["score"] is None else _number(raw["score"]),
        points=_number(raw["points"]),
        message=_text(raw["message"]),
        follow_through=_each(_text, raw["follow_through"]),
        digest=_text(raw["digest"]),
        seconds=_number(raw["seconds"]),
        checks=_each(_check, raw["checks"]),
        manual_score=_number(raw["manual_score"]) if "manual_score" in raw else None,
        comment=_text(raw.get("comment", "")),
        extra_credit=_flag(raw.get("extra_credit", False)),
    )


def _check(raw: Mapping[str, Any]) -> CheckResult:
    return CheckResult(
        id=_text(raw["id"]),
        kind=_one_of(Kind, raw["kind"]),
        title=_text(raw["title"]),
        status=_one_of(CheckStatus, raw["status"]),
        score=_number(raw["score"]),
        points=_number(raw["points"]),
        message=_text(raw["message"]),
        misconception=None if raw["misconception"] is None else _text(raw["misconception"]),
        hint=_text(raw["hint"]),
        auto_score=_number(raw["auto_score"]) if "auto_score" in raw else None,
        extra_credit=_number(raw.get("extra_credit", 0.0)),
    )


def _each(read: Callable[[Any], T], raw: Any) -> tuple[T, ...]:
    if not isinstance(raw, list):
        raise TypeError(_("a list is expected, not {type}").format(type=type(raw).__name__))
    return tuple(read(each) for each in raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError(_("a text is expected, not {type}").format(type=type(raw).__name__))
    return raw


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise TypeError(_("a number is expected, not {type}").format(type=type(raw).__name__))
    return float(raw)


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError(_("true or false is expected, not {type}").format(type=type(raw).__name__))
    return raw


def _time(raw: Any) -> str:
    datetime.fromisoformat(_text(raw))
    return str(raw)


def _one_of(words: Any, raw: Any) -> Any:
    if raw not in get_args(words):
        raise ValueError(_("no such status or kind: {raw!r:.40}").format(raw=raw))
    return raw
