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
    fail,
    windows,
)
from autograder.compare import Mismatch, rounding_bound
from autograder.errors import SubmissionRaised

WIDE = ((5, 9), (2, 4))  # an input and a kernel that nobody takes for square ones


@check(kind="interface", points=0.25)
def interface(submission):
    """`corr2d` is defined and returns a tensor."""
    assert_tensor(submission.corr2d(torch.ones(3, 3), torch.ones(2, 2)))


@check(kind="shape", points=0.75, needs=[interface])
@examples(12, window=windows(max_side=8))
def shapes(submission, window):
    """An (H, W) input and an (h, w) kernel give (H - h + 1, W - w + 1)."""
    for sizes in (window, WIDE):
        assert_valid(submission.corr2d, *sizes)


@check(kind="value", points=1.25, needs=[shapes])
@examples(8, window=windows(max_side=8), wide=windows(min_side=2, max_side=6))
def values(submission, reference, window, wide):
    """Every element is the sum of the products of its window."""
    for size, kernel_size in (window, wide):
        X, K = torch.randn(size), torch.randn(kernel_size)
        rounding = rounding_bound(reference.corr2d, X, K)
        assert_close(submission.corr2d(X, K), reference.corr2d(X, K), rounding=rounding)


@check(kind="value", points=0.25, needs=[interface])
def reacts(submission):
    """The result changes when X does, and when K does."""
    assert_reacts(submission.corr2d)


@check(kind="value", points=0.25, needs=[values])
def linear(submission):
    """`corr2d` is linear in X and in K, for small numbers and large ones."""
    X, Z, K, L = torch.randn(6, 5), torch.randn(6, 5), torch.randn(3, 2), torch.randn(3, 2)
    corr2d = submission.corr2d
    assert_close(corr2d(1000 * X + Z, K), 1000 * corr2d(X, K) + corr2d(Z, K), rtol=1e-4, atol=0.05)
    assert_close(corr2d(X, K - 1000 * L), corr2d(X, K) - 1000 * corr2d(X, L), rtol=1e-4, atol=0.05)


@check(kind="dtype", points=0.25, needs=[interface])
def float64(submission):
    """float64 inputs give a float64 result, float32 inputs a float32 one."""
    assert_keeps_dtype(submission.corr2d)


@check(kind="value", points=0.25, needs=[values, float64])
def float64_values(submission, reference):
    """float64 results are as precise as float64."""
    X, K = torch.randn(6, 6, dtype=torch.float64), torch.randn(3, 3, dtype=torch.float64)
    assert_close(submission.corr2d(X, K), reference.corr2d(X, K), rtol=1e-11, atol=1e-11)


@check(kind="value", points=0.25, needs=[values])
def strided_values(submission, reference):
    """Transposed and sliced inputs give the same result as their copies."""
    transposed = torch.randn(5, 6).T, torch.randn(3, 2).T
    sliced = torch.randn(8, 10)[2:, ::2], torch.randn(4, 6)[::2, ::2]
    for X, K in (transposed, sliced):
        assert_close(submission.corr2d(X, K), reference.corr2d(X, K))


@check(kind="gradient", points=1, needs=[interface])
def gradients(submission):
    """Gradients reach both X and K."""
    assert_slopes(submission.corr2d)


@check(kind="purity", points=0.25, needs=[interface])
def unchanged(submission):
    """X and K are the same after the call."""
    assert_unchanged(submission.corr2d, X=torch.randn(5, 5), K=torch.randn(2, 2))


@check(kind="restriction", points=2.25, needs=[reacts])
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
    for sizes in (window, WIDE):
        assert_valid(submission.conv2d, *sizes)


@check(kind="value", points=0.5, needs=[conv_shapes])
@examples(8, window=windows(max_side=8), wide=windows(min_side=2, max_side=6))
def conv_values(submission, reference, window, wide):
    """`conv2d` turns the kernel round on both axes."""
    for size, kernel_size in (window, wide):
        X, K = torch.randn(size), torch.randn(kernel_size)
        rounding = rounding_bound(reference.conv2d, X, K)
        assert_close(submission.conv2d(X, K), reference.conv2d(X, K), rounding=rounding)


@check(kind="value", points=0.25, needs=[conv_interface])
def conv_reacts(submission):
    """The result of `conv2d` changes when X does, and when K does."""
    assert_reacts(submission.conv2d)


@check(kind="dtype", points=0.25, needs=[conv_interface])
def conv_float64(submission):
    """`conv2d` keeps float64, and float32."""
    assert_keeps_dtype(submission.conv2d)


@check(kind="gradient", points=0.25, needs=[conv_interface])
def conv_gradients(submission):
    """Through `conv2d` too, gradients reach both X and K."""
    assert_slopes(submission.conv2d)


@check(kind="purity", points=0.25, needs=[conv_interface])
def conv_unchanged(submission):
    """X and K are the same after `conv2d`."""
    assert_unchanged(submission.conv2d, X=torch.randn(5, 5), K=torch.randn(2, 2))


@check(kind="restriction", points=0.75, needs=[conv_reacts])
def conv_no_conv_call(submission):
    """`conv2d` calls no library convolution or pooling either."""
    with submission.watching():
        submission.conv2d(torch.randn(5, 5), torch.randn(2, 2))


def assert_valid(function, size, kernel_size):
    """The result has the valid shape. Where it has not, results for other sizes tell which idea is behind it."""
    X, K, expected = torch.randn(size), torch.randn(kernel_size), valid(size, kernel_size)
    result = function(X, K)
    try:
        assert_shape(result, expected)
    except Mismatch as error:
        shape = tuple(result.shape) if isinstance(result, torch.Tensor) else None
        suspect = explain_shape(function, shape, expected)
        if suspect is None and shape == size == kernel_size:
            suspect = "missing-sum"
        function(X, K)  # once more, so that it is this call which the message tells of
        raise Mismatch(error.hidden, error.public, suspect=suspect) from None


def valid(size, kernel_size):
    return tuple(side - length + 1 for side, length in zip(size, kernel_size, strict=True))


def explain_shape(function, shape, expected):
    """The misconception behind a wrong shape, from what something square, something wide and something tall give."""
    if shape == tuple(side for side in expected if side != 1):
        return "extra-axes"
    probes = [((7, 7), (3, 3)), ((5, 9), (2, 4)), ((9, 6), (4, 2))]
    wanted = [valid(*probe) for probe in probes]
    found = [shape_of(function, *probe) for probe in probes]
    pairs = [*zip(found, wanted, strict=True)]
    if any(each and len(each) != 2 for each in found):
        return "missing-sum" if all(each and each[:2] == right for each, right in pairs) else None
    if found[0] == wanted[0] and found[1:] != wanted[1:]:
        exchanged = [[right[::-1] for right in wanted], [valid(size, kernel[::-1]) for size, kernel in probes]]
        return "swapped-axes" if found in exchanged else "square-only"
    excess = [tuple(a - b for a, b in zip(each, right, strict=True)) for each, right in pairs if each]
    axes = [*zip(*excess, strict=True)] if len(excess) == 3 else []
    if any(min(axis) > 0 for axis in axes) and all(min(axis) > 0 or {*axis} == {0} for axis in axes):
        return "full-padding"
    if len({*excess}) == 1 and excess[0] in ((-1, -1), (-1, 0), (0, -1)):
        return "missing-plus-one"
    return None


def shape_of(function, size, kernel_size):
    try:
        result = function(torch.randn(size), torch.randn(kernel_size))
    except SubmissionRaised:
        return None
    return tuple(result.shape) if isinstance(result, torch.Tensor) else None


def assert_keeps_dtype(function):
    for dtype in (torch.float64, torch.float32):
        assert_dtype(function(torch.ones(3, 3, dtype=dtype), torch.ones(2, 2, dtype=dtype)), dtype)


def assert_reacts(function):
    X, K = torch.randn(5, 5), torch.randn(2, 2)
    result = function(X, K)
    if any(torch.equal(result, function(*other)) for other in ((X + 1, K), (X, K + 1))):
        fail("the result is the same for another X or another K", misconception="constant-result")
    # Nor is it enough that it changes whatever happens, as memory may that nobody has written.
    assert torch.allclose(function(X, K), result, rtol=1e-3, atol=1e-3, equal_nan=True)


def assert_slopes(function):
    """Gradients reach X and K; small steps are fair to what bends, large ones to what is rounded."""
    inputs = {"X": torch.randn(5, 5), "K": torch.randn(2, 2)}
    for step in (0.001, 0.0001, 4.0):
        try:
            return assert_gradients(function, **inputs, step=step)
        except Mismatch as error:
            if error.suspect is not None:
                raise
            last = error
    raise Mismatch(last.hidden, last.public, suspect="wrong-gradient")
