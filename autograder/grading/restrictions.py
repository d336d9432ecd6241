"""What an exercise may forbid, and whether a submission uses it.

Two looks complement each other: the source text is read for what the graded functions can reach
(`find_in_source`), and what they did call is watched in the worker (`find_in_trace`). The first sees
branches that no check takes, the second names that no reading finds out. Source text is never run here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, cached_property
from types import MappingProxyType

import torch

from autograder.grading.reading import Mention, reachable
from autograder.language import _


@dataclass(frozen=True)
class Restriction:
    """Something forbidden; all patterns are those of `fnmatch`, with case.

    `names` match dotted names; one that starts with `*.` matches an attribute of an object of unknown
    origin instead. `operators` match what torch dispatches (`aten::convolution`), `calls` match
    `module:function` of Python functions seen while running. `id` is the misconception reported.
    """

    id: str
    names: tuple[str, ...]
    operators: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @cached_property
    def library(self) -> tuple[str, ...]:
        """The patterns for what is known to come from a library."""
        return tuple(name for name in self.names if not name.startswith("*."))

    @cached_property
    def anywhere(self) -> tuple[str, ...]:
        """The patterns for attributes of objects of unknown origin."""
        return tuple(name for name in self.names if name.startswith("*."))

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that hold forbidden names, and the libraries that these are in."""
        parts = [(name.rpartition(".")[0], name.partition(".")[0]) for name in self.library]
        return frozenset(part for pair in parts for part in pair)


@dataclass(frozen=True)
class Finding:
    """One use of something forbidden. `line` is 0 where it was seen running and not in the text."""

    name: str
    line: int
    message: str


def _below(modules: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Patterns for `names` directly in a module and anywhere below it."""
    names = tuple(names)
    return tuple(f"{module}.{deeper}{name}" for module in modules for name in names for deeper in ("", "*."))


def _within(modules: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Patterns for calls of functions with these names, defined in a module or anywhere below it."""
    names = tuple(names)
    return tuple(f"{module}{deeper}:{name}" for module in modules for name in names for deeper in ("", ".*"))


_TORCH = (
    "conv[123]d*", "conv_*", "_conv_*", "*convolution*", "slow_conv*", "thnn_conv*", "qconv*", "deform_conv2d",
    "*Conv[123]d*", "*ConvTranspose*", "_ConvNd", "*_pool[123]d*", "*Pool[123]d*", "_*PoolNd",
)  # fmt: skip
_ANYWHERE = (
    "conv[123]d", "conv_transpose[123]d", "convolution", "Conv[123]d", "ConvTranspose[123]d", "LazyConv[123]d",
    "max_pool[123]d", "avg_pool[123]d", "lp_pool[123]d", "adaptive_*_pool[123]d", "MaxPool[123]d", "AvgPool[123]d",
    "LPPool[123]d", "Adaptive*Pool[123]d", "convolve", "convolve[12]d", "fftconvolve", "oaconvolve", "correlate",
    "correlate[12]d", "filter2D",
)  # fmt: skip
_FILTERS = (
    "*convolve*", "*correlate*", "lfilter*", "filtfilt", "sosfilt*", "upfirdn", "sepfir2d", "medfilt*", "*_filter*",
    "sobel", "prewitt", "laplace", "gaussian_*", "grey_*", "order_filter", "savgol_*",
)  # fmt: skip
_FRAMEWORKS = (
    "*conv[123]d*", "convolution", "conv_*", "*pool[123]d*", "*_pool", "pool", "*Conv[123]D*", "*Conv[123]d*", "*Pool*",
)  # fmt: skip
_IMAGES = (
    "filter2D", "sepFilter2D", "blur", "boxFilter", "sqrBoxFilter", "GaussianBlur", "medianBlur", "matchTemplate",
    "dilate", "erode", "Sobel", "Laplacian",
)  # fmt: skip

# fmt: off
CONV_CALL = Restriction(
    id="conv-call",
    names=(
        *_below(["torch", "torchvision", "torchaudio"], _TORCH),
        *_below(["torchaudio"], ["convolve", "fftconvolve"]),
        *_below(["torchvision"], ["GaussianBlur", "gaussian_blur", "*_pool", "*RoIPool"]),
        *_below(["numpy", "cupy"], ["convolve", "correlate", "_correlate", "correlate2"]),
        *_below(["scipy.signal", "scipy.ndimage", "jax.scipy.signal", "cupyx.scipy"], _FILTERS),
        *_below(["jax"], ["conv*", "correlate", "reduce_window*"]),
        *_below(["flax", "haiku", "equinox"], ["Conv*", "*_pool", "*Pool*"]),
        *_below(["tensorflow", "keras", "paddle", "mxnet", "mindspore"], _FRAMEWORKS),
        *_below(["cv2"], _IMAGES),
        *_below(["skimage"], ["block_reduce", "match_template"]),
        "skimage.filters.*", "kornia.filters.*", "kornia.filter*", "astropy.convolution.*",
        *(f"*.{name}" for name in _ANYWHERE),
    ),
    operators=(
        "aten::conv[123]d*", "aten::conv_*", "aten::_conv_depthwise*", "aten::*convolution*", "aten::*slow_conv*",
        "aten::thnn_conv*", "aten::*_pool[123]d*", "mkldnn::*convolution*", "mkldnn_prepacked::conv*",
        "onednn::qconv*", "*quantized::conv*", "quantized::max_pool*", "prepacked::conv*", "xnnpack*::conv*",
        "cudnn::*conv*", "torchvision::deform_conv*",
    ),
    calls=(
        *_within(["torch"], ["conv[123]d*", "conv_*", "*convolution*", "*_pool[123]d*"]),
        "torch.nn.modules.conv:*", "torch.nn.modules.pooling:*",
        *_within(["numpy"], ["convolve", "correlate", "correlate2"]),
        *_within(["scipy.signal", "scipy.ndimage"], _FILTERS),
        *_within(["jax", "tensorflow"], ["conv*", "*pool*"]),
        *_within(["cv2"], _IMAGES),
    ),
)
# fmt: on

NAMED: Mapping[str, Restriction] = MappingProxyType({CONV_CALL.id: CONV_CALL})

# Whoever reaches these can make the watch in the worker look away, or run what no reading shows.
_HIDING = (
    "torch.utils._python_dispatch*", "torch.overrides*", "torch._C.*ispatch*", "torch._C.*TorchFunction*",
    "torch._C._*_mode", "torch.library*", "torch.utils.cpp_extension*", "torch.load", "torch.package*",
    "sys.setprofile", "sys.settrace", "sys.monitoring*", "sys._getframe", "sys._current_frames",
    "threading.setprofile*", "threading.settrace*", "gc.get_objects", "gc.get_referrers", "gc.get_referents",
    "ctypes*", "_ctypes*", "cffi*", "pickle.load*", "_pickle.load*", "marshal.load*", "dill*", "cloudpickle*",
    "types.CodeType", "types.FunctionType", "runpy*", "code.Interactive*", "autograder*",
)  # fmt: skip

_HIDING_CALLS = ("_thread:start_*", "sys:*setprofile*")
# Attributes that lead from anything to everything.
_INSIDES = ("*.__subclasses__", "*.__globals__", "*.f_globals", "*.f_builtins", "*.gi_frame", "*.tb_frame")

_MODULES = (
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.modules*", "torch.nn.grad", "torch.functional", "torch.ops*",
    "torch._C", "torch._C._nn", "torch._C._VariableFunctions", "torch._VF", "numpy", "scipy", "scipy.signal",
    "scipy.ndimage", "jax", "jax.lax", "jax.numpy", "tensorflow", "tensorflow.nn", "cv2",
)  # fmt: skip


def restriction(entry: str) -> Restriction:
    """What an entry of `forbid:` means: a named set, a dotted pattern, or an operator (`aten::mm`)."""
    if entry in NAMED:
        return NAMED[entry]
    if "::" in entry:
        return Restriction("forbidden-call", (), (entry,))
    module, _dot, function = entry.rpartition(".")
    if not module or not function or any(letter.isspace() for letter in entry):
        sets = ", ".join(f"`{name}`" for name in NAMED)
        reason = _("`{entry}` is neither a named set ({sets}) nor a dotted pattern such as `torch.fft.*`")
        raise ValueError(reason.format(entry=entry, sets=sets))
    calls = () if entry.startswith("*.") else (f"{module}:{function}", f"{module}.*:{function}")
    return Restriction("forbidden-call", (entry,), (), calls)


def find_in_source(
    text: str,
    helpers: Mapping[str, str],
    roots: Collection[str],
    restriction: Restriction,
    graded: Collection[str] = (),
) -> list[Finding]:
    """What the functions and classes `roots` of a submission can reach and should not.

    `helpers` are the submission's other files, text by module name. What is not reached does not
    count: unused imports, other functions, comments, strings, code under `if __name__ == "__main__":`.
    """
    found: dict[str, Finding] = {}
    for mention in reachable(text, helpers, roots, graded):
        finding = _judge(mention, restriction)
        if finding is not None:
            found.setdefault(finding.message, finding)
    return list(found.values())


def find_in_trace(operators: Collection[str], calls: Collection[str], restriction: Restriction) -> list[Finding]:
    """What was called while a graded function ran, and should not have been; the names are the worker's word."""
    seen = [(name, restriction.operators) for name in sorted(operators) if _matches(name, restriction.operators)]
    patterns = restriction.calls + _HIDING_CALLS
    seen += [(name, patterns) for name in sorted(calls) if _matches(name, patterns)]
    message = _("`{name}` was called while your code ran")
    return [Finding(name, 0, message.format(name=_told(name, patterns))) for name, patterns in seen]


def _told(name: str, patterns: tuple[str, ...]) -> str:
    """The name of what was called if there is such a thing; else the pattern, for a worker can spell an input in it."""
    return name if _exists(name) else next(each for each in patterns if _matches(name, (each,)))


def _exists(name: str) -> bool:
    """Whether torch has this operator, or a module that is loaded here this function or method."""
    if "::" in name:
        return bool(re.fullmatch(r"\w+::\w+", name)) and torch._C._dispatch_has_kernel(name)
    module, _colon, function = name.partition(":")
    names = vars(sys.modules[module]) if module in sys.modules else {}
    return function in names or any(function in vars(each) for each in names.values() if isinstance(each, type))


def _judge(mention: Mention, restriction: Restriction) -> Finding | None:
    name, told = mention.name, ""
    match mention.kind:
        case "library" if _matches(name, restriction.library):
            told = "{reachable}"
        case "library" if _matches(name, _HIDING) or _matches(name, _INSIDES):
            told = _("{reachable}; it can hide what is called")
        case "attribute" if _matches(f"*.{name}", _INSIDES):
            told = _("{reachable}; it can hide what is called")
        case "attribute" if _matches(f"*.{name}", restriction.anywhere):
            told = "{reachable}"
        case "string" if _matches(name, restriction.operators + restriction.library):
            told = "{reachable}"
        case "computed" if name in ("getattr", "importlib", "operator"):
            told = _("`{name}` {place} is given a name that is computed; write it out, so that it can be read")
        case "computed" if _guarded(name, restriction):
            told = _("a computed name is looked up in `{name}` {place}; write it out, so that it can be read")
        case "code":
            told = _("`{name}` of a computed string {place} hides what is called")
        case "unread" if mention.source:
            told = _("`{file}` cannot be checked for forbidden calls: {name}")
        case "unread":
            told = _("the file cannot be checked for forbidden calls: {name}")
    if not told:
        return None
    values = {"place": _place(mention), "file": f"{mention.source}.py", "reachable": _reachable(mention)}
    return Finding(name, mention.line, told.format(name=name, **values))


def _reachable(mention: Mention) -> str:
    what = f"`.{mention.name}`" if mention.kind == "attribute" else f"`{mention.name}`"
    if mention.root:
        told = _("{what} is reachable from `{root}` {place}")
        return told.format(what=what, root=mention.root, place=_place(mention))
    return _("{what} is reachable {place}").format(what=what, place=_place(mention))


def _place(mention: Mention) -> str:
    if mention.source:
        return _("at line {line} of `{file}`").format(line=mention.line, file=f"{mention.source}.py")
    return _("at line {line}").format(line=mention.line)


def _guarded(name: str, restriction: Restriction) -> bool:
    """Whether a name computed in this module could be a forbidden one."""
    if name in ("sys.modules", "builtins"):
        return True
    return name in restriction.modules or (name.partition(".")[0] in restriction.modules and _matches(name, _MODULES))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return _compiled(patterns).fullmatch(name) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)) or r"\b\B")
