"""What came of a class of hostile and honest students: what each attack gained and learnt, and what all harmed."""

from __future__ import annotations

import csv
import re

from benchmarks.classroom import Class
from benchmarks.hostile import EXERCISES, Attack, Entry

# Seconds for one student: thrice the limit, as much again where asking ahead is in vain, and a busy machine.
LONGEST = 60
# What students' eyes may not meet: workflow commands, markup, digits of a hidden input.
TELLING = re.compile(r"(?<!\w)::\w+|<\w+|\d\.\d{3}|\d{8}|\b731\b")


def outcome(attack: Attack | Entry, graded: Class) -> str:
    """The status of the check that the attack is about, or of the exercise where it has no checks."""
    result = graded.result(attack)
    checks = {check["id"].partition("/")[2]: check for check in result["checks"]}
    if not checks:
        return str(result["status"])
    return str(checks[attack.header("check", next(iter(checks)))]["status"])


def gain(attack: Attack | Entry, graded: Class) -> float:
    """The marks that the attack has above those of the same work without it; below for marks that it cost."""
    score: float = graded.result(attack)["score"]
    if attack.exercise == "corr2d":
        deserved: float = graded.results[f"plain-{attack.like}"]["corr2d"]["score"]
    else:
        deserved = {"right": 10.0, "nothing": 0.0}[attack.like]
    return score - deserved


def learnt(attack: Attack | Entry, graded: Class) -> list[str]:
    """What the author and the process found out: a process prints whatever it found, and staff can read that."""
    student = graded.student(attack)
    told, log = graded.told(student), graded.log(student)
    found = [f"{secret} is told" for secret in (*graded.canaries, *graded.honest) if secret in told]
    found += [f"{secret} is in the log" for secret in (*graded.canaries, *graded.honest) if secret in log]
    found += [line[:200] for line in log.splitlines() if "GAINED" in line]
    if "LEAKED" in told:
        found.append(f"what was marked is told: {told[told.index('LEAKED') - 200 : told.index('LEAKED') + 100]}")
    if "<script>alert" in told.partition("<!doctype")[2]:
        found.append("markup of the student's is markup of the page")
    for result in graded.results[student].values():
        for said in (result["message"], *(check["message"] + check["hint"] for check in result["checks"])):
            telling = isinstance(attack, Attack) and TELLING.search(said)  # a name of an entry's is the student's own
            if not said.isprintable() or len(said) > 1200 or telling:
                found.append(f"said: {said[:200]!r}")
    return found


def damage(graded: Class) -> list[str]:
    """What all attacks together did to the run, to others and to the machine."""
    found = [f"the run ended with {graded.code}: {graded.stderr[-2000:]}"] if graded.code else []
    for student in graded.honest:
        for exercise in EXERCISES:
            result = graded.results[student][exercise]
            if result["score"] != 10.0:
                lost = [check for check in result["checks"] if check["status"] != "passed"]
                found.append(f"{student} lost marks in {exercise}: {lost}")
    for student, results in graded.results.items():
        for id, result in results.items():
            if result["status"] == "ungraded":
                found.append(f"{student} {id} is ungraded: {result['message']}")
            elif result["seconds"] > LONGEST * graded.patience:
                found.append(f"{student} {id} took {result['seconds']} s")
    if "Traceback" in graded.stderr:
        found.append(f"a traceback: {graded.stderr[graded.stderr.index('Traceback') :][:2000]}")
    said = graded.stderr + (graded.out / "grades.csv").read_text(encoding="utf-8")
    if odd := {char for char in said if not char.isprintable() and char not in "\r\n"}:
        found.append(f"a terminal or a table got {odd!r}")
    for path, content in graded.planted.items():
        if path.read_bytes() != content or path.stat().st_mode & 0o777 != 0o666:
            found.append(f"{path} was changed")
    found += [f"a connection: {each}" for each in graded.connections] + [f"left: {each}" for each in graded.left]
    with (graded.out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"].removeprefix("'"): row for row in csv.DictReader(file)}
    if rows.keys() != graded.results.keys():
        found.append(f"grades.csv has other students: {rows.keys() ^ graded.results.keys()}")
    found += [
        f"grades.csv says {row['corr2d']} of {student}"
        for student, row in rows.items()
        if float(row["corr2d"] or 0) != graded.results[student]["corr2d"]["score"]
    ]
    found += [
        f"{path} has {path.stat().st_size} bytes"
        for path in graded.out.glob("logs/*/*")
        if path.stat().st_size > 2 << 20
    ]
    return found
