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

# The first of each is drawn first, and shows every wrong idea; the rest are drawn with their edge cases.
SIZES = st.just(((5, 8), (2, 4))) | windows(max_side=7)
CHANNELS = st.sampled_from([3, 1, 2, 4])
KERNELS = st.sampled_from([2, 1, 3, 4])


def assert_explained_shape(value, shape: tuple[int, ...], wrong: dict[tuple[int, ...], str]) -> None:
    """`assert_shape`, naming the wrong idea that leads to another shape."""
    found = tuple(value.shape) if isinstance(value, torch.Tensor) else ()
    if found != shape and found in wrong:
        fail(f"the result has shape {found}, not {shape}", misconception=wrong[found])
    assert_shape(value, shape)


def short(*shape: int) -> dict[tuple[int, ...], str]:
    """The shapes that lack a row, a column, or both."""
    *first, rows, columns = shape
    sides = [(rows - 1, columns), (rows, columns - 1), (rows - 1, columns - 1)]
    return {(*first, *each): "missing-plus-one" for each in sides}


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
@examples(8, size=SIZES, c=CHANNELS)
def shapes_in(submission, size, c):
    """`corr2d_multi_in`: a (c, H, W) input and a (c, h, w) kernel give (H - h + 1, W - w + 1)."""
    (H, W), (h, w) = size
    rows, columns = H - h + 1, W - w + 1
    Y = submission.corr2d_multi_in(torch.randn(c, H, W), torch.randn(c, h, w))
    wrong = {(c, rows, columns): "no-channel-sum"}
    assert_explained_shape(Y, (rows, columns), wrong | short(rows, columns))


@check(kind="value", points=1.75, needs=[shapes_in])
@examples(8, size=SIZES, c=CHANNELS)
def values_in(submission, reference, size, c):
    """`corr2d_multi_in`: every channel meets its own slice of the kernel, and the maps are added."""
    (H, W), (h, w) = size
    X, K = torch.randn(c, H, W), torch.randn(c, h, w)
    assert_close(submission.corr2d_multi_in(X, K), reference.corr2d_multi_in(X, K))


@check(kind="value", points=0.25, needs=[values_in])
def layouts_in(submission, reference):
    """`corr2d_multi_in`: transposed and sliced tensors give the same numbers as copies."""
    for X, K in layouts():
        assert_close(submission.corr2d_multi_in(X, K[0]), reference.corr2d_multi_in(X, K[0]))


@check(kind="dtype", points=0.25, needs=[interface])
def dtype_in(submission):
    """`corr2d_multi_in`: float64 in, float64 out."""
    X, K = torch.ones(2, 4, 4), torch.ones(2, 2, 2)
    assert_dtype(submission.corr2d_multi_in(X.double(), K.double()), torch.float64)


@check(kind="value", points=0.25, needs=[values_in, dtype_in])
def float64_in(submission, reference):
    """`corr2d_multi_in`: float64 is computed in full precision."""
    X, K = torch.randn(3, 5, 5).double() / 3, torch.randn(3, 2, 2).double() / 3
    assert_close(submission.corr2d_multi_in(X, K), reference.corr2d_multi_in(X, K), rtol=1e-10, atol=1e-10)


@check(kind="gradient", points=0.75, needs=[interface])
def gradients_in(submission):
    """`corr2d_multi_in`: gradients reach both X and K."""
    assert_gradients(submission.corr2d_multi_in, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2), step=0.01)


@check(kind="purity", points=0.25, needs=[interface])
def purity_in(submission):
    """`corr2d_multi_in`: X and K are left as they were."""
    assert_unchanged(submission.corr2d_multi_in, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2))


@check(kind="restriction", points=0.5, needs=[interface])
def no_conv_call_in(submission):
    """`corr2d_multi_in`: no library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d_multi_in(torch.randn(2, 4, 4), torch.randn(2, 2, 2))


@check(kind="interface", points=0.25)
def interface_in_out(submission):
    """`corr2d_multi_in_out` is defined and returns a tensor."""
    assert_tensor(submission.corr2d_multi_in_out(torch.ones(2, 3, 3), torch.ones(2, 2, 2, 2)))


@check(kind="shape", points=0.75, needs=[interface_in_out])
@examples(4, size=SIZES, c=st.sampled_from([2, 1, 3]), extra=st.integers(1, 2))
def shapes_in_out(submission, size, c, extra):
    """`corr2d_multi_in_out`: o kernels of shape (c, h, w) give (o, H - h + 1, W - w + 1)."""
    (H, W), (h, w) = size
    for channels, kernels in ((c, c + extra), (c + extra, c), (c, c)):
        Y = submission.corr2d_multi_in_out(torch.randn(channels, H, W), torch.randn(kernels, channels, h, w))
        rows, columns = H - h + 1, W - w + 1
        elsewhere = [(rows, kernels, columns), (rows, columns, kernels)]
        joined = [(kernels * rows, columns), (rows, kernels * columns)]
        wrong = dict.fromkeys([*elsewhere, *joined], "wrong-stack-dim")
        wrong |= {(channels, rows, columns): "loops-channels-not-kernels"}
        wrong |= {(kernels, channels, rows, columns): "no-channel-sum"}
        assert_explained_shape(Y, (kernels, rows, columns), wrong | short(kernels, rows, columns))


@check(kind="value", points=2, needs=[shapes_in_out])
@examples(8, size=SIZES, c=CHANNELS, o=KERNELS)
def values_in_out(submission, reference, size, c, o):
    """`corr2d_multi_in_out`: map i is what kernel i gives over all channels."""
    (H, W), (h, w) = size
    X, K = torch.randn(c, H, W), torch.randn(o, c, h, w)
    assert_close(submission.corr2d_multi_in_out(X, K), reference.corr2d_multi_in_out(X, K))


@check(kind="value", points=0.25, needs=[values_in_out])
def layouts_in_out(submission, reference):
    """`corr2d_multi_in_out`: transposed and sliced tensors give the same numbers as copies."""
    for X, K in layouts():
        assert_close(submission.corr2d_multi_in_out(X, K), reference.corr2d_multi_in_out(X, K))


@check(kind="dtype", points=0.25, needs=[interface_in_out])
def dtype_in_out(submission):
    """`corr2d_multi_in_out`: float64 in, float64 out."""
    X, K = torch.ones(2, 4, 4), torch.ones(2, 2, 2, 2)
    assert_dtype(submission.corr2d_multi_in_out(X.double(), K.double()), torch.float64)


@check(kind="value", points=0.25, needs=[values_in_out, dtype_in_out])
def float64_in_out(submission, reference):
    """`corr2d_multi_in_out`: float64 is computed in full precision."""
    X, K = torch.randn(3, 5, 5).double() / 3, torch.randn(2, 3, 2, 2).double() / 3
    expected = reference.corr2d_multi_in_out(X, K)
    assert_close(submission.corr2d_multi_in_out(X, K), expected, rtol=1e-10, atol=1e-10)


@check(kind="gradient", points=0.75, needs=[interface_in_out])
def gradients_in_out(submission):
    """`corr2d_multi_in_out`: gradients reach both X and K."""
    assert_gradients(submission.corr2d_multi_in_out, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2, 2), step=0.01)


@check(kind="purity", points=0.25, needs=[interface_in_out])
def purity_in_out(submission):
    """`corr2d_multi_in_out`: X and K are left as they were."""
    assert_unchanged(submission.corr2d_multi_in_out, X=torch.randn(2, 4, 4), K=torch.randn(2, 2, 2, 2))


@check(kind="restriction", points=0.5, needs=[interface_in_out])
def no_conv_call_in_out(submission):
    """`corr2d_multi_in_out`: no library convolution or pooling is called."""
    with submission.watching():
        submission.corr2d_multi_in_out(torch.randn(2, 4, 4), torch.randn(2, 2, 2, 2))
