"""Comparison: type before shape before finiteness before value, and no expected value in a hidden message."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compare import (
    Mismatch,
    assert_close,
    assert_dtype,
    assert_shape,
    assert_tensor,
    fail,
    measuring,
    rounding_bound,
    within,
)

FLOATING = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
thorough = settings(max_examples=100, deadline=None, database=None, derandomize=True)


def mismatch(*args: Any, **options: Any) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        assert_close(*args, **options)
    return caught.value


class TestClose:
    @pytest.mark.parametrize("dtype", FLOATING)
    def test_equal_tensors_pass(self, dtype: torch.dtype) -> None:
        x = torch.tensor([[1.5, -2.0], [0.0, math.inf], [-math.inf, math.nan]], dtype=dtype)
        assert_close(x.clone(), x)

    @thorough
    @given(
        st.floats(-1e6, 1e6, width=32), st.floats(0, 1, exclude_max=True), st.booleans(), st.sampled_from([1e-4, 0.1])
    )
    def test_the_tolerance_is_where_it_says(self, expected: float, part: float, up: bool, rtol: float) -> None:
        allowed = 1e-3 + rtol * abs(expected)
        theirs = torch.tensor([expected], dtype=torch.float64)
        assert_close(theirs + (1 if up else -1) * 0.999 * part * allowed, theirs, rtol=rtol, atol=1e-3)
        mismatch(theirs + (1 if up else -1) * (1.001 + part) * allowed, theirs, rtol=rtol, atol=1e-3)

    def test_the_tolerance_comes_from_the_expected_dtype(self) -> None:
        theirs, yours = torch.tensor([1.0]), torch.tensor([1.00005])
        assert_close(yours, theirs)
        assert_close(yours.double(), theirs)
        mismatch(yours.double(), theirs.double())
        assert_close(torch.tensor([1.005]), theirs.half())

    def test_a_tolerance_of_zero_is_a_tolerance(self) -> None:
        theirs = torch.tensor([1.0])
        assert_close(theirs.clone(), theirs, rtol=0, atol=0)
        mismatch(theirs.nextafter(torch.tensor([2.0])), theirs, rtol=0, atol=0)

    def test_another_precision_is_not_a_wrong_value(self) -> None:
        assert_close(torch.ones(2).double(), torch.ones(2))
        assert_close(torch.ones(2).half(), torch.ones(2))

    def test_requiring_grad_is_not_a_wrong_value(self) -> None:
        assert_close(torch.ones(2, requires_grad=True), torch.ones(2))

    @pytest.mark.parametrize("yours", [math.nan, math.inf, -math.inf])
    def test_what_is_not_finite_and_should_be(self, yours: float) -> None:
        error = mismatch(torch.tensor([1.0, yours, 2.0]), torch.tensor([1.0, 1.5, 2.0]))
        assert error.hidden == "1 of 3 values are not finite"

    @pytest.mark.parametrize("theirs", [math.nan, math.inf, -math.inf])
    def test_what_is_finite_and_should_not_be(self, theirs: float) -> None:
        error = mismatch(torch.tensor([1.0]), torch.tensor([theirs]))
        assert error.hidden == "the value differs, by up to more than a float can hold"

    def test_the_infinities_differ(self) -> None:
        mismatch(torch.tensor([-math.inf]), torch.tensor([math.inf]))

    def test_a_difference_beyond_all_floats_is_told(self) -> None:
        huge = torch.tensor([1.7e308], dtype=torch.float64)
        assert "more than a float can hold" in mismatch(-huge, huge).hidden

    def test_a_broadcastable_shape_is_another_shape(self) -> None:
        assert "shape (1,), not (3,)" in mismatch(torch.ones(1), torch.ones(3)).hidden
        assert "shape (), not (1,)" in mismatch(torch.tensor(1.0), torch.ones(1)).hidden

    def test_shape_comes_before_value(self) -> None:
        assert "shape" in mismatch(torch.tensor([math.nan]), torch.ones(2)).hidden

    def test_empty_tensors_are_equal(self) -> None:
        assert_close(torch.ones(0, 3), torch.zeros(0, 3))
        mismatch(torch.ones(0, 3), torch.zeros(3, 0))

    @pytest.mark.parametrize(
        ("yours", "what"),
        [
            (None, "None"), (1.0, "a number"), (True, "True or False"), ([1.0, 1.0], "a list"), ("1", "a string"),
            ({}, "a dict"), (torch.nn.Linear(1, 1), "a module"), (lambda: 1, "a function"), (object(), "an object"),
        ],
    )  # fmt: skip
    def test_what_is_no_tensor_is_named(self, yours: object, what: str) -> None:
        assert mismatch(yours, torch.ones(2)).hidden.startswith(f"the result is {what}")

    @pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64])
    def test_a_tensor_of_other_numbers_is_no_result(self, dtype: torch.dtype) -> None:
        assert str(dtype).removeprefix("torch.") in mismatch(torch.ones(2).to(dtype), torch.ones(2)).hidden


class TestNumbersAndLists:
    def test_numbers(self) -> None:
        assert_close(2.0, 2.0)
        assert_close(2, 2.0)
        mismatch(2.1, 2.0)

    @pytest.mark.parametrize("yours", [None, True, "2.0", [2.0], torch.tensor(2.0), math.nan, 10**400])
    def test_what_is_no_number(self, yours: object) -> None:
        mismatch(yours, 2.0)

    def test_lists(self) -> None:
        assert_close([1.0, 2], [1.0, 2.0])
        assert_close((1.0, 2.0), [1.0, 2.0])
        assert_close([], [])
        assert "1 numbers, not 2" in mismatch([1.0], [1.0, 2.0]).hidden
        assert "1 of 2" in mismatch([1.0, 3.0], [1.0, 2.0]).hidden

    @pytest.mark.parametrize(
        "yours", [None, "12", torch.ones(2), [1.0, "2"], [1.0, None], [1.0, True], [[1.0], [2.0]], [1.0, 10**400]]
    )
    def test_what_is_no_list_of_numbers(self, yours: object) -> None:
        mismatch(yours, [1.0, 2.0])


class TestOthers:
    def test_tensor(self) -> None:
        assert_tensor(torch.ones(2).bfloat16())
        for value in (torch.ones(2).int(), torch.ones(2).to(torch.complex64), [1.0], None):
            with pytest.raises(Mismatch):
                assert_tensor(value)

    def test_shape(self) -> None:
        assert_shape(torch.ones(2, 3), (2, 3))
        assert_shape(torch.tensor(1), [])
        for value in (torch.ones(3, 2), torch.ones(6), [1.0], None):
            with pytest.raises(Mismatch):
                assert_shape(value, (2, 3))

    def test_dtype(self) -> None:
        assert_dtype(torch.ones(2), torch.float32)
        with pytest.raises(Mismatch, match="float32, not float64"):
            assert_dtype(torch.ones(2), torch.float64)
        with pytest.raises(Mismatch):
            assert_dtype(1.0, torch.float64)

    def test_fail(self) -> None:
        with pytest.raises(Mismatch, match=r"^no$") as caught:
            fail("no", "some-idea")
        assert (caught.value.public, caught.value.misconception) == ("no", "some-idea")


class TestWhatIsTold:
    @thorough
    @given(st.lists(st.floats(-9e5, 9e5), min_size=1, max_size=4), st.floats(1, 1e6))
    def test_a_hidden_message_has_no_value_in_it(self, expected: list[float], by: float) -> None:
        """Only counts, and an order of magnitude: two expected values that differ little give one message."""
        theirs = torch.tensor(expected, dtype=torch.float64)
        told = {mismatch(each + by, each).hidden for each in (theirs, theirs * 1.01, theirs - 3)}
        assert len(told) == 1

    def test_a_public_message_has_the_first_that_differs(self) -> None:
        error = mismatch(torch.tensor([[1.0, 2.5], [3.0, 9.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        assert error.public == "2 of 4 values differ; the first at [0, 1]: yours 2.5, expected 2"
        assert error.hidden == str(error) == "2 of 4 values differ, by up to about 1e+01"

    def test_a_name_that_a_student_chose_is_not_repeated_for_a_hidden_check(self) -> None:
        with pytest.raises(Mismatch) as caught:
            assert_tensor(SimpleNamespace(type_name="x is 3.25 \x1b[2J" + 100 * "y"))
        assert caught.value.hidden == "the result is an object of another type, not a tensor"
        assert len(caught.value.public) < 100

    def test_an_array_is_named(self) -> None:
        with pytest.raises(Mismatch, match="type ndarray"):
            assert_tensor(SimpleNamespace(type_name="ndarray"))

    def test_a_module_may_have_a_parameter_of_any_name(self) -> None:
        module = torch.nn.Module()
        module.type_name = torch.nn.Parameter(torch.ones(3))
        with pytest.raises(Mismatch, match="a module"):
            assert_tensor(module)


class TestMeasuring:
    def test_it_says_how_much_of_the_tolerance_is_used(self) -> None:
        used: list[float] = []
        x = torch.tensor([1.0, -2.0, 0.0, math.inf, math.nan])
        with measuring(used.append):
            assert_close(x, x)
            assert_close(torch.tensor([2.0, 3.0]), torch.tensor([2.0, 2.0]), rtol=0.0, atol=4.0)
            mismatch(torch.tensor([1.0]), torch.tensor([0.0]), rtol=0.0, atol=0.5)
            mismatch(torch.tensor([1.0]), torch.tensor([math.inf]))
            mismatch(torch.tensor([math.nan]), torch.tensor([1.0]))
            assert within(0.25, 1.0)
            assert not within(torch.tensor([0.25, 3.0]), torch.tensor([1.0, 2.0]))
            assert not within(math.nan, 1.0)
        assert used == [0.0, 0.25, 2.0, math.inf, math.inf, 0.25, 1.5, math.inf]
        assert within(0.0, 0.0)
        assert len(used) == 8


class TestRoundingBound:
    @thorough
    @given(st.integers(1, 400), st.integers(0, 1000))
    def test_no_order_of_summation_exceeds_it(self, terms: int, seed: int) -> None:
        torch.manual_seed(seed)
        x, k = torch.randn(3, terms), torch.randn(terms)
        bound = rounding_bound(torch.matmul, x, k)
        exact = x.double() @ k.double()
        for order in (torch.arange(terms), torch.randperm(terms), (x[0] * k).argsort(), (x[0] * k).abs().argsort()):
            total = torch.zeros(3)
            for number in order:
                total = total + x[:, number] * k[number]
            assert ((total - exact).abs() <= bound / 2).all()

    def test_it_is_added_to_the_tolerance(self) -> None:
        expected = torch.tensor([0.0, 100.0])
        rounding = torch.tensor([1e-3, 0.0], dtype=torch.float64)
        assert_close(torch.tensor([1e-3, 100.0]), expected, rounding=rounding)
        mismatch(torch.tensor([2e-3, 100.0]), expected, rounding=rounding)
        mismatch(torch.tensor([1e-3, 100.0]), expected)
