"""The wire: what goes over it arrives as it was, and no bytes do anything but arrive or be refused."""

from __future__ import annotations

import math
import struct
import tracemalloc
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.sandbox import wire
from autograder.sandbox.wire import Handle, Unencodable, WireError, decode, encode

FLOATING = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
thorough = settings(max_examples=150, deadline=None, database=None, derandomize=True)


def raw_tensor(
    shape: tuple[int, ...],
    data: bytes = b"",
    *,
    code: int = 0,
    flags: int = 0,
    strides: tuple[int, ...] = (),
    span: int = 0,
) -> bytes:
    """The bytes of a tensor that may be a lie."""
    parts = [b"x", struct.pack("<BBB", code, flags, len(shape)), struct.pack(f"<{len(shape)}Q", *shape)]
    if flags & 2:
        parts += [struct.pack(f"<{len(shape)}Q", *strides), struct.pack("<Q", span)]
    return b"".join((*parts, data))


def raw_list(count: int, items: bytes = b"") -> bytes:
    return b"l" + struct.pack("<I", count) + items


def raw_int(value: int) -> bytes:
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"i" + struct.pack("<I", len(raw)) + raw


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, all the way down; tensors in dtype, layout and every bit as well."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        described = [(each.dtype, each.shape, each.requires_grad, layout(each)) for each in (one, other)]
        return described[0] == described[1] and bits(one) == bits(other)
    if isinstance(one, Handle):
        return (one.id, one.type) == (other.id, other.type) and same(one.about, other.about)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return [*one] == [*other] and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    return bool(one == other)


def layout(tensor: torch.Tensor) -> Any:
    """Its strides, where they matter: those of a contiguous tensor are anything where a side is 0 or 1."""
    return "contiguous" if tensor.is_contiguous() else tensor.stride()


def bits(tensor: torch.Tensor) -> bytes:
    values = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor.detach())
    return values.reshape(-1).view(torch.uint8).numpy().tobytes() if values.numel() else b""


scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20)
keys = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=9)


@st.composite
def any_tensor(draw: Any) -> torch.Tensor:
    dtype = draw(st.sampled_from(wire.DTYPES))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    raw = draw(st.binary(min_size=math.prod(shape) * dtype.itemsize, max_size=math.prod(shape) * dtype.itemsize))
    if dtype is torch.bool:
        raw = bytes(byte & 1 for byte in raw)
    flat = torch.frombuffer(bytearray(raw), dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    tensor = flat.reshape(shape)
    kind = draw(st.sampled_from(["as it is", "permuted", "sliced", "expanded"]))
    if kind == "permuted":
        tensor = tensor.permute(draw(st.permutations(range(tensor.dim()))))
    if kind == "sliced" and tensor.dim():
        tensor = tensor[..., ::2]
    if kind == "expanded":
        tensor = tensor.expand(3, *tensor.shape)
    return tensor.requires_grad_(draw(st.booleans())) if dtype in FLOATING else tensor


values = st.recursive(
    scalars | st.sampled_from(wire.DTYPES) | any_tensor() | st.builds(Handle, st.integers(0, 2**64 - 1), st.just("f")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.builds(Handle, st.integers(0, 9), st.just("M"), inner)
    ),
    max_leaves=12,
)  # fmt: skip


changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4)


class TestRoundTrip:
    @thorough
    @given(values)
    def test_a_value_arrives_as_it_was(self, value: Any) -> None:
        assert same(decode(encode(value), strided=True), value)

    @thorough
    @given(any_tensor())
    def test_what_a_worker_sends_arrives_contiguous(self, tensor: torch.Tensor) -> None:
        arrived = decode(encode(tensor, strided=False))
        assert arrived.is_contiguous()
        assert (arrived.shape, arrived.dtype, bits(arrived)) == (tensor.shape, tensor.dtype, bits(tensor))

    @thorough
    @given(any_tensor())
    def test_the_trusted_side_takes_no_strides(self, tensor: torch.Tensor) -> None:
        if tensor.is_contiguous():
            assert decode(encode(tensor)).shape == tensor.shape
        else:
            with pytest.raises(WireError, match="strides"):
                decode(encode(tensor))

    def test_a_view_sends_what_it_shows_and_no_more(self) -> None:
        small = torch.zeros(1000, 1000)[3:5, 7:9]
        assert len(encode(small, strided=False)) < 100
        assert len(encode(torch.zeros(1).expand(10**9))) < 100

    def test_an_arrived_tensor_is_a_leaf_of_its_own(self) -> None:
        tensor = torch.ones(2, requires_grad=True)
        arrived = decode(encode(2 * tensor))
        assert arrived.requires_grad
        assert arrived.is_leaf
        arrived.data.zero_()
        assert (2 * tensor).tolist() == [2, 2]

    def test_lazy_conjugation_and_negation_are_carried_out(self) -> None:
        z = torch.tensor([1 + 2j, 3 - 4j])
        assert decode(encode(z.conj())).tolist() == [1 - 2j, 3 + 4j]
        assert decode(encode(z.conj().imag)).tolist() == [-2.0, 4.0]

    def test_a_parameter_arrives_as_a_tensor(self) -> None:
        arrived = decode(encode(torch.nn.Parameter(torch.ones(2))))
        assert type(arrived) is torch.Tensor
        assert arrived.requires_grad

    def test_a_shape_arrives_as_a_tuple(self) -> None:
        assert decode(encode(torch.ones(2, 3).shape)) == (2, 3)

    def test_text_that_no_file_can_hold_is_replaced(self) -> None:
        assert decode(encode("a\ud800b")) == "a?b"

    def test_parts_encoded_apart_make_one_value(self) -> None:
        assert decode(wire.encode_list([encode(1), encode("a")])) == [1, "a"]
        assert decode(wire.encode_fields({"ok": encode(True), "b": encode([])})) == {"ok": True, "b": []}


class TestUnencodable:
    @pytest.mark.parametrize(
        "value",
        [
            object(), len, {1, 2}, b"bytes", 1j, 2**3000, {(1, 2): 3}, {2**63: 0}, range(3), torch.nn.Linear(1, 1),
            torch.ones(2).to_sparse(), torch.ones([1] * 9), type("S", (str,), {})("s"),
        ],
        ids=lambda value: type(value).__name__,
    )  # fmt: skip
    def test_only_a_handle_can_stand_for_it(self, value: object) -> None:
        with pytest.raises(Unencodable):
            encode([value])

    def test_depth_has_an_end(self) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(Unencodable, match="deep"):
            encode(value)


class TestHostileBytes:
    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(st.binary(max_size=200), st.booleans())
    @example(b"", False)
    def test_random_bytes(self, body: bytes, strided: bool) -> None:
        harmless(body, strided)

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(
        values, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4), st.booleans()
    )
    def test_changed_bytes(self, value: Any, changed: list[tuple[int, int]], strided: bool) -> None:
        body = bytearray(encode(value))
        for place, byte in changed:
            body[place % len(body)] = byte
        harmless(bytes(body), strided)

    @thorough
    @given(values, st.integers(0, 10**6))
    def test_bytes_that_end_early(self, value: Any, end: int) -> None:
        body = encode(value)
        with pytest.raises(WireError):
            decode(body[: end % len(body)], strided=True)

    @thorough
    @given(values, st.binary(min_size=1, max_size=5))
    def test_bytes_that_go_on(self, value: Any, more: bytes) -> None:
        with pytest.raises(WireError, match="after"):
            decode(encode(value) + more, strided=True)

    @thorough
    @given(
        st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=9).flatmap(
            lambda shape: st.tuples(
                st.just(tuple(shape)),
                st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), min_size=len(shape), max_size=len(shape)),
            )
        ),
        st.integers(0, 12), st.integers(0, 3), st.integers(0, 2**64 - 1) | st.integers(0, 4), st.binary(max_size=64),
    )  # fmt: skip
    def test_tensors_that_lie(
        self, layout: tuple[tuple[int, ...], list[int]], code: int, flags: int, span: int, data: bytes
    ) -> None:
        shape, strides = layout
        harmless(raw_tensor(shape, data, code=code, flags=flags, strides=tuple(strides), span=span), True)

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"?", "unknown tag"),
            (b"i" + struct.pack("<I", 10**6) + b"1", "too large"),
            (b"s" + struct.pack("<I", 2) + b"\xff\xfe", "UTF-8"),
            (b"s" + struct.pack("<I", 2**32 - 1) + b"a", "shorter"),
            (raw_list(2**32 - 1), "more items than bytes"),
            (b"d" + struct.pack("<I", 2**32 - 1), "more items than bytes"),
            (raw_list(1) * 40 + raw_list(0), "deep"),
            (b"y\xff", "dtype"),
            (b"h" + struct.pack("<Q", 1) + b"NN", "without a type"),
            (b"d" + struct.pack("<I", 1) + raw_list(0) + b"N", "key"),
            (b"d" + struct.pack("<I", 1) + raw_tensor((), b"\0" * 4) + b"N", "key"),
            (b"d" + struct.pack("<I", 1) + raw_int(2**61 - 1 << 64) + b"N", "key"),
            (raw_tensor((2**40, 2**40)), "sides"),
            (raw_tensor((0, 2**40)), "sides"),
            (raw_tensor((2**63, 0)), "sides"),
            (raw_tensor((2**16, 0, 2**16)), "sides"),
            (raw_tensor((1,) * 9, b"\0" * 4), "dimensions"),
            (raw_tensor((2,), b"\0" * 4), "shorter"),
            (raw_tensor((1,), b"\0" * 4, flags=4), "flags"),
            (raw_tensor((1,), b"\0", code=12), "dtype"),
            (raw_tensor((3,), b"\0\1\2", code=9), "neither 0 nor 1"),
        ],
    )
    def test_lies_are_refused(self, body: bytes, reason: str) -> None:
        with pytest.raises(WireError, match=reason):
            decode(body)

    @pytest.mark.parametrize(
        ("shape", "strides", "span"),
        [((2,), (2**63,), 1), ((2,), (2,), 2), ((2**20, 2**20), (0, 0), 1), ((3,), (1,), 0), ((2, 2), (2**28, 1), 4)],
    )
    def test_views_beyond_their_bytes_are_refused(
        self, shape: tuple[int, ...], strides: tuple[int, ...], span: int
    ) -> None:
        with pytest.raises(WireError):
            decode(raw_tensor(shape, b"\0" * 4 * span, flags=2, strides=strides, span=span), strided=True)

    def test_a_tensor_of_any_bits_is_only_numbers(self) -> None:
        assert decode(raw_tensor((2,), b"\xff" * 8)).isnan().all()
        assert decode(raw_tensor((2,), b"\xff" * 16, code=4, flags=1)).requires_grad is False  # an int64 cannot


class TestMemory:
    """What is claimed costs nothing; what is sent costs a bounded multiple of its bytes."""

    @pytest.mark.parametrize(
        "body",
        [
            raw_list(2**32 - 1, b"N" * 1000),
            b"s" + struct.pack("<I", 2**32 - 1),
            raw_tensor((2**27,)),
            raw_tensor((2**13, 2**14), b"\0" * 1000, code=1),
        ],
    )
    def test_a_claim_allocates_nothing(self, body: bytes) -> None:
        tracemalloc.start()
        try:
            with pytest.raises(WireError):
                decode(body)
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()

    def test_items_have_a_bound(self) -> None:
        decode(raw_list(1000, b"N" * 1000))
        with pytest.raises(WireError, match="too many items"):
            decode(raw_list(wire.MAX_ITEMS, b"N" * wire.MAX_ITEMS))

    def test_small_tensors_count_for_what_they_take(self) -> None:
        count = wire.MAX_ITEMS // wire.TENSOR_ITEMS
        tiny = raw_tensor((), b"\1", code=8)
        assert len(decode(raw_list(100, tiny * 100))) == 100
        with pytest.raises(WireError, match="too many items"):
            decode(raw_list(count, tiny * count))

    def test_keys_do_not_collide(self) -> None:
        """Hundred thousand keys with one hash would take the grader hours."""
        keys = [key for key in (k * (2**61 - 1) for k in range(-99_999, 99_999)) if wire.is_key(key)]
        assert len({hash(key) for key in keys}) > len(keys) / 10
        assert len(keys) < 100


class TestFrames:
    def test_a_header_says_what_it_was_given(self) -> None:
        raw = wire.frame(wire.REPLY, 77, b"body")
        assert wire.header(raw[: wire.HEADER.size], 4) == (wire.REPLY, 77, 4)
        assert raw[wire.HEADER.size :] == b"body"

    def test_a_frame_above_the_cap_is_refused(self) -> None:
        with pytest.raises(WireError):
            wire.header(wire.frame(wire.REPLY, 0, b"12345")[: wire.HEADER.size], 4)

    def test_another_magic_is_refused(self) -> None:
        with pytest.raises(WireError):
            wire.header(b"PK\3\4" + b"\0" * (wire.HEADER.size - 4), 1 << 20)


def test_tensors_are_found_in_the_order_of_the_value() -> None:
    a, b, c, d = torch.zeros(1), torch.ones(1), torch.ones(2), torch.ones(3)
    found = wire.tensors_in([a, {"x": (b, 1), "y": Handle(1, "M", c)}, "no", d])
    assert [id(tensor) for tensor in found] == [id(a), id(b), id(d)]


def harmless(body: bytes, strided: bool) -> None:
    """Decoding these bytes gives a value or `WireError`, and what it gives can be sent again."""
    try:
        value = decode(body, strided=strided)
    except WireError:
        return
    encode(value)
