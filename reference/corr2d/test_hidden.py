"""Hidden checks of corr2d: one chain for `corr2d`, one for `conv2d`."""

import torch

from autograder import (
    assert_close,
    assert_dtype,
    assert_gradients,
    assert_shape,
    assert_tensor,
    assert_unchanged,
    check,
    examples,
    windows,
)


@check(kind="interface", points=0.5)
def interface(submission):
    """`corr2d` is defined and returns a tensor."""
    assert_tensor(submission.corr2d(torch.ones(3, 3), torch.ones(2, 2)))


@check(kind="shape", points=1, needs=[interface])
@examples(12, window=windows(max_side=8))
def shapes(submission, window):
    """An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1)."""
    (H, W), (h, w) = window
    assert_shape(submission.corr2d(torch.randn(H, W), torch.randn(h, w)), (H - h + 1, W - w + 1))


@check(kind="value", points=2, needs=[shapes])
@examples(8, window=windows(max_side=8), wide=windows(min_side=2, max_side=6))
def values(submission, reference, window, wide):
    """Every element is the sum of the products of its window."""
    for size, kernel_size in (window, wide):
        X, K = torch.randn(size), torch.randn(kernel_size)
        assert_close(submission.corr2d(X, K), reference.corr2d(X, K))


@check(kind="value", points=0.5, needs=[values])
def linear(submission):
    """`corr2d` is linear in X and in K, for small numbers and large ones."""
    X, Z, K, L = torch.randn(6, 5), torch.randn(6, 5), torch.randn(3, 2), torch.randn(3, 2)
    corr2d = submission.corr2d
    assert_close(corr2d(1000 * X + Z, K), 1000 * corr2d(X, K) + corr2d(Z, K), rtol=1e-4, atol=0.05)
    assert_close(corr2d(X, K - 1000 * L), corr2d(X, K) - 1000 * corr2d(X, L), rtol=1e-4, atol=0.05)


@check(kind="dtype", points=0.5, needs=[interface])
def float64(submission):
    """float64 inputs give a float64 result."""
    assert_dtype(submission.corr2d(torch.ones(3, 3).double(), torch.ones(2, 2).double()), torch.float64)


@check(kind="value", points=0.25, needs=[values, float64])
def float64_values(submission, reference):
    """float64 results are as precise as float64."""
    X, K = torch.randn(6, 6, dtype=torch.float64), torch.randn(3, 3, dtype=torch.float64)
    assert_close(submission.corr2d(X, K), reference.corr2d(X, K), rtol=1e-11, atol=1e-11)


@check(kind="value", points=0.5, needs=[values])
def strided_values(submission, reference):
    """Transposed and sliced inputs give the same result as their copies."""
    transposed = torch.randn(5, 6).T, torch.randn(3, 2).T
    sliced = torch.randn(8, 10)[2:, ::2], torch.randn(4, 6)[::2, ::2]
    for X, K in (transposed, sliced):
        assert_close(submission.corr2d(X, K), reference.corr2d(X, K))


@check(kind="gradient", points=1, needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    assert_gradients(submission.corr2d, X=torch.randn(5, 5), K=torch.randn(2, 2), step=0.001)


@check(kind="purity", points=0.5, needs=[interface])
def unchanged(submission):
    """X and K are the same after the call."""
    assert_unchanged(submission.corr2d, X=torch.randn(5, 5), K=torch.randn(2, 2))


@check(kind="restriction", points=0.5, needs=[interface])
def no_conv_call(submission):
    """No library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d(torch.randn(5, 5), torch.randn(2, 2))


@check(kind="interface", points=0.25)
def conv_interface(submission):
    """`conv2d` is defined and returns a tensor."""
    assert_tensor(submission.conv2d(torch.ones(3, 3), torch.ones(2, 2)))


@check(kind="shape", points=0.5, needs=[conv_interface])
@examples(8, window=windows(max_side=8))
def conv_shapes(submission, window):
    """`conv2d` gives (H - h + 1, W - w + 1) as well."""
    (H, W), (h, w) = window
    assert_shape(submission.conv2d(torch.randn(H, W), torch.randn(h, w)), (H - h + 1, W - w + 1))


@check(kind="value", points=1, needs=[conv_shapes])
@examples(8, window=windows(max_side=8), wide=windows(min_side=2, max_side=6))
def conv_values(submission, reference, window, wide):
    """`conv2d` turns the kernel round on both axes."""
    for size, kernel_size in (window, wide):
        X, K = torch.randn(size), torch.randn(kernel_size)
        assert_close(submission.conv2d(X, K), reference.conv2d(X, K))


@check(kind="dtype", points=0.25, needs=[conv_interface])
def conv_float64(submission):
    """`conv2d` keeps float64."""
    assert_dtype(submission.conv2d(torch.ones(3, 3).double(), torch.ones(2, 2).double()), torch.float64)


@check(kind="gradient", points=0.25, needs=[conv_interface])
def conv_gradients(submission):
    """Through `conv2d` too, gradients reach both X and K."""
    assert_gradients(submission.conv2d, X=torch.randn(5, 5), K=torch.randn(2, 2), step=0.001)


@check(kind="purity", points=0.25, needs=[conv_interface])
def conv_unchanged(submission):
    """X and K are the same after `conv2d`."""
    assert_unchanged(submission.conv2d, X=torch.randn(5, 5), K=torch.randn(2, 2))


@check(kind="restriction", points=0.25, needs=[conv_interface])
def conv_no_conv_call(submission):
    """`conv2d` calls no library convolution or pooling either."""
    with submission.watching():
        submission.conv2d(torch.randn(5, 5), torch.randn(2, 2))
