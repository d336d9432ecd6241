"""`autograde doctor`: what this machine can do, tried and not guessed."""

from __future__ import annotations

import platform
import sys

from autograder import __version__, terminal
from autograder.device import has_gpu
from autograder.errors import MachineryError
from autograder.language import _
from autograder.sandbox.isolation import LEVELS, measure, measure_gpu
from autograder.sandbox.warm import WarmProcess


def doctor(warm: WarmProcess) -> int:
    """Print versions, devices, and every layer of the sandbox as its canaries found it. Always 0."""
    import torch

    print(f"autograde {__version__}, Python {sys.version.split()[0]}, torch {torch.__version__}, {platform.platform()}")
    print(_("devices: {devices}").format(devices="cpu, cuda" if has_gpu() else "cpu"))
    isolation = measure(warm)
    warm.ready()
    terminal.say_isolation(isolation)
    if has_gpu():
        try:
            terminal.say_isolation(measure_gpu(warm), _("isolation with the GPU"))
        except MachineryError as error:
            print(_("checks of devices and accuracy run on the CPU: {reason}").format(reason=error))
    if LEVELS.index(isolation.level) <= LEVELS.index("uid"):
        print(_("isolation is `{level}`: `grade` and `check` work here").format(level=isolation.level))
    else:
        print(
            _("isolation is `{level}`: `check` works here, `grade` refuses (it needs `uid`)").format(
                level=isolation.level
            )
        )
    return 0
