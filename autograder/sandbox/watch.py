"""Watch a call: which operators torch dispatches, and which Python and C functions are called.

Both are of the thread that calls: another one could do what is forbidden, so that it counts that there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

THREAD = "_thread:start_new_thread"


def threads() -> int:
    """How many threads of this process run Python."""
    return len(sys._current_frames())


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, seen: set[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Not to wrap `__torch_dispatch__`: the first call would import torch._dynamo, 400 modules in 2 s."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.add(func._schema.name)
        return func(*args, **(kwargs or {}))


@contextmanager
def watching(wanted: bool, alone: int = 1) -> Iterator[tuple[set[str], set[str]] | None]:
    """Collect the operators that torch dispatches and the Python functions that are called.

    `alone` is how many threads there are without the submission's.
    """
    if not wanted:
        yield None
        return
    operators: set[str] = set()
    calls: set[str] = set()

    def profile(frame: Any, event: str, arg: Any) -> None:
        if event == "call":
            calls.add(f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_name}")
        elif event == "c_call" and frame.f_globals is not globals():  # to end the watch is ours alone
            calls.add(f"{getattr(arg, '__module__', '')}:{getattr(arg, '__name__', '')}")

    sys.setprofile(profile)
    try:
        with _Operators(operators):
            yield operators, calls
    finally:
        sys.setprofile(None)
        if threads() > alone:
            calls.add(THREAD)
