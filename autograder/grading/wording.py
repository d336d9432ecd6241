"""What a student reads about a check that did not pass.

For hidden checks nothing that the worker wrote is repeated: an exception's type comes from a fixed
list, its line is the student's own, and of its message only a few well-known forms are told again,
with names that stand in the student's own source.
"""

from __future__ import annotations

import builtins
import re

from autograder.compare import Mismatch
from autograder.errors import SubmissionRaised
from autograder.grading.code import Code
from autograder.language import N_, _

MAX_MESSAGE = 600

_KNOWN_TYPES = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
_KNOWN_NAMES = {
    "Tensor", "Parameter", "NoneType", "module", "function", "method", "builtin_function_or_method", "Size", "dtype",
    "torch", "nn", "Module", *dir(builtins),
}  # fmt: skip
_N = r"(\w{1,40})"
_FORMS = [
    (re.compile(rf"^name '{_N}' is not defined"), N_("the name `{}` is not defined")),
    (re.compile(rf"^cannot access local variable '{_N}'"), N_("the local variable `{}` is used before it has a value")),
    (re.compile(rf"^'{_N}' object has no attribute '{_N}'"), N_("an object of type {} has no attribute `{}`")),
    (re.compile(rf"^module '[\w.]*' has no attribute '{_N}'"), N_("the module has no attribute `{}`")),
    (re.compile(rf"^'{_N}' object is not callable"), N_("an object of type {} is not callable")),
    (re.compile(rf"^'{_N}' object is not iterable"), N_("an object of type {} is not iterable")),
    (re.compile(rf"^'{_N}' object is not subscriptable"), N_("an object of type {} is not subscriptable")),
    (re.compile(rf"^unsupported operand type\(s\) for \S+: '{_N}' and '{_N}'"),
     N_("types {} and {} do not go together")),
    (re.compile(r"^.*missing \d{1,2} required positional argument"), N_("a call lacks an argument")),
    (re.compile(r"^.*takes \d{1,2} positional arguments? but \d{1,2} were given"), N_("a call has too many arguments")),
    (re.compile(rf"^No module named '{_N}'"), N_("there is no module `{}`")),
    (re.compile(r"^The size of tensor a "), N_("the shapes of two tensors do not fit each other")),
    (re.compile(r"^The expanded size of the tensor"), N_("the shapes of two tensors do not fit each other")),
    (re.compile(r"^shape '.*' is invalid for input of size"), N_("a tensor cannot be given this shape")),
    (re.compile(r"^mat1 and mat2 shapes cannot be multiplied"), N_("the shapes of two matrices do not fit each other")),
    (re.compile(r"^expected m1 and m2 to have the same dtype"), N_("float32 and float64 meet in one operation")),
    (re.compile(r"^expected scalar type \w+ but found"), N_("float32 and float64 meet in one operation")),
    (re.compile(r"^index \d+ is out of bounds"), N_("an index is out of bounds")),
    (re.compile(r".*can't allocate memory"), N_("it needs more memory than a submission may take")),
    (re.compile(r"^(?:Torch not compiled with CUDA|Found no NVIDIA|No CUDA GPUs)"), N_("there is no GPU here")),
    (re.compile(r"^Can't call numpy\(\) on Tensor that requires grad"), N_("numpy cannot carry a gradient")),
    (re.compile(r"^Input type \(\w+\) and (?:weight|bias) type"), N_("float32 and float64 meet in one operation")),
    (re.compile(rf"^{_N} is not installed where your"), N_("`{}` is not installed where your code is graded")),
    (re.compile(r"^element 0 of tensors does not require grad"),
     N_("there is no graph to send a gradient back through")),
    (re.compile(r"^a leaf Variable that requires grad is being used in an in-place"),
     N_("an input is changed in place")),
]  # fmt: skip


def of_mismatch(error: Mismatch, call: str, show: bool) -> str:
    """A finding, with the call that led to it."""
    text = _plain(error.public)[:MAX_MESSAGE] if show else error.hidden
    return _("{call}: {text}").format(call=call, text=text) if call else text


def of_exception(error: SubmissionRaised, source: Code, call: str, show: bool) -> str:
    """What the student's code raised, where, and why as far as it may be said. `show`: its own words."""
    name = _plain(error.type) if show or error.type in _KNOWN_TYPES else _("an exception")
    reason = _plain(error.message) if show else _told_again(error.message, source.text)
    line, place = _place(error, source)
    parts = [_raised(call, name, place)]
    if line:
        parts.append(f"`{_plain(line)[:120]}`")
    if error.type == "NotImplementedError":
        reason = _("it is still to be written")
    if error.type == "SystemExit":
        reason = _("it ends the program; leave that out")
    return _(": ").join(part for part in (*parts, reason) if part)[:MAX_MESSAGE]


def _raised(call: str, name: str, place: str) -> str:
    """What raised, and where, as far as either is known."""
    if call and place:
        return _("{call} raised {name} at {place}").format(call=call, name=name, place=place)
    if call:
        return _("{call} raised {name}").format(call=call, name=name)
    return _("{name} at {place}").format(name=name, place=place) if place else name


def _place(error: SubmissionRaised, source: Code) -> tuple[str, str]:
    """The line of the student's own that raised, and where it is; both empty if it is not theirs."""
    if error.line <= 0:
        return "", ""
    if error.file == source.name:
        line = source.line(error.line).strip()
        return (line, source.where(error.line)) if line else ("", "")
    lines = source.helpers.get(error.file.removesuffix(".py"), "").splitlines()
    if error.line > len(lines):
        return "", ""
    place = _("{file}, line {line}").format(file=error.file, line=error.line)
    return lines[error.line - 1].strip(), place


def _told_again(message: str, source: str) -> str:
    for form, text in _FORMS:
        found = form.match(message)
        if found is None:
            continue
        names = found.groups()
        if all(name in _KNOWN_NAMES or re.search(rf"\b{re.escape(name)}\b", source) for name in names):
            return _(text).format(*names)
    return ""


def _plain(text: str) -> str:
    """On one line, without control characters (terminals) or bidirectional tricks."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
