"""Hidden checks of conv1x1."""

import torch
from hypothesis import strategies as st

from autograder import (
    assert_close,
    assert_dtype,
    assert_gradients,
    assert_shape,
    assert_tensor,
    assert_unchanged,
    check,
    examples,
)
from autograder.compare import Mismatch

SIZES = st.tuples(*[st.integers(1, 5)] * 4)
"""Input channels, output channels, height, width."""


def assert_gradients_anywhere(function, *, X, K) -> None:
    """`assert_gradients`, with small steps for curved functions, or with numbers that float16 holds and large steps."""
    try:
        assert_gradients(function, X=X, K=K, step=0.001)
    except Mismatch as error:
        if error.suspect is not None:
            raise
        coarse = [torch.randint(-2, 3, tensor.shape).to(tensor.dtype) for tensor in (X, K)]
        try:
            assert_gradients(function, X=coarse[0], K=coarse[1], step=0.5)
        except Mismatch:
            raise error from None


@check(kind="interface", points=0.5)
def interface(submission):
    """`corr2d_multi_in_out_1x1` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in_out_1x1(torch.ones(2, 3, 3), torch.ones(2, 2, 1, 1)))


@check(kind="shape", points=1, needs=[interface])
@examples(5, sizes=SIZES)
def shapes(submission, sizes):
    """A (c_i, h, w) input and a (c_o, c_i, 1, 1) kernel give (c_o, h, w)."""
    singles = [(*sizes[:axis], 1, *sizes[axis + 1 :]) for axis in range(4)]
    for c_i, c_o, h, w in ((2, 3, 3, 3), (2, 3, 4, 4), (2, 2, 4, 5), sizes, *singles):
        Y = submission.corr2d_multi_in_out_1x1(torch.randn(c_i, h, w), torch.randn(c_o, c_i, 1, 1))
        assert_shape(Y, (c_o, h, w))


@check(kind="value", points=2, needs=[shapes])
@examples(12, sizes=SIZES)
def values(submission, reference, sizes):
    """Every output pixel is a weighted sum of the input's channels at this pixel."""
    c_i, c_o, h, w = sizes
    X, K = torch.randn(c_i, h, w), torch.randn(c_o, c_i, 1, 1)
    assert_close(submission.corr2d_multi_in_out_1x1(X, K), reference.corr2d_multi_in_out_1x1(X, K))


@check(kind="dtype", points=0.5, needs=[interface])
def float64(submission):
    """float64 inputs give a float64 result, float32 inputs a float32 one."""
    for dtype in (torch.float64, torch.float32):
        X, K = torch.ones(2, 3, 3, dtype=dtype), torch.ones(2, 2, 1, 1, dtype=dtype)
        assert_dtype(submission.corr2d_multi_in_out_1x1(X, K), dtype)


@check(kind="value", points=0.5, needs=[values, float64])
def float64_values(submission, reference):
    """float64 results are as precise as float64."""
    X, K = torch.randn(3, 4, 4, dtype=torch.float64), torch.randn(3, 3, 1, 1, dtype=torch.float64)
    expected = reference.corr2d_multi_in_out_1x1(X, K)
    assert_close(submission.corr2d_multi_in_out_1x1(X, K), expected, rtol=1e-11, atol=1e-11)


@check(kind="value", points=1, needs=[values])
def strided_values(submission, reference):
    """Transposed and sliced inputs give the same result as their copies."""
    transposed = torch.randn(3, 5, 4).transpose(1, 2), torch.randn(3, 2, 1, 1).transpose(0, 1)
    sliced = torch.randn(5, 8, 5)[2:, ::2], torch.randn(4, 6, 1, 1)[::2, ::2]
    for X, K in (transposed, sliced):
        assert_close(submission.corr2d_multi_in_out_1x1(X, K), reference.corr2d_multi_in_out_1x1(X, K))


@check(kind="gradient", points=1, needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    X, K = torch.randn(2, 3, 3), torch.randn(2, 2, 1, 1)
    assert_gradients_anywhere(submission.corr2d_multi_in_out_1x1, X=X, K=K)


@check(kind="purity", points=0.5, needs=[interface])
def unchanged(submission):
    """X and K are the same after the call."""
    X, K = torch.randn(2, 3, 3), torch.randn(2, 2, 1, 1)
    assert_unchanged(submission.corr2d_multi_in_out_1x1, X=X, K=K)


@check(kind="restriction", points=3, needs=[interface])
def no_conv_call(submission):
    """No library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d_multi_in_out_1x1(torch.randn(2, 3, 3), torch.randn(2, 2, 1, 1))
