"""What the grader tells the warm process about a worker that it wants, numbers alone, and what it is told back."""

from __future__ import annotations

import struct

SPAWN = struct.Struct("<IIII")  # layers as bits of confine.LAYERS, slot, CPU seconds, memory in MiB
HELLO = b"+"  # what a worker sends once it is confined, before it is sent anything
FORKED = b"{}\n"  # what the warm process says at once, with a pidfd of the worker if it can: a report of nothing
