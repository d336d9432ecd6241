"""The page of proofs: what `autograde validate` found, for people, with what it took."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from autograder import __version__
from autograder.mutants import Outcome
from autograder.proof.grading import MORE_SALTS
from autograder.proof.record import LEAST_BEYOND, MOST_USED, Proof
from autograder.results import write_whole
from autograder.shipped import templates


def write_page(path: Path, proofs: Sequence[Proof], command: str, seconds: float) -> None:
    """Write the page as Markdown. To be called when every process that was started has been waited for."""
    environment = templates("proof", autoescape=False, keep_trailing_newline=True)  # Markdown of the author's own
    environment.filters["share"] = share
    environment.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")
    text = environment.get_template("proof.md.j2").render(
        proofs=proofs, command=command, today=date.today().isoformat(), seconds=seconds, cpu=_cpu_seconds(),
        cores=os.cpu_count(), versions=_versions(), salts=1 + len(MORE_SALTS), most_used=MOST_USED,
        least_beyond=LEAST_BEYOND, mutants=[proof for proof in proofs if proof.mutants is not None],
    )  # fmt: skip
    write_whole(path, text)


def share(outcome: Outcome) -> float:
    """Of the mutants that are not equivalent, the part that was killed, from 0 to 1."""
    killed, alive = outcome.killed, len(outcome.survivors)
    return killed / (killed + alive) if killed + alive else 1.0


def _cpu_seconds() -> float:
    """Of this process and all that it has waited for, with those that they have."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _versions() -> dict[str, str]:
    found = {"autograde": __version__, "Python": platform.python_version(), "torch": torch.__version__}
    for name in ("hypothesis", "cosmic-ray"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
