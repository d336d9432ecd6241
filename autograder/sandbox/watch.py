"""Watch a call: which operators torch dispatches, and which Python and C functions are called."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, seen: set[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.add(func._schema.name)
        return func(*args, **(kwargs or {}))


@contextmanager
def watching(wanted: bool) -> Iterator[tuple[set[str], set[str]] | None]:
    """Collect the operators that torch dispatches and the Python functions that are called."""
    if not wanted:
        yield None
        return
    operators: set[str] = set()
    calls: set[str] = set()

    def profile(frame: Any, event: str, arg: Any) -> None:
        if event == "call":
            calls.add(f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_name}")
        elif event == "c_call":
            calls.add(f"{getattr(arg, '__module__', '')}:{getattr(arg, '__name__', '')}")

    sys.setprofile(profile)
    try:
        with _Operators(operators):
            yield operators, calls
    finally:
        sys.setprofile(None)
