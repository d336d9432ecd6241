"""The typed format that crosses the boundary, and the frames that carry it.

A value is one tag byte and its content: None, booleans, integers, floats, strings, lists, tuples,
dicts, dtypes, devices, tensors (dtype, shape, raw little-endian bytes) and handles (a number that stands
for an object which stays where it is). Nothing here resolves a name, calls a constructor that the
other side chose, or allocates before the size that is claimed has been checked against the bytes
that are really there. There is no pickle.

A frame is a header (magic, kind, nonce, length) and one value. The nonce of a reply must be that
of its request, so that a frame forged in advance answers nothing.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

MAX_DEPTH = 32
MAX_ITEMS = 200_000
MAX_DIMS = 8
MAX_EXTENT = 1 << 28  # product of a tensor's sides, where 0 counts as 1: what a sum over an empty side would fill
MAX_INT_BYTES = 256
MAX_DEVICES = 16
MAX_KEY = 1 << 63  # every multiple of 2**61 - 1 has the same hash
TENSOR_ITEMS = 20  # a tensor of one element takes a kilobyte

MAGIC = b"AGW1"
HEADER = struct.Struct("<4sBQQ")  # magic, kind, nonce, length of the body in bytes
REQUEST, REPLY = 1, 2  # trusted side asks, worker answers
QUESTION, ANSWER = 3, 4  # worker asks for a function that the grader supplies, trusted side answers
NOTE = 5  # worker says in which epoch a training is, up to a bound
MAX_NOTE = 1000

DTYPES = (
    torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint8, torch.bool, torch.complex64, torch.complex128,
)  # fmt: skip
_CODES = {dtype: code for code, dtype in enumerate(DTYPES)}

_U32, _U64, _I64, _F64 = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<q"), struct.Struct("<d")
_TENSOR = struct.Struct("<BBB")  # dtype, flags, number of dimensions
_REQUIRES_GRAD, _STRIDED = 1, 2
_DEVICES = ("cpu", "cuda", "meta", "mps")


class WireError(Exception):
    """Bytes that are not a value or a frame of this format."""


@dataclass(frozen=True)
class Handle:
    """Stands for an object that stays on the other side.

    `type` is its class's name for messages; `about` describes it (a module's parameters).
    """

    id: int
    type: str = ""
    about: Any = None


class Unencodable(Exception):
    """A value that only a handle can stand for."""


def carries(value: Any) -> bool:
    """Whether a value that holds no others travels as itself; if not, a handle stands for it."""
    kind = type(value)
    if kind in (torch.Tensor, torch.nn.Parameter):
        return value.layout is torch.strided and value.dtype in _CODES and value.dim() <= MAX_DIMS
    return kind in (type(None), bool, int, float, str, torch.dtype, torch.device, torch.Size)


def is_key(value: Any) -> bool:
    """Whether a dict that crosses may have this key."""
    return type(value) in (str, float, bool, type(None)) or (type(value) is int and -MAX_KEY <= value < MAX_KEY)


def encode(value: Any, *, strided: bool = True) -> bytes:
    """The bytes of a value.

    With `strided`, tensors keep their strides, so that a view arrives as the same view; what a
    worker sends is contiguous. Raises `Unencodable` for what only a handle can stand for.
    """
    chunks: list[bytes] = []
    _encode(value, chunks, 0, strided)
    return b"".join(chunks)


def _encode(value: Any, out: list[bytes], depth: int, strided: bool) -> None:
    if depth > MAX_DEPTH:
        raise Unencodable("nested too deeply")
    kind = type(value)
    if kind is str:
        out.append(_text(value))
    elif kind is torch.Tensor or kind is torch.nn.Parameter:
        _encode_tensor(value, out, strided)
    elif value is None:
        out.append(b"N")
    elif kind is bool:
        out.append(b"T" if value else b"F")
    elif kind is int:
        raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        if len(raw) > MAX_INT_BYTES:
            raise Unencodable("an integer of over 2,000 bits")
        out += (b"i", _U32.pack(len(raw)), raw)
    elif kind is dict:
        out += (b"d", _U32.pack(len(value)))
        for key, item in value.items():
            if not is_key(key):
                raise Unencodable("a key that is not a scalar")
            _encode(key, out, depth + 1, strided)
            _encode(item, out, depth + 1, strided)
    elif kind in (list, tuple, torch.Size):
        out += (b"l" if kind is list else b"t", _U32.pack(len(value)))
        for item in value:
            _encode(item, out, depth + 1, strided)
    elif kind is float:
        out += (b"f", _F64.pack(value))
    elif kind is torch.dtype:
        out += (b"y", bytes([_CODES[value]]))
    elif kind is torch.device:
        out += (b"v", bytes([_DEVICES.index(value.type), value.index or 0]))
    elif kind is Handle:
        out += (b"h", _U64.pack(value.id))
        _encode(value.type, out, depth + 1, strided)
        _encode(value.about, out, depth + 1, strided)
    else:
        raise Unencodable(kind.__name__)


def _text(text: str) -> bytes:
    """The bytes of a text; those of the fields of requests and replies are looked up."""
    if text in _FIELDS:
        return _FIELDS[text]
    raw = text.encode("utf-8", "replace")
    return b"s" + _U32.pack(len(raw)) + raw


_FIELDS: dict[str, bytes] = {}
_FIELDS |= {
    name: _text(name)
    for name in ("op", "call", "target", "path", "args", "grad", "parameters", "values", "ok", "value", "graph", "vjp")
}


def _encode_tensor(tensor: torch.Tensor, out: list[bytes], strided: bool) -> None:
    if not carries(tensor):
        raise Unencodable("a tensor that is not dense, or of an unusual type")
    flags = _REQUIRES_GRAD if tensor.requires_grad else 0
    plain = tensor.detach()
    if plain.is_conj() or plain.is_neg() or not plain.is_cpu:
        plain = plain.resolve_conj().resolve_neg().cpu()
    shape = tensor.shape
    if not strided or plain.is_contiguous():
        plain, length = plain.contiguous(), plain.numel()
    else:
        flags |= _STRIDED
        length = 1 + sum((side - 1) * stride for side, stride in zip(shape, plain.stride(), strict=True))
    # as_strided and not reshape: a tensor of one element may be contiguous and have any stride
    span = plain.as_strided((length,), (1,), plain.storage_offset())
    out += (
        b"x",
        _TENSOR.pack(_CODES[plain.dtype], flags, len(shape)),
        struct.pack(f"<{len(shape)}Q", *shape),
    )
    if flags & _STRIDED:
        out += (struct.pack(f"<{len(shape)}Q", *plain.stride()), _U64.pack(span.numel()))
    out.append(span.view(torch.uint8).numpy().tobytes() if span.numel() else b"")


def encode_list(items: Sequence[bytes]) -> bytes:
    """The bytes of the list of values whose bytes are `items`."""
    return b"".join((b"l", _U32.pack(len(items)), *items))


def encode_fields(fields: Mapping[str, bytes]) -> bytes:
    """The bytes of the dict of values whose bytes are given."""
    pairs = (part for name, raw in fields.items() for part in (encode(name), raw))
    return b"".join((b"d", _U32.pack(len(fields)), *pairs))


def decode(body: bytes, *, strided: bool = False) -> Any:
    """The value that `body` holds, all of it.

    The trusted side leaves `strided` off: what comes from a worker is contiguous or nothing.
    Raises `WireError` for anything else than exactly one well-formed value.
    """
    reader = _Reader(body, strided)
    value = reader.value(0)
    if reader.at != len(body):
        raise WireError("bytes after the value")
    return value


_NONE, _TRUE, _FALSE, _INT, _FLOAT, _STR, _LIST, _TUPLE, _DICT, _DTYPE, _DEVICE, _ARRAY, _HANDLE = b"NTFifsltdyvxh"


class _Reader:
    def __init__(self, body: bytes, strided: bool) -> None:
        self.body, self.strided, self.at, self.items = memoryview(body), strided, 0, 0
        self.end = len(body)

    def step(self, size: int) -> int:
        """Where the next `size` bytes begin, which are there."""
        at = self.at
        if size > self.end - at:
            raise WireError("shorter than it says")
        self.at = at + size
        return at

    def take(self, size: int) -> memoryview:
        at = self.step(size)
        return self.body[at : at + size]

    def count(self) -> int:
        count: int = _U32.unpack_from(self.body, self.step(4))[0]
        return count

    def value(self, depth: int) -> Any:
        self.hold(1)
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        tag = self.body[self.step(1)]
        if tag == _STR:
            return self.text()
        if tag == _ARRAY:
            return self.tensor()
        if tag == _NONE:
            return None
        if tag in (_TRUE, _FALSE):
            return tag == _TRUE
        if tag == _INT:
            size = self.count()
            if size > MAX_INT_BYTES:
                raise WireError("an integer too large")
            return int.from_bytes(self.take(size), "little", signed=True)
        if tag == _DICT:
            return self.mapping(depth)
        if tag in (_LIST, _TUPLE):
            items = [self.value(depth + 1) for _ in range(self.bounded(self.count()))]
            return items if tag == _LIST else tuple(items)
        if tag == _FLOAT:
            return _F64.unpack_from(self.body, self.step(8))[0]
        if tag == _DTYPE:
            return self.dtype(self.body[self.step(1)])
        if tag == _DEVICE:
            code, index = self.take(2)
            if code >= len(_DEVICES) or index >= MAX_DEVICES:
                raise WireError("an unknown device")
            return torch.device(_DEVICES[code], index) if code else torch.device("cpu")
        if tag == _HANDLE:
            id = _U64.unpack_from(self.body, self.step(8))[0]
            name = self.value(depth + 1)
            if type(name) is not str:
                raise WireError("a handle without a type")
            return Handle(id, name, self.value(depth + 1))
        raise WireError("an unknown tag")  # which may say something about an input

    def hold(self, items: int) -> None:
        """Account for what the value takes here, which may be far more than its bytes."""
        self.items += items
        if self.items > MAX_ITEMS:
            raise WireError("too many items")

    def bounded(self, count: int) -> int:
        """`count`, if that many items can still follow: each takes at least a byte."""
        if count > len(self.body) - self.at:
            raise WireError("more items than bytes")
        return count

    def text(self) -> str:
        try:
            return str(self.take(self.count()), "utf-8")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _ in range(self.bounded(self.count())):
            key = self.value(depth + 1)
            if not is_key(key):
                raise WireError("a key that is not a scalar")
            found[key] = self.value(depth + 1)
        return found

    def dtype(self, code: int) -> torch.dtype:
        if code >= len(DTYPES):
            raise WireError("unknown dtype")
        return DTYPES[code]

    def tensor(self) -> torch.Tensor:
        self.hold(TENSOR_ITEMS)
        code, flags, dims = _TENSOR.unpack_from(self.body, self.step(3))
        dtype = self.dtype(code)
        if dims > MAX_DIMS or flags & ~(_REQUIRES_GRAD | _STRIDED):
            raise WireError("a tensor with too many dimensions, or unknown flags")
        shape = struct.unpack(f"<{dims}Q", self.take(8 * dims))
        elements = math.prod(shape)
        if math.prod(side or 1 for side in shape) > MAX_EXTENT:
            raise WireError("a tensor with sides too large")
        strides: tuple[int, ...] | None = None
        if flags & _STRIDED:
            if not self.strided:
                raise WireError("a tensor with strides")
            strides = struct.unpack(f"<{dims}Q", self.take(8 * dims))
            (elements,) = _U64.unpack(self.take(8))
            if any(stride > MAX_EXTENT for stride in strides):
                raise WireError("a tensor with strides too large")
        raw = self.take(elements * dtype.itemsize)
        if dtype is torch.bool and bytes(raw).strip(b"\0\1"):
            raise WireError("a boolean that is neither 0 nor 1")
        flat = torch.frombuffer(bytearray(raw), dtype=dtype) if elements else torch.empty(0, dtype=dtype)
        try:
            tensor = flat.reshape(shape) if strides is None else flat.as_strided(shape, strides)
        except RuntimeError:
            raise WireError("a shape that no tensor can have") from None
        return tensor.requires_grad_() if flags & _REQUIRES_GRAD and tensor.is_floating_point() else tensor


def frame(kind: int, nonce: int, body: bytes) -> bytes:
    return HEADER.pack(MAGIC, kind, nonce, len(body)) + body


def header(raw: bytes, cap: int) -> tuple[int, int, int]:
    """(kind, nonce, length of the body) of a frame, or `WireError`; `cap` bounds the length."""
    magic, kind, nonce, length = HEADER.unpack(raw)
    if magic != MAGIC or length > cap:
        raise WireError("not a frame, or one that is too large")
    return kind, nonce, length


def same(one: Any, other: Any) -> bool:
    """Whether two values would be the same bytes; cheaper than encoding them."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(map(same, one.values(), map(other.__getitem__, one)))
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):
        alike = one.shape == other.shape and one.stride() == other.stride() and one.dtype == other.dtype
        return alike and one.requires_grad == other.requires_grad and torch.equal(one, other)
    return bool(one == other)


def tensors_in(value: Any) -> list[torch.Tensor]:
    """Every tensor of a value, in the order that both sides agree on."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in tensors_in(item)]
    return []


def each_tensor(change: Callable[[torch.Tensor], torch.Tensor], value: Any) -> Any:
    """`value` with `change` of every tensor in its place, called in that order."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(each_tensor(change, item) for item in value)
    if isinstance(value, dict):
        return {key: each_tensor(change, item) for key, item in value.items()}
    return value
