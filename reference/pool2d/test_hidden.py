"""Hidden checks of pool2d: a chain for each function, and in each a check for every single idea.

Most checks of `pool2d_multi` compare the submission with itself (the same pooling asked for in another way), so that a
slip in one idea costs the check of that idea and no other.
"""

import torch
from hypothesis import strategies as st
from torch.nn import functional as F

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
from autograder.compare import Mismatch
from autograder.errors import SubmissionRaised

# The first of each strategy is drawn first, and shows every wrong idea; then come their edge cases.
SIZES = st.just(((5, 8), (2, 4))) | windows(max_side=8)
CHANNELS = st.sampled_from([3, 1, 2, 4])
MODES = ("max", "avg")
UNKNOWN_MODES = ("sum", "min", "mean", "MAX", "ma")
STRIDES = ((2, 1), (3, 2), (1, 3), (2, 2), (1, 1))


def answers(function, *arguments) -> bool:
    """Whether the call gives a tensor of numbers. If not, the check that is about this call says so, and no other."""
    try:
        result = function(*arguments)
    except SubmissionRaised:
        return False
    return isinstance(result, torch.Tensor) and bool(result.isfinite().all())


def modes(submission) -> list[str]:
    """The modes of `pool2d` that answer at all."""
    return [mode for mode in MODES if answers(submission.pool2d, torch.ones(3, 3), (2, 2), mode)]


def modes_multi(submission) -> list[str]:
    """The modes of `pool2d_multi` that answer at all."""
    return [mode for mode in MODES if answers(submission.pool2d_multi, torch.ones(2, 3, 3), (2, 2), mode, (1, 1))]


def assert_explained_shape(value, shape: tuple[int, ...], wrong: dict[tuple[int, ...], str]) -> None:
    """`assert_shape`, naming the wrong idea that leads to another shape."""
    found = tuple(value.shape) if isinstance(value, torch.Tensor) else ()
    if found != shape and found in wrong:
        fail("the result has shape {found}, not {shape}", misconception=wrong[found], found=found, shape=shape)
    assert_shape(value, shape)


def assert_places(value, size: tuple[int, int], window: tuple[int, int], channels: tuple[int, ...] = ()) -> None:
    """One element for each place of the window, which moves by one."""
    (H, W), (p_h, p_w) = size, window
    rows, columns = H - p_h + 1, W - p_w + 1
    short = [(rows - 1, columns), (rows, columns - 1), (rows - 1, columns - 1)]
    wrong = {(*channels, *sides): "missing-plus-one" for sides in short}
    wrong |= {(*channels, *sides): "swapped-axes" for sides in [(columns, rows), (H - p_w + 1, W - p_h + 1)]}
    wrong[*(side for side in (*channels, rows, columns) if side != 1),] = "squeezed-axes"
    if channels:
        wrong |= {(rows, columns, *channels): "wrong-stack-dim", (1, rows, columns): "first-channel-only"}
    assert_explained_shape(value, (*channels, rows, columns), wrong)


def assert_refused(function, *arguments) -> None:
    """The call raises a ValueError."""
    try:
        function(*arguments)
    except SubmissionRaised as error:
        if "ValueError" not in (error.type, *error.bases):
            raise
    else:
        fail("no `ValueError` is raised", misconception="unknown-mode-accepted")


def assert_same(actual, expected) -> None:
    """Two results of the submission are equal; `assert_close` alone would trust the second one."""
    assert_tensor(expected)
    assert_close(actual, expected)


def distinct(*shape: int) -> torch.Tensor:
    """Positive whole numbers in random order, without ties: a step of 0.25 changes no maximum."""
    return (torch.randperm(torch.Size(shape).numel()) + 1.0).reshape(shape)


def assert_precise(pool, details) -> None:
    """Details far below float32's precision survive: pool(1 + tiny * X) is pool(1) + tiny * pool(X)."""
    tiny = 2.0**-30
    ones, shifted, expected = (pool(Z) for Z in (torch.ones_like(details), 1 + tiny * details, details))
    for Y in (ones, shifted, expected):
        assert_tensor(Y)
        assert_shape(Y, ones.shape)
    assert_close((shifted - ones) / tiny, expected, rtol=1e-4, atol=1e-4)


def assert_gradients_of(pool, X) -> None:
    """`assert_gradients`, with steps that float16 holds, or with small ones for a curved function."""
    try:
        assert_gradients(pool, X=X, step=0.25)
    except Mismatch as error:
        if error.suspect is not None:
            raise
        try:
            assert_gradients(pool, X=X / 4, step=0.01)
        except Mismatch:
            raise error from None


def assert_gradients_multi(submission, mode: str) -> None:
    """Gradients reach X without padding, and with padding where that works."""
    for padding in ((0, 0), (1, 1)):

        def pool(X, padding=padding):
            return submission.pool2d_multi(X, (2, 2), mode, (1, 1), padding)

        if padding == (0, 0) or answers(pool, torch.ones(2, 3, 3)):
            assert_gradients_of(pool, distinct(2, 3, 3))


def fitting(window: tuple[int, int], stride: tuple[int, int], counts: tuple[int, int]) -> tuple[int, int]:
    """Height and width that hold exactly this many windows."""
    return window[0] + stride[0] * (counts[0] - 1), window[1] + stride[1] * (counts[1] - 1)


def places(size: tuple[int, int], window: tuple[int, int], stride: tuple[int, int]) -> tuple[int, int]:
    """How many windows fit."""
    return (size[0] - window[0]) // stride[0] + 1, (size[1] - window[1]) // stride[1] + 1


WINDOWS = st.just((2, 3)) | st.tuples(st.integers(1, 3), st.integers(1, 3))
COUNTS = st.just((2, 5)) | st.tuples(st.integers(2, 3), st.integers(2, 4))


@st.composite
def bars(draw):
    """((H, W), window), each side of the window 1 or all: strides of 1 and of the window's size are the same there."""
    long, short = draw(st.sampled_from([(5, 3), (4, 2), (6, 3), (4, 4)]))
    row, column = ((long, short), (1, short)), ((short, long), (short, 1))
    return draw(st.sampled_from([row, column, ((short, long), (short, long))]))


@st.composite
def padded_windows(draw):
    """(window, padding) with padding of at most half a window, as torch demands it, and some of it."""
    window = draw(st.just((2, 4)) | st.tuples(st.integers(2, 4), st.integers(2, 4)))
    top, left = window[0] // 2, window[1] // 2
    return window, draw(st.sampled_from([(top, left), (top, 0), (0, left)]))


@check(kind="interface", points=0.1)
def interface(submission):
    """`pool2d` is defined and returns a tensor."""
    assert_tensor(submission.pool2d(torch.ones(3, 3), (2, 2), "max"))


@check(kind="shape", points=0.3, needs=[interface])
@examples(4, size=SIZES)
def shapes(submission, size):
    """`pool2d`: an (H, W) input and a (p_h, p_w) window give (H - p_h + 1, W - p_w + 1)."""
    (H, W), (p_h, p_w) = size
    for pool_size in ((p_h, p_w), (H, p_w), (p_h, W)):
        assert_places(submission.pool2d(torch.randn(H, W), pool_size, "max"), (H, W), pool_size)


@check(kind="value", points=0.4, needs=[shapes])
@examples(6, size=SIZES)
def max_values(submission, reference, size):
    """`pool2d`: mode "max" gives the largest element of every window, of negative ones too."""
    (H, W), pool_size = size
    X = torch.randn(H, W)
    for Z in (X, -X.abs() - 1):
        assert_close(submission.pool2d(Z, pool_size, "max"), reference.pool2d(Z, pool_size, "max"))


@check(kind="value", points=0.4, needs=[shapes])
@examples(8, size=SIZES)
def avg_values(submission, reference, size):
    """`pool2d`: mode "avg" gives the mean of every window."""
    (H, W), pool_size = size
    X = torch.randn(H, W)
    assert_close(submission.pool2d(X, pool_size, "avg"), reference.pool2d(X, pool_size, "avg"))


@check(kind="value", points=0.2, needs=[interface])
def default_mode(submission):
    """`pool2d`: without a mode, it is "max"."""
    X = torch.randn(4, 4)
    assert_same(submission.pool2d(X, (2, 2)), submission.pool2d(X, (2, 2), "max"))


@check(kind="interface", points=0.2, needs=[interface])
def unknown_mode(submission):
    """`pool2d`: a mode that does not exist is a ValueError."""
    for mode in UNKNOWN_MODES:
        assert_refused(submission.pool2d, torch.ones(3, 3), (2, 2), mode)


@check(kind="value", points=0.1, needs=[shapes])
def layouts(submission):
    """`pool2d`: a transposed or sliced tensor gives the same numbers as a copy of it."""
    for X in (torch.randn(4, 4).t(), torch.randn(8, 9)[::2, 1::2]):
        for mode in modes(submission):
            assert_same(submission.pool2d(X, (2, 2), mode), submission.pool2d(X.contiguous(), (2, 2), mode))


@check(kind="dtype", points=0.1, needs=[interface])
def dtype(submission):
    """`pool2d`: float64 in, float64 out, and float32 in, float32 out."""
    for mode in modes(submission):
        for kept in (torch.float64, torch.float32):
            assert_dtype(submission.pool2d(torch.ones(4, 4, dtype=kept), (2, 2), mode), kept)


@check(kind="value", points=0.1, needs=[shapes, dtype])
def float64(submission):
    """`pool2d`: float64 is computed in full precision."""
    for mode in modes(submission):
        assert_precise(lambda X, mode=mode: submission.pool2d(X, (2, 2), mode), torch.rand(4, 4).double())


@check(kind="gradient", points=0.2, needs=[interface])
def gradients_max(submission):
    """`pool2d`: in mode "max", gradients reach X."""
    assert_gradients_of(lambda X: submission.pool2d(X, (2, 2), "max"), distinct(4, 4))


@check(kind="gradient", points=0.2, needs=[interface])
def gradients_avg(submission):
    """`pool2d`: in mode "avg", gradients reach X."""
    assert_gradients_of(lambda X: submission.pool2d(X, (2, 2), "avg"), distinct(4, 4))


@check(kind="purity", points=0.2, needs=[interface])
def purity(submission):
    """`pool2d`: X is left as it was."""
    for mode in modes(submission):
        assert_unchanged(submission.pool2d, X=torch.randn(4, 4), pool_size=(2, 2), mode=mode)


@check(kind="restriction", points=1.5, needs=[interface])
def no_conv_call(submission):
    """`pool2d`: no library pooling or convolution is called."""
    working = modes(submission)
    with submission.watching():
        for mode in working:
            submission.pool2d(torch.randn(4, 4), (2, 2), mode)


@check(kind="interface", points=0.1)
def interface_multi(submission):
    """`pool2d_multi` is defined and returns a tensor."""
    assert_tensor(submission.pool2d_multi(torch.ones(2, 3, 3), (2, 2), "max", (1, 1)))


@check(kind="shape", points=0.3, needs=[interface_multi])
@examples(6, bar=bars(), C=CHANNELS)
def shapes_multi(submission, bar, C):
    """`pool2d_multi`: windows of whole rows, whole columns and everything give as many channels as there were."""
    (H, W), pool_size = bar
    assert_places(submission.pool2d_multi(torch.randn(C, H, W), pool_size, "max", (1, 1)), (H, W), pool_size, (C,))


@check(kind="value", points=0.4, needs=[shapes_multi])
@examples(5, bar=bars(), C=CHANNELS)
def max_values_multi(submission, reference, bar, C):
    """`pool2d_multi`: mode "max" gives the largest element of every window, each channel on its own."""
    (H, W), pool_size = bar
    X = torch.randn(C, H, W)
    for Z in (X, -X.abs() - 1):
        expected = reference.pool2d_multi(Z, pool_size, "max", (1, 1))
        assert_close(submission.pool2d_multi(Z, pool_size, "max", (1, 1)), expected)


@check(kind="value", points=0.4, needs=[shapes_multi])
@examples(5, bar=bars(), C=CHANNELS)
def avg_values_multi(submission, reference, bar, C):
    """`pool2d_multi`: mode "avg" gives the mean of every window, each channel on its own."""
    (H, W), pool_size = bar
    X = torch.randn(C, H, W)
    expected = reference.pool2d_multi(X, pool_size, "avg", (1, 1))
    assert_close(submission.pool2d_multi(X, pool_size, "avg", (1, 1)), expected)


@check(kind="shape", points=0.3, needs=[shapes_multi])
@examples(2, window=WINDOWS, count=COUNTS)
def stride_shapes(submission, window, count):
    """`pool2d_multi`: the window moves by (s_h, s_w), and each place gives one element."""
    for stride in STRIDES:
        size = fitting(window, stride, count)
        wrong = {
            (2, *places(size, window, stride[::-1])): "swapped-axes",
            (2, *places(size, window, window)): "stride-ignored",
            (2, *places(size, window, (1, 1))): "stride-ignored",
            (2, *places(size, window, (stride[0], 1))): "stride-ignored",
            (2, *places(size, window, (1, stride[1]))): "stride-ignored",
        }
        Y = submission.pool2d_multi(torch.randn(2, *size), window, "max", stride)
        assert_explained_shape(Y, (2, *count), wrong)


@check(kind="value", points=0.3, needs=[stride_shapes])
@examples(2, window=WINDOWS, count=COUNTS)
def stride_values(submission, window, count):
    """`pool2d_multi`: with a stride, each element is what its window gives alone."""
    for mode in modes_multi(submission):
        for stride in STRIDES[:3]:
            X = torch.randn(2, *fitting(window, stride, count))
            alone = X.unfold(1, window[0], stride[0]).unfold(2, window[1], stride[1]).reshape(-1, *window)
            expected = submission.pool2d_multi(alone, window, mode, (1, 1))
            assert_shape(expected, (len(alone), 1, 1))
            assert_same(submission.pool2d_multi(X, window, mode, stride), expected.reshape(2, *count))


@check(kind="shape", points=0.2, needs=[stride_shapes])
@examples(4, window=WINDOWS, stride=st.sampled_from([(2, 3), (3, 2), (2, 2)]), count=COUNTS)
def rounds_down(submission, window, stride, count):
    """`pool2d_multi`: rows and columns that fill no window are left over."""
    H, W = fitting(window, stride, count)
    Y = submission.pool2d_multi(torch.randn(2, H + stride[0] - 1, W + 1), window, "max", stride)
    assert_shape(Y, (2, *count))


@check(kind="value", points=0.1, needs=[stride_shapes])
def int_stride(submission):
    """`pool2d_multi`: a stride of 2 is a stride of (2, 2)."""
    X = torch.randn(2, 6, 6)
    expected = submission.pool2d_multi(X, (2, 2), "max", (2, 2))
    assert_same(submission.pool2d_multi(X, (2, 2), "max", 2), expected)


@check(kind="shape", points=0.3, needs=[shapes_multi])
@examples(3, window=st.sampled_from([(2, 3), (3, 2), (2, 2), (1, 3), (3, 1)]), count=COUNTS)
def default_stride(submission, window, count):
    """`pool2d_multi`: without a stride, the window moves by its own size."""
    size = fitting(window, window, count)
    wrong = {(2, *places(size, window, (1, 1))): "default-stride-one"}
    for mode in modes_multi(submission):
        assert_explained_shape(submission.pool2d_multi(torch.randn(2, *size), window, mode), (2, *count), wrong)


@check(kind="value", points=0.1, needs=[default_stride])
def defaults(submission):
    """`pool2d_multi`: with nothing but a window, the mode is "max" and nothing is padded."""
    X = torch.randn(2, 4, 6)
    expected = submission.pool2d_multi(X, (2, 3), "max", None, (0, 0))
    assert_same(submission.pool2d_multi(X, (2, 3)), expected)


@check(kind="shape", points=0.2, needs=[shapes_multi])
@examples(6, window=padded_windows(), size=st.sampled_from([(4, 5), (5, 4), (6, 4), (5, 5)]))
def padding_shapes(submission, window, size):
    """`pool2d_multi`: padding (a_h, a_w) adds a_h rows at both ends and a_w columns at both ends."""
    (H, W), ((p_h, p_w), (a_h, a_w)) = size, window
    Y = submission.pool2d_multi(torch.randn(2, H, W), (p_h, p_w), "max", (1, 1), (a_h, a_w))
    assert_shape(Y, (2, H + 2 * a_h - p_h + 1, W + 2 * a_w - p_w + 1))


@check(kind="value", points=0.3, needs=[padding_shapes, max_values_multi])
@examples(5, window=padded_windows())
def max_padding(submission, window):
    """`pool2d_multi`: in mode "max", padding never wins, not even over negative elements."""
    pool_size, (a_h, a_w) = window
    X = -1e4 * (torch.rand(2, 4, 4) + 1)
    by_hand = F.pad(X, (a_w, a_w, a_h, a_h), value=-1e6)
    expected = submission.pool2d_multi(by_hand, pool_size, "max", (1, 1))
    assert_same(submission.pool2d_multi(X, pool_size, "max", (1, 1), (a_h, a_w)), expected)


@check(kind="value", points=0.3, needs=[padding_shapes, avg_values_multi])
@examples(5, window=padded_windows())
def avg_padding(submission, window):
    """`pool2d_multi`: in mode "avg", padding consists of zeros, and they count as elements of the window."""
    pool_size, (a_h, a_w) = window
    X = torch.rand(2, 4, 4) + 1
    by_hand = F.pad(X, (a_w, a_w, a_h, a_h))
    expected = submission.pool2d_multi(by_hand, pool_size, "avg", (1, 1))
    assert_same(submission.pool2d_multi(X, pool_size, "avg", (1, 1), (a_h, a_w)), expected)


@check(kind="value", points=0.1, needs=[padding_shapes])
def int_padding(submission):
    """`pool2d_multi`: a padding of 1 is a padding of (1, 1)."""
    X = torch.rand(2, 4, 4)
    expected = submission.pool2d_multi(X, (2, 2), "max", (1, 1), (1, 1))
    assert_same(submission.pool2d_multi(X, (2, 2), "max", (1, 1), 1), expected)


@check(kind="value", points=0.2, needs=[stride_values, padding_shapes])
@examples(2, window=padded_windows(), stride=st.sampled_from([(2, 3), (3, 2), (2, 2)]))
def stride_with_padding(submission, window, stride):
    """`pool2d_multi`: with padding, a stride picks from what a stride of 1 gives."""
    pool_size, padding = window
    H, W = fitting(pool_size, stride, (3, 3))
    X = torch.rand(2, H - 2 * padding[0], W - 2 * padding[1])
    for mode in modes_multi(submission):
        every = submission.pool2d_multi(X, pool_size, mode, (1, 1), padding)
        assert_shape(every, (2, 2 * stride[0] + 1, 2 * stride[1] + 1))
        picked = every[:, :: stride[0], :: stride[1]]
        assert_same(submission.pool2d_multi(X, pool_size, mode, stride, padding), picked)


@check(kind="interface", points=0.2, needs=[interface_multi])
def unknown_mode_multi(submission):
    """`pool2d_multi`: a mode that does not exist is a ValueError."""
    for mode in UNKNOWN_MODES:
        assert_refused(submission.pool2d_multi, torch.ones(2, 3, 3), (2, 2), mode, (1, 1))


@check(kind="value", points=0.1, needs=[shapes_multi])
def layouts_multi(submission):
    """`pool2d_multi`: a transposed or sliced tensor gives the same numbers as a copy of it."""
    for X in (torch.randn(4, 4, 2).permute(2, 1, 0), torch.randn(3, 8, 8)[1:, ::2, 1::2]):
        for mode in modes_multi(submission):
            copy = submission.pool2d_multi(X.contiguous(), (2, 2), mode, (1, 1))
            assert_same(submission.pool2d_multi(X, (2, 2), mode, (1, 1)), copy)


@check(kind="dtype", points=0.1, needs=[interface_multi])
def dtype_multi(submission):
    """`pool2d_multi`: float64 in, float64 out, and float32 in, float32 out."""
    for mode in modes_multi(submission):
        for kept in (torch.float64, torch.float32):
            assert_dtype(submission.pool2d_multi(torch.ones(2, 4, 4, dtype=kept), (2, 2), mode, (1, 1)), kept)


@check(kind="value", points=0.1, needs=[shapes_multi, dtype_multi])
def float64_multi(submission):
    """`pool2d_multi`: float64 is computed in full precision."""
    for mode in modes_multi(submission):

        def pool(X, mode=mode):
            return submission.pool2d_multi(X, (2, 2), mode, (1, 1))

        assert_precise(pool, torch.rand(2, 4, 4).double())


@check(kind="gradient", points=0.1, needs=[interface_multi])
def gradients_max_multi(submission):
    """`pool2d_multi`: in mode "max", gradients reach X, with padding too."""
    assert_gradients_multi(submission, "max")


@check(kind="gradient", points=0.1, needs=[interface_multi])
def gradients_avg_multi(submission):
    """`pool2d_multi`: in mode "avg", gradients reach X, with padding too."""
    assert_gradients_multi(submission, "avg")


@check(kind="purity", points=0.2, needs=[interface_multi])
def purity_multi(submission):
    """`pool2d_multi`: X is left as it was."""
    for mode in modes_multi(submission):
        X = torch.randn(2, 4, 4)
        assert_unchanged(submission.pool2d_multi, X=X, pool_size=(2, 2), mode=mode, stride=(1, 1))


@check(kind="restriction", points=1.5, needs=[interface_multi])
def no_conv_call_multi(submission):
    """`pool2d_multi`: no library pooling or convolution is called."""
    working = modes_multi(submission)
    with submission.watching():
        for mode in working:
            submission.pool2d_multi(torch.randn(2, 4, 4), (2, 2), mode, (1, 1))
