# What `__getattr__` gives, for editors and type checkers; tests/test_package.py holds it to `__all__`.
from autograder.compare import assert_close as assert_close
from autograder.compare import assert_dtype as assert_dtype
from autograder.compare import assert_shape as assert_shape
from autograder.compare import assert_tensor as assert_tensor
from autograder.compare import fail as fail
from autograder.grading.aspects import assert_gradients as assert_gradients
from autograder.grading.aspects import assert_unchanged as assert_unchanged
from autograder.grading.aspects import raises as raises
from autograder.grading.checks import check as check
from autograder.grading.examples import examples as examples
from autograder.grading.strategies import tensors as tensors
from autograder.grading.strategies import windows as windows
from autograder.language import say as say
from autograder.sandbox.probes import Probes as Probes
from autograder.sandbox.recipe import Recipe as Recipe

__version__: str
