"""`autograde check`: a student's own work against the public tests, with everything said out loud."""

from __future__ import annotations

from autograder import terminal
from autograder.engine import StudentGrader, Work
from autograder.grading.session import GradingSession
from autograder.own_work import OwnWork
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Rejected


def check_work(own: OwnWork, warm: WarmProcess) -> bool:
    """Run the public checks and print what they found; whether any was lost."""
    isolation = measure(warm)
    if isolation.level == "process":
        terminal.err.print("your code runs unconfined on this machine, as it would if you ran it yourself")
    sources = {id: each.message if isinstance(each, Rejected) else each for id, each in own.submission.sources.items()}
    lost = False

    def run(session: GradingSession) -> None:
        nonlocal lost
        warm.ready()
        for result, _, printed in StudentGrader(session, warm, None).grade(Work("you", sources), own.exercises):
            exercise = next(each for each in own.exercises if each.id == result.id)
            terminal.show_checks(exercise.say(exercise.title), result, printed)
            lost |= result.status != "graded" or any(check.status != "passed" for check in result.checks)

    GradingSession(own.course, own.exercises, public=True).run(run)
    for note in own.submission.notes:
        terminal.out.print(f"note: {note}", markup=False)
    return lost
