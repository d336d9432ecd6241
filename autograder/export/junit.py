"""JUnit XML as pytest writes it (family xunit2): a suite for each student, a case for each check.

A failure is the submission's, an error is ours, and what did not run is skipped: what needs a device that is not
here, and what waits for another check. The form knows no points: they are properties of the cases.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from autograder.results import CheckResult, ExerciseResult, Record, SubmissionResult, write_whole

# What XML 1.0 has no way to say, and DEL.
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_RUN = ("blocked", "skipped")


def write_junit(record: Record, to: Path) -> int:
    """Write the class to a file; how many students there are."""
    write_whole(to, junit_xml(record))
    return len(record.submissions)


def junit_xml(record: Record) -> str:
    root = ElementTree.Element("testsuites", name=_legal(record.course))
    for each in record.submissions:
        root.append(_suite(each))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(submission: SubmissionResult) -> ElementTree.Element:
    cases = [case for result in submission.exercises for case in _cases(submission.student, result)]
    count = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("error", "failure", "skipped")}
    suite = ElementTree.Element(
        "testsuite", name=_legal(submission.student), errors=f"{count['error']}", failures=f"{count['failure']}",
        skipped=f"{count['skipped']}", tests=f"{len(cases)}", time=_time(sum(r.seconds for r in submission.exercises)),
    )  # fmt: skip
    properties = {} if submission.is_held else {"score": submission.score}
    properties["max_score"] = submission.points
    if submission.penalty:
        properties["late_penalty"] = submission.penalty
    suite.append(_properties(properties))
    suite.extend(cases)
    return suite


def _cases(student: str, result: ExerciseResult) -> list[ElementTree.Element]:
    if result.checks:
        cases = [_case(student, result, check) for check in result.checks]
        cases[0].set("time", _time(result.seconds))  # nobody measured them one by one
        return cases
    case = _new_case(student, result, result.id, result.score, result.points)
    kind = "error" if result.score is None else "failure"
    ElementTree.SubElement(case, kind, type=result.status, message=_legal(result.message or result.status))
    return [case]


def _case(student: str, result: ExerciseResult, check: CheckResult) -> ElementTree.Element:
    name = check.id.partition("/")[2]
    points = 0.0 if check.status == "skipped" else check.points
    case = _new_case(student, result, name, check.score + check.extra_credit, points)
    if check.status == "passed":
        return case
    kind = "skipped" if check.status in _NOT_RUN else "failure"
    found = ElementTree.SubElement(
        case, kind, type=_legal(check.misconception or check.status), message=_legal(check.message)
    )
    found.text = _legal("\n".join(filter(None, [check.title, check.message, check.hint])))
    return case


def _new_case(
    student: str, result: ExerciseResult, name: str, score: float | None, points: float
) -> ElementTree.Element:
    classname = f"{student.replace('.', '_')}.{result.id}"  # a dot parts packages
    case = ElementTree.Element("testcase", classname=_legal(classname), name=_legal(name), time=_time(0.0))
    earned = {} if score is None else {"score": score}
    case.append(_properties(earned | {"max_score": 0.0 if result.extra_credit else points}))
    return case


def _properties(values: dict[str, float]) -> ElementTree.Element:
    properties = ElementTree.Element("properties")
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", name=name, value=f"{value:g}")
    return properties


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


def _legal(text: str) -> str:
    """`text` with what XML cannot say written out, as pytest does it."""
    return _ILLEGAL.sub(lambda found: f"#x{ord(found.group()):02X}", text)
