"""Frames from a worker, and the values in them, read as the trusted side does and as a worker does."""

from __future__ import annotations

import struct
from random import Random

from autograder.sandbox import connection, wire
from fuzz.mutation import changed, lie

# What an item may take beyond the bytes that it came in: a dict of its own is the largest.
BYTES_PER_ITEM = 400
_TEXTS = ("", "ok", "value", "error", "type", "bases", "message", "file", "line", "é" * 9, "x" * 2001, "replies")


def one(data: bytes) -> None:
    """`data` is a frame, and its body a value."""
    head, body = data[: wire.HEADER.size], data[wire.HEADER.size :]
    if len(head) == wire.HEADER.size:
        try:
            _kind, _nonce, length = wire.header(head, connection.REPLY_CAP)
            assert 0 <= length <= connection.REPLY_CAP
        except wire.WireError:
            pass
    for strided in (False, True):
        try:
            value = wire.decode(body, strided=strided)
        except wire.WireError:
            continue
        _arrives_again(value, strided)
        try:
            reply = connection._checked(value)
            assert type(reply["ok"]) is bool
        except wire.WireError:
            pass


def _arrives_again(value: object, strided: bool) -> None:
    """What was read can be sent on, and means the same there."""
    try:
        sent = wire.encode(value, strided=strided)
    except wire.Unencodable:
        raise AssertionError("a value arrived that cannot be sent") from None
    assert wire.encode(wire.decode(sent, strided=strided), strided=strided) == sent


def bound(data: bytes) -> int:
    """The most memory that may be allocated at a time, in bytes, while `one` reads `data` (sent on once included)."""
    return (1 << 20) + 8 * len(data) + BYTES_PER_ITEM * min(len(data), wire.MAX_ITEMS)


def made(random: Random) -> bytes:
    body = _reply(random) if random.randrange(4) == 0 else _value(random, 0)
    if random.randrange(3) == 0:
        body = changed(random, body)
    magic = wire.MAGIC if random.randrange(50) else random.randbytes(4)
    kind, nonce = random.randrange(7) if random.randrange(3) else 2, random.getrandbits(64)
    return wire.HEADER.pack(magic, kind, nonce, lie(random, len(body), 64)) + body


def _reply(random: Random) -> bytes:
    fields = {"ok": random.choice((b"T", b"F", b"N")), "value": _value(random, 2)}
    if random.randrange(2):
        bases = wire.encode_list([_text(random) for _ in range(random.randrange(4))])
        error = {"type": _text(random), "bases": bases, "message": _text(random), "file": _text(random)}
        fields["error"] = wire.encode_fields(error | {"line": wire.encode(random.getrandbits(random.randint(1, 70)))})
    return wire.encode_fields({name: raw for name, raw in fields.items() if random.randrange(8)})


def _text(random: Random) -> bytes:
    raw = random.choice(_TEXTS).encode() if random.randrange(4) else random.randbytes(random.randrange(12))
    return b"s" + struct.pack("<I", lie(random, len(raw), 32)) + raw


def _value(random: Random, depth: int) -> bytes:
    tag = random.choice("NTFifsyvxxx" if depth > 5 else "NTFifsltdyvxhxxld")
    if tag == "i":
        raw = random.randbytes(random.choice((0, 1, 2, 8, 9, 256, 257)))
        return b"i" + struct.pack("<I", lie(random, len(raw), 32)) + raw
    if tag == "f":
        return b"f" + random.randbytes(8)
    if tag == "s":
        return _text(random)
    if tag in "lt":
        items = [_value(random, depth + 1) for _ in range(random.randrange(4))]
        if depth == 0 and random.randrange(30) == 0:  # deep, to the bound and beyond
            return (b"l" + struct.pack("<I", 1)) * random.randint(28, 36) + b"".join(items)
        return tag.encode() + struct.pack("<I", lie(random, len(items), 32)) + b"".join(items)
    if tag == "d":
        items = [_key(random) + _value(random, depth + 1) for _ in range(random.randrange(4))]
        return b"d" + struct.pack("<I", lie(random, len(items), 32)) + b"".join(items)
    if tag in "yv":
        return tag.encode() + bytes(random.randrange(20) for _ in range(1 if tag == "y" else 2))
    if tag == "x":
        return _tensor(random)
    if tag == "h":
        return b"h" + random.randbytes(8) + _text(random) + _value(random, depth + 1)
    return tag.encode()


def _key(random: Random) -> bytes:
    return _text(random) if random.randrange(4) else _value(random, 6)


def _tensor(random: Random) -> bytes:
    dtype = lie(random, random.randrange(len(wire.DTYPES)), 8)
    size = wire.DTYPES[dtype].itemsize if dtype < len(wire.DTYPES) else 4
    shape = [random.choice((0, 1, 1, 2, 3)) for _ in range(random.randrange(4))]
    flags, elements = lie(random, random.randrange(2), 8), 1
    strides: list[int] = []
    for side in reversed(shape):
        strides.insert(0, lie(random, elements, 64))
        elements *= side
    told = b""
    if random.randrange(4) == 0:
        flags |= 2
        told = struct.pack(f"<{len(shape)}Q", *strides) + struct.pack("<Q", lie(random, elements, 64))
    sides = struct.pack(f"<{len(shape)}Q", *(lie(random, side, 64) for side in shape))
    raw = bytes(elements * size) if dtype == 9 else random.randbytes(elements * size)
    return b"x" + bytes((dtype, flags, lie(random, len(shape), 8))) + sides + told + raw


def broke() -> list[bytes]:
    return []
