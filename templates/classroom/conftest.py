"""Lets plain `pytest` run the public tests: each check is a test, and your code runs as `autograde check` runs it."""

from importlib.util import find_spec

import pytest

if find_spec("autograder") is None:
    pytest.exit(
        "autograde is not installed here; install it first: python -m pip install -r requirements.txt", returncode=4
    )

pytest_plugins = ["autograder.handout.public_tests"]
