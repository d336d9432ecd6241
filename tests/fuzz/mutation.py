"""Bytes changed at random, as fuzzers do: what is left of a valid input gets past the first check."""

from __future__ import annotations

from random import Random

# Where sizes, counts and signs turn over.
TURNS = (
    0,
    1,
    2,
    7,
    8,
    9,
    127,
    128,
    255,
    256,
    2**15,
    2**16 - 1,
    2**20,
    2**28,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63,
    2**64 - 1,
)


def changed(random: Random, data: bytes, most: int = 4) -> bytes:
    """`data` with up to `most` changes: bytes set, numbers put, pieces cut, doubled, moved or added."""
    found = bytearray(data)
    for _ in range(random.randint(1, most)):
        kind = random.randrange(7)
        at = random.randint(0, len(found))
        end = min(len(found), at + random.choice((1, 2, 4, 8, 16, 64, 512)))
        if kind == 0 and at < len(found):
            found[at] ^= 1 << random.randrange(8)
        elif kind == 1 and at < len(found):
            found[at] = random.randrange(256)
        elif kind == 2:
            size = random.choice((1, 2, 4, 8))
            number = random.choice(TURNS) % (1 << 8 * size)
            found[at : at + size] = number.to_bytes(size, "little")
        elif kind == 3:
            del found[at:end]
        elif kind == 4:
            found[at:at] = found[at:end]
        elif kind == 5:
            found[at:at] = random.randbytes(random.randint(1, 8))
        else:
            to = random.randint(0, len(found))
            found[to:to] = found[at:end]
    return bytes(found)


def lie(random: Random, number: int, bits: int) -> int:
    """`number`, or one time in sixteen something else that has so many bits."""
    if random.randrange(16):
        return number % (1 << bits)
    return (random.choice(TURNS) if random.randrange(2) else number + random.choice((-1, 1))) % (1 << bits)
