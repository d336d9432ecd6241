"""Hidden checks of multi_channel: a chain for each function, so that either can be done alone."""

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
    fail,
    windows,
)
from autograder.compare import Mismatch, rounding_bound

# The first of each is drawn first, and shows every wrong idea; the rest are drawn with their edge cases.
SIZES = st.just(((5, 8), (2, 4))) | windows(max_side=7)
CHANNELS = st.sampled_from([3, 1, 2, 4])
KERNELS = st.sampled_from([2, 1, 3, 4])


def assert_explained_shape(value, shape: tuple[int, ...], wrong: dict[tuple[int, ...], str]) -> None:
    """`assert_shape`, naming the wrong idea that leads to another shape."""
    found = tuple(value.shape) if isinstance(value, torch.Tensor) else ()
    if found != shape and found in wrong:
        fail("the result has shape {found}, not {shape}", misconception=wrong[found], found=found, shape=shape)
    assert_shape(value, shape)


def misshaped(input_size: tuple[int, int], window: tuple[int, int], *maps: int) -> dict[tuple[int, ...], str]:
    """Wrong shapes of one map, or of several: transposed, too large, short of a row or a column, squeezed."""
    (H, W), (h, w) = input_size, window
    rows, columns = H - h + 1, W - w + 1
    wrong = {(*maps, columns, rows): "swapped-axes"}
    wrong |= dict.fromkeys([(*maps, H, W), (*maps, H + h - 1, W + w - 1)], "full-padding")
    short = [(rows - 1, columns), (rows, columns - 1), (rows - 1, columns - 1)]
    wrong |= {(*maps, *sides): "missing-plus-one" for sides in short}
    return wrong | {tuple(side for side in (*maps, rows, columns) if side != 1): "squeezed-axes"}


def assert_gradients_anywhere(function, *, X, K) -> None:
    """`assert_gradients`, with small steps for curved functions, or with numbers that float16 holds and large steps."""
    try:
        assert_gradients(function, X=X, K=K, step=0.01)
    except Mismatch as error:
        if error.suspect is not None:
            raise
        coarse = [torch.randint(-2, 3, tensor.shape).to(tensor.dtype) for tensor in (X, K)]
        try:
            assert_gradients(function, X=coarse[0], K=coarse[1], step=0.5)
        except Mismatch:
            raise error from None


def with_single_sides(size) -> list:
    """The size, and those with windows as high and as wide as the input: a single row, and a single column."""
    (H, W), (h, w) = size
    return [((H, W), (h, w)), ((H, W), (H, w)), ((H, W), (h, W))]


def layouts() -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Pairs (X, K) of shapes (2, 4, 5) and (3, 2, 2, 3) whose elements are not in one piece, in order."""
    return [
        (torch.randn(5, 4, 2).transpose(0, 2), torch.randn(3, 2, 3, 2).transpose(2, 3)),
        (torch.randn(3, 8, 10)[1:, ::2, ::2], torch.randn(4, 2, 4, 4)[1:, :, 1:3, 1:]),
    ]


@check(kind="interface", points=0.25)
def interface(submission):
    """`corr2d_multi_in` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in(torch.ones(2, 3, 3), torch.ones(2, 2, 2)))


@check(kind="shape", points=0.5, needs=[interface])
@examples(4, size=SIZES, c=CHANNELS)
def shapes_in(submission, size, c):
    """`corr2d_multi_in`: a (c, H, W) input and a (c, h, w) kernel give (H - h + 1, W - w + 1)."""
    sizes = with_single_sides(size)
    for channels, ((H, W), (h, w)) in [*((c, each) for each in sizes), (1, size)]:
        rows, columns = H - h + 1, W - w + 1
        Y = submission.corr2d_multi_in(torch.randn(channels, H, W), torch.randn(channels, h, w))
        wrong = {(1, rows, columns): "extra-axes", (channels, rows, columns): "no-channel-sum"}
        assert_explained_shape(Y, (rows, columns), wrong | misshaped((H, W), (h, w)))


@check(kind="value", points=1.25, needs=[shapes_in])
@examples(8, size=SIZES, c=CHANNELS)
def values_in(submission, reference, size, c):
    """`corr2d_multi_in`: every channel meets its own slice of the kernel, and the maps are added."""
    (H, W), (h, w) = size
    X, K = torch.randn(c, H, W), torch.randn(c, h, w)
    rounding = rounding_bound(reference.corr2d_multi_in, X, K)
    assert_close(submission.corr2d_multi_in(X, K), reference.corr2d_multi_in(X, K), rounding=rounding)


@check(kind="value", points=0.25, needs=[values_in])
def layouts_in(submission, reference):
    """`corr2d_multi_in`: transposed and sliced tensors give the same numbers as copies."""
    for X, K in layouts():
        rounding = rounding_bound(reference.corr2d_multi_in, X, K[0])
        assert_close(submission.corr2d_multi_in(X, K[0]), reference.corr2d_multi_in(X, K[0]), rounding=rounding)


@check(kind="dtype", points=0.25, needs=[interface])
def dtype_in(submission):
    """`corr2d_multi_in`: float64 in, float64 out, and float32 in, float32 out."""
    X, K = torch.ones(2, 4, 4), torch.ones(2, 2, 2)
    for dtype in (torch.float64, torch.float32):
        assert_dtype(submission.corr2d_multi_in(X.to(dtype), K.to(dtype)), dtype)


@check(kind="value", points=0.25, needs=[values_in, dtype_in])
def float64_in(submission, reference):
    """`corr2d_multi_in`: float64 is computed in full precision."""
    X, K = torch.randn(3, 5, 5).double() / 3, torch.randn(3, 2, 2).double() / 3
    assert_close(submission.corr2d_multi_in(X, K), reference.corr2d_multi_in(X, K), rtol=1e-10, atol=1e-10)


@check(kind="gradient", points=0.5, needs=[interface])
def gradients_in(submission):
    """`corr2d_multi_in`: gradients reach both X and K."""
    assert_gradients_anywhere(submission.corr2d_multi_in, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2))


@check(kind="purity", points=0.25, needs=[interface])
def purity_in(submission):
    """`corr2d_multi_in`: X and K are left as they were."""
    assert_unchanged(submission.corr2d_multi_in, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2))


@check(kind="restriction", points=1.5, needs=[interface])
def no_conv_call_in(submission):
    """`corr2d_multi_in`: no library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d_multi_in(torch.randn(2, 4, 4), torch.randn(2, 2, 2))


@check(kind="interface", points=0.25)
def interface_in_out(submission):
    """`corr2d_multi_in_out` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in_out(torch.ones(2, 3, 3), torch.ones(2, 2, 2, 2)))


@check(kind="shape", points=0.5, needs=[interface_in_out])
@examples(3, size=SIZES, c=st.sampled_from([2, 1, 3]), extra=st.integers(1, 2))
def shapes_in_out(submission, size, c, extra):
    """`corr2d_multi_in_out`: o kernels of shape (c, h, w) give (o, H - h + 1, W - w + 1)."""
    one_row, one_column = with_single_sides(size)[1:]
    tried = [(c, c + extra, size), (c + extra, c, size), (c, c, size)]
    for channels, kernels, ((H, W), (h, w)) in [*tried, (c, c + extra, one_row), (c, c + extra, one_column)]:
        Y = submission.corr2d_multi_in_out(torch.randn(channels, H, W), torch.randn(kernels, channels, h, w))
        rows, columns = H - h + 1, W - w + 1
        elsewhere = [(rows, kernels, columns), (rows, columns, kernels)]
        joined = [(kernels * rows, columns), (rows, kernels * columns)]
        wrong = dict.fromkeys([*elsewhere, *joined], "wrong-stack-dim")
        wrong |= {(channels, rows, columns): "loops-channels-not-kernels"}
        wrong |= {(kernels, 1, rows, columns): "extra-axes", (kernels, channels, rows, columns): "no-channel-sum"}
        assert_explained_shape(Y, (kernels, rows, columns), wrong | misshaped((H, W), (h, w), kernels))


@check(kind="value", points=1.25, needs=[shapes_in_out])
@examples(8, size=SIZES, c=CHANNELS, o=KERNELS)
def values_in_out(submission, reference, size, c, o):
    """`corr2d_multi_in_out`: map i is what kernel i gives over all channels."""
    (H, W), (h, w) = size
    X, K = torch.randn(c, H, W), torch.randn(o, c, h, w)
    rounding = rounding_bound(reference.corr2d_multi_in_out, X, K)
    assert_close(submission.corr2d_multi_in_out(X, K), reference.corr2d_multi_in_out(X, K), rounding=rounding)


@check(kind="value", points=0.25, needs=[values_in_out])
def layouts_in_out(submission, reference):
    """`corr2d_multi_in_out`: transposed and sliced tensors give the same numbers as copies."""
    for X, K in layouts():
        rounding = rounding_bound(reference.corr2d_multi_in_out, X, K)
        assert_close(submission.corr2d_multi_in_out(X, K), reference.corr2d_multi_in_out(X, K), rounding=rounding)


@check(kind="dtype", points=0.25, needs=[interface_in_out])
def dtype_in_out(submission):
    """`corr2d_multi_in_out`: float64 in, float64 out, and float32 in, float32 out."""
    X, K = torch.ones(2, 4, 4), torch.ones(2, 2, 2, 2)
    for dtype in (torch.float64, torch.float32):
        assert_dtype(submission.corr2d_multi_in_out(X.to(dtype), K.to(dtype)), dtype)


@check(kind="value", points=0.25, needs=[values_in_out, dtype_in_out])
def float64_in_out(submission, reference):
    """`corr2d_multi_in_out`: float64 is computed in full precision."""
    X, K = torch.randn(3, 5, 5).double() / 3, torch.randn(2, 3, 2, 2).double() / 3
    expected = reference.corr2d_multi_in_out(X, K)
    assert_close(submission.corr2d_multi_in_out(X, K), expected, rtol=1e-10, atol=1e-10)


@check(kind="gradient", points=0.5, needs=[interface_in_out])
def gradients_in_out(submission):
    """`corr2d_multi_in_out`: gradients reach both X and K."""
    assert_gradients_anywhere(submission.corr2d_multi_in_out, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2, 2))


@check(kind="purity", points=0.25, needs=[interface_in_out])
def purity_in_out(submission):
    """`corr2d_multi_in_out`: X and K are left as they were."""
    assert_unchanged(submission.corr2d_multi_in_out, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2, 2))


@check(kind="restriction", points=1.5, needs=[interface_in_out])
def no_conv_call_in_out(submission):
    """`corr2d_multi_in_out`: no library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d_multi_in_out(torch.randn(2, 4, 4), torch.randn(2, 2, 2, 2))
