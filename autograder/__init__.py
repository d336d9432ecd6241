"""autograde: grades deep-learning exercises where student code cannot reach the tests.

This is the front door for authors of checks. Names are loaded when first used, so that the
worker, which imports `autograder.sandbox` alone, never holds any of the grading code.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "check": "grading.checks",
    "examples": "grading.examples",
    "tensors": "grading.strategies",
    "windows": "grading.strategies",
    "Probes": "sandbox.probes",
    "Recipe": "sandbox.recipe",
    "assert_close": "compare",
    "assert_dtype": "compare",
    "assert_shape": "compare",
    "assert_tensor": "compare",
    "fail": "compare",
    "assert_gradients": "grading.aspects",
    "assert_unchanged": "grading.aspects",
    "raises": "grading.aspects",
    "say": "language",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
