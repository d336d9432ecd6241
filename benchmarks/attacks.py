"""The attacks of tests/attacks at every isolation level that this machine can be put into.

    python -m benchmarks.attacks [--host NAME]... [--attack ID]... [--patience N] [--keep DIR] [--page docs/security.md]

As root and as an ordinary user (uid 65534), with what a host may lack taken away before the grader starts: a filter
of system calls answers as an old kernel (no Landlock) or a container (no new namespaces) would. The canaries have to
notice. Where too little is left the grader must refuse, which is tried too. Needs root, setpriv and unshare.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.classroom import Chosen, Class, grade_class
from benchmarks.hostile import ROOT, attacks
from benchmarks.judge import damage, gain, learnt, outcome

USER, SHOWN, JOBS = 65534, 5, 4
SETPRIV = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
NAMESPACES, LANDLOCK = ("unshare", "mount", "setns"), ("landlock_create_ruleset",)
BEGIN, END = "<!-- made by `python -m benchmarks.attacks --page docs/security.md` -->", "<!-- end -->"

# Answers some system calls with an error, and becomes another program.
WITHOUT = """
import ctypes, errno, os, struct, sys
from autograder.sandbox import seccomp
call = seccomp.numbers(os.uname().machine)
code = seccomp.INSTRUCTION.pack(seccomp.LOAD, 0, 0, seccomp.AT_NUMBER)
for name in sys.argv[1].split():
    error = errno.ENOSYS if name.startswith("landlock") else errno.EPERM
    code += seccomp.INSTRUCTION.pack(seccomp.JUMP_EQUAL, 0, 1, call[name])
    code += seccomp.INSTRUCTION.pack(seccomp.RETURN, 0, 0, seccomp.ERRNO | error)
if "seccomp" in sys.argv[1].split():  # prctl's way to it, too
    code += seccomp.INSTRUCTION.pack(seccomp.JUMP_EQUAL, 0, 3, call["prctl"])
    code += seccomp.INSTRUCTION.pack(seccomp.LOAD, 0, 0, seccomp.AT_ARGUMENTS)
    code += seccomp.INSTRUCTION.pack(seccomp.JUMP_EQUAL, 0, 1, seccomp.PR_SET_SECCOMP)
    code += seccomp.INSTRUCTION.pack(seccomp.RETURN, 0, 0, seccomp.ERRNO | errno.EINVAL)
code += seccomp.INSTRUCTION.pack(seccomp.RETURN, 0, 0, seccomp.ALLOW)
seccomp.syscall("prctl", 38, 1)
seccomp.apply(seccomp.Program(code, ()))
os.execvp(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Host:
    """A kind of machine: who grades there, and which system calls it does not have."""

    name: str
    level: str
    root: bool
    lacks: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()  # attacks that may find out there that something exists, and what everybody may read


NO_ROOT = ("passed/reads_reference", "passed/looks_at_processes")
OPEN = (*NO_ROOT, "raised/import_the_grader")
HOSTS = (
    Host("root", "full", root=True),
    Host("root in a container", "strong", root=True, lacks=NAMESPACES, sees=NO_ROOT),
    Host("root, no Landlock", "uid", root=True, lacks=LANDLOCK),
    Host("root in an old container", "uid", root=True, lacks=NAMESPACES + LANDLOCK, sees=OPEN),
    Host("user", "full", root=False),
    Host("user in a container", "strong", root=False, lacks=NAMESPACES, sees=NO_ROOT),
    Host("user, no Landlock", "uid", root=False, lacks=LANDLOCK),
    Host("user in an old container", "process", root=False, lacks=NAMESPACES + LANDLOCK),
    Host("root, no seccomp", "process", root=True, lacks=("seccomp",)),
)


@dataclass
class Found:
    """What came of the class on one host: how many of a family held, and faults by attack, or by "all" for damage."""

    host: str
    level: str
    seconds: float
    held: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)


def run_on(
    host: Host, command: Sequence[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command as it would run there."""
    if host.lacks:
        command = [sys.executable, "-c", WITHOUT, " ".join(host.lacks), *command]
    if not host.root:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, USER, USER, follow_symlinks=False)
        command = [*SETPRIV, *command]
        environment = environment | {"HOME": environment["TMPDIR"]}
    command = ["unshare", "--mount", "sh", "-c", open_the_way() + 'exec "$@"', "-", *command]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)


def open_the_way() -> str:
    """In a mount namespace of its own, let others reach an interpreter that lies in a closed home."""
    prefix = Path(sys.base_prefix).resolve()
    closed = next((each for each in (*reversed(prefix.parents), prefix) if not each.stat().st_mode & 1), None)
    if closed is None:
        return ""
    return (
        f"set -e; aside=$(mktemp -d); mount --bind {prefix} $aside; mount -t tmpfs none {closed}; "
        f"mkdir -p {prefix}; mount --move $aside {prefix}; rmdir $aside; chmod 755 {closed}; set +e; "
    )


def tried(host: Host, folder: Path, patience: float, chosen: Chosen) -> Found:
    """Grade the class there, and judge it."""
    started = time.monotonic()
    folder.mkdir()
    closed = host.sees == OPEN
    graded = grade_class(folder, partial(run_on, host), closed=closed, patience=patience, chosen=chosen, jobs=JOBS)
    found = Found(host.name, graded.level or _refused_at(graded), time.monotonic() - started)
    if found.level != host.level:
        found.faults["all"] = [f"the level is {found.level or graded.stderr[-500:]}, and {host.level} was expected"]
    if not graded.results:
        return found
    if harm := damage(graded):
        found.faults.setdefault("all", []).extend(harm)
    for attack in chosen:
        came_to, more = outcome(attack, graded), gain(attack, graded)
        faults = [f"came to {came_to}"] if came_to != attack.status else []
        if more > 0 or (attack.status == "passed" and more):
            faults.append(f"gained {more:g} marks")
        found_out = learnt(attack, graded)
        if attack.id in host.sees:
            found.seen[attack.id] = sum("GAINED" in each for each in found_out)
            found_out = [each for each in found_out if "GAINED" not in each]
        faults += found_out
        if faults:
            found.faults[attack.id] = faults
        else:
            found.held[family(attack.id)] = found.held.get(family(attack.id), 0) + 1
    return found


def family(id: str) -> str:
    return id.partition("/")[0]


def _refused_at(graded: Class) -> str:
    said = re.search(r"isolates student code at level `(\w+)`", graded.stderr)
    return said[1] if said and graded.code == 3 else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", metavar="NAME", action="append", choices=[host.name for host in HOSTS])
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep what was handed in and graded there")
    parser.add_argument("--attack", metavar="ID", action="append", help="try this one, such as passed/calls_home")
    parser.add_argument("--patience", metavar="N", type=float, default=1, help="N times the time, on a busy machine")
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the table into this page")
    arguments = parser.parse_args()
    chosen = [attack for attack in attacks() if not arguments.attack or attack.id in arguments.attack]
    hosts = [host for host in HOSTS if not arguments.host or host.name in arguments.host]
    place = arguments.keep or Path(tempfile.mkdtemp(prefix="attacks-"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)
    found = []
    for number, host in enumerate(hosts):
        found.append(tried(host, place / f"host-{number}", arguments.patience, chosen))
        print(f"{host.name}: {found[-1].level}, {found[-1].seconds:.0f} s", flush=True)
        for id, faults in found[-1].faults.items():
            for fault in faults[:SHOWN]:
                print(f"  {id}: {fault}", flush=True)
    if arguments.page:
        before, _begin, rest = arguments.page.read_text(encoding="utf-8").partition(BEGIN)
        arguments.page.write_text(f"{before}{BEGIN}\n\n{table(found)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    if not arguments.keep:
        shutil.rmtree(place)
    return int(any(each.faults for each in found))


def table(found: Sequence[Found]) -> str:
    """Markdown: families by hosts, how many attacks held of how many there are; and what did not."""
    known = Counter(family(attack.id) for attack in attacks())
    lines = ["| | " + " | ".join(each.host for each in found) + " |", "|---" * (len(found) + 1) + "|"]
    lines.append("| level | " + " | ".join(f"`{each.level}`" for each in found) + " |")
    for name, count in known.items():
        cells = [f"{each.held.get(name, 0)} of {count}" if each.held else "refused" for each in found]
        lines.append(f"| {name} ({count}) | " + " | ".join(cells) + " |")
    lines.append("| seconds | " + " | ".join(f"{each.seconds:.0f}" for each in found) + " |")
    lines += ["", *(f"- {each.host}: `{id}`: {'; '.join(said)}" for each in found for id, said in each.faults.items())]
    for each in found:
        for id, count in each.seen.items():
            lines.append(f"- {each.host}: `{id}` sees {count} things that exist, or that everybody may read there.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
