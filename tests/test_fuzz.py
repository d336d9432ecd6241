"""The fuzzers' harnesses, cheaply: the corpus, a few hundred inputs that Hypothesis makes, and what they may cost.

`make fuzz` runs the same harnesses for as long as it is told (tests/fuzz/).
"""

from __future__ import annotations

import os
import resource
import tracemalloc
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fuzz import READERS, entries, place
from fuzz.mutation import changed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "fuzz" / "corpus"
HANG = 120  # seconds of CPU for everything that a child reads here, which takes it two
few = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)  # fmt: skip


def corpus(reader: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / reader).iterdir())]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@few
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("reader", READERS)
def test_bytes_that_are_close_to_right(reader: str, seed: int) -> None:
    harness = import_module(f"fuzz.{reader}")
    random = Random(seed)
    harness.one(harness.made(random))
    harness.one(changed(random, random.choice(corpus(reader))))


@few
@given(data=st.binary(max_size=400))
@pytest.mark.parametrize("reader", READERS)
def test_any_bytes(reader: str, data: bytes) -> None:
    import_module(f"fuzz.{reader}").one(data)


def test_nothing_that_once_broke_a_reader_hangs_it_or_takes_more_than_it_may(reader: str) -> None:
    """In a child of its own, which the kernel ends after so much CPU time even within a regular expression."""
    harness = import_module(f"fuzz.{reader}")
    random = Random(reader)
    inputs = [*corpus(reader), *harness.broke(), *(harness.made(random) for _ in range(10))]
    assert in_child(lambda: [worst for data in inputs if (worst := excess(harness, data)) > 0]) == 0


def test_entries_are_written_through_no_link(tmp_path: Path) -> None:
    """The harness may be run by root, and a link in an input may lead anywhere."""
    for content in (f"->{tmp_path}\nann/corr2d.py\nx", f"->{tmp_path}/corr2d.py\nann\nx"):
        link, name, text = content.encode().split(b"\n")
        entries.one(entries.SEPARATOR.join((b"ann\n" + link, name + b"\n" + text)))
    assert not list(tmp_path.iterdir())


def test_a_reader_that_breaks_its_promise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness of frames against a decoder that has lost one of its checks."""
    from fuzz import wire as harness

    from autograder.sandbox import wire

    monkeypatch.setattr(wire._Reader, "bounded", lambda self, count: count)
    claim = wire.frame(wire.REPLY, 1, b"t" + (1 << 17).to_bytes(4, "little") + b"N" * (1 << 17))
    monkeypatch.setattr(harness, "BYTES_PER_ITEM", -10)
    assert excess(harness, claim) > 0
    monkeypatch.setattr(wire._Reader, "text", lambda self: str(self.take(self.count()), "utf-8"))
    with pytest.raises(UnicodeDecodeError):
        harness.one(wire.frame(wire.REPLY, 1, b"s\1\0\0\0\xff"))


def excess(harness: Any, data: bytes) -> int:
    """By how many bytes reading `data` took more memory at a time than was announced, if that is above 0."""
    tracemalloc.start()
    try:
        harness.one(data)
        return tracemalloc.get_traced_memory()[1] - int(harness.bound(data))
    finally:
        tracemalloc.stop()


def in_child(work: Any) -> int:
    """The exit status of a fork that does `work`: 0 if that gave nothing."""
    place()  # the parent's, which removes it
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (HANG, HANG))
            found = work()
            print(found)
            status = 1 if found else 0
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1]
