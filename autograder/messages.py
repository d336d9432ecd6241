"""One result as a line of JSON: how a process that grades tells the one process that writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.pictures import Picture, dump, load
from autograder.results import ExerciseResult, to_json
from autograder.store import Store

Report = Callable[[str, ExerciseResult, str], None]
Draw = Callable[[str, ExerciseResult, list[Picture]], None]


def message(result: ExerciseResult, key: str, output: str, pictures: Sequence[Picture]) -> str:
    """A line, without its end; `key` is what to keep the result under, or empty, `output` what the code printed."""
    whole = {"result": to_json(result), "key": key, "output": output, "pictures": dump(pictures)}
    return json.dumps(whole)


@dataclass(frozen=True)
class Receiver:
    """Keeps in `store` what messages say, draws it, and reports it; `draw` is called before `report`."""

    store: Store
    report: Report
    draw: Draw | None

    def take(self, student: str, line: str | bytes) -> ExerciseResult:
        """The result of this student's that a message holds."""
        told = json.loads(line)
        result = ExerciseResult.from_json(told["result"])
        if told["key"]:
            self.store.put(told["key"], result, told["output"], told["pictures"])
        if self.draw is not None:
            self.draw(student, result, load(told["pictures"]))
        self.report(student, result, told["output"])
        return result
