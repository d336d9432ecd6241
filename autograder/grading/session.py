"""One pytest session that grades many submissions: hidden tests are collected once, run for each.

The session is trusted and never holds anything of a submission's but text and checked values. It
runs `work` once its tests are collected; `work` gets a `Grader` and calls it as often as it likes.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import hypothesis
import pytest
import torch

from autograder.compare import Mismatch
from autograder.errors import CourseError, MachineryError, SubmissionRaised, WorkerError
from autograder.exercise import Course, Exercise
from autograder.grading.accuracy import Calibration, Measured
from autograder.grading.checks import Check, check_of
from autograder.grading.examples import drawn_examples, fresh, seed_of
from autograder.grading.handles import Diverged, Submission
from autograder.grading.reference import Reference, import_solutions, not_imported
from autograder.grading.rehearsal import Rehearsed, form_of
from autograder.interrupts import raise_if_noticed
from autograder.language import speaking
from autograder.nearmiss import only_square
from autograder.sandbox.connection import Batch, Worker
from autograder.sandbox.recipe import Recipe
from autograder.sandbox.remote import Peer

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)
RNG_SEED_OF_PUBLIC = "public"
FIXTURES = ("submission", "device", "reference", "measured")  # what a check may take beside its examples
PUBLIC_FIXTURES = FIXTURES[:2]
DRAWN_KINDS = ("interface", "value", "training")
IDS_PER_CHECK = 1 << 20  # so that the worker's ids are the same whatever happened in earlier checks
MOST_FORMS = 8  # of submissions, for each of which what a check asks is kept


class Skipped(Exception):
    """The check cannot be run here: it needs a device that is missing."""


class CheckItem(pytest.Function):
    """A check as pytest runs it; the same item runs again for every submission."""

    check: Check
    exercise: Exercise

    @property
    def measures(self) -> bool:
        """Whether the check is about accuracy, for which there is a threshold that was measured."""
        return "measured" in self._fixtureinfo.argnames

    @property
    def on_device(self) -> bool:
        """Whether the check runs on a GPU where there is one."""
        return self.measures or "device" in self._fixtureinfo.argnames


class GradingSession:
    """The pytest plugin: collects the checks, and runs them for whatever `work` has to grade.

    `device` is where checks that are about a device run; on the CPU there is a pretence of one.
    """

    def __init__(
        self, course: Course, exercises: Collection[Exercise], *, public: bool, device: torch.device = CPU
    ) -> None:
        self.course, self.public, self.device = course, public, device
        if not public:  # an earlier exercise may be imported, and is then graded to know whether it is right
            last = max(course.exercises.index(each) for each in exercises)
            exercises = course.exercises[: last + 1]
        self.by_file = {(each.public_tests if public else each.hidden_tests).resolve(): each for each in exercises}
        self.items: dict[str, list[CheckItem]] = {each.id: [] for each in exercises}
        self.calibration = Calibration(course, exercises)
        self.references = {} if public else {each.id: Reference(each.solution) for each in exercises}
        if not public:
            import_solutions({each.id: each.solution for each in exercises})
        self.digests = {each.id: each.digest() for each in course.exercises}
        self.examples: dict[str, list[dict[str, Any]]] = {}
        self.asks_ahead = True
        self.batches: dict[str, dict[bytes, Batch | None]] = {}  # by check and form; None if it must not ask ahead
        self.error: BaseException | None = None

    def run(self, work: Callable[[GradingSession], None]) -> None:
        """Collect the checks and hand over to `work`. Raises what `work` raises, and `CourseError`."""
        self.work = work
        if not self.by_file:  # pytest would take whatever lies in this folder
            work(self)
            return
        files = [str(path) for path in self.by_file]
        for path in self.by_file:
            if not path.is_file():
                raise CourseError(path, None, "file-missing")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # for another pytest, or set by a student's checkout
            os.environ.pop(name, None)
        root = str(self.course.root.resolve())
        plugins = ("cacheprovider", "terminal", "logging", "warnings", "unraisableexception", "threadexception")
        options = ["-s", *(part for name in plugins for part in ("-p", f"no:{name}"))]
        options += ["-c", os.devnull, "--rootdir", root, "--confcutdir", root, "--import-mode=importlib"]
        options += ["--noconftest", "--assert=plain"]
        options += ["-o", "python_functions=", "-o", "python_classes=", "-o", "python_files=*.py"]
        hypothesis.settings.register_profile("autograde", derandomize=True, database=None, deadline=None)
        hypothesis.settings.load_profile("autograde")
        try:
            code = pytest.main([*options, *files], plugins=[self])
        finally:
            self._forget_modules()
        if self.error is not None:
            raise self.error
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            raise MachineryError("session-ended", code=code)

    def _forget_modules(self) -> None:
        """pytest names a test module after its path below the root, so that the next course would get this one's."""
        files = {str(path) for path in self.by_file}
        for name, module in [*sys.modules.items()]:
            if getattr(module, "__file__", None) in files:
                del sys.modules[name]

    # pytest's hooks

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Module, name: str, obj: Any) -> Any:
        if (found := check_of(obj)) is None or found.name != name:
            return []
        item = CheckItem.from_parent(collector, name=name, callobj=obj)
        item.check, item.exercise = found, self.by_file[collector.path.resolve()]
        return item

    def pytest_exception_interact(self, node: pytest.Collector, call: pytest.CallInfo[Any]) -> None:
        """A test file cannot be imported."""
        assert call.excinfo is not None
        self.error = self.error or not_imported(node.path, call.excinfo.value.__cause__ or call.excinfo.value)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            assert isinstance(item, CheckItem)
            for name in item._fixtureinfo.argnames:
                if name not in (PUBLIC_FIXTURES if self.public else FIXTURES):
                    known = ", ".join(PUBLIC_FIXTURES if self.public else FIXTURES)
                    told = {"check": item.check.name, "name": name, "known": known}
                    self.error = self.error or CourseError(item.path, None, "argument-unknown", **told)
            self.items[item.exercise.id].append(item)
        for id, items in self.items.items():
            path = next(path for path, exercise in self.by_file.items() if exercise.id == id)
            if not items or (items[0].check.name, items[0].check.kind) != ("interface", "interface"):
                self.error = self.error or CourseError(path, None, "interface-first")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C while pytest collects: what is missing for that reason is no mistake of a test file's."""
        self.error = excinfo.value

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.error is None:
            try:
                self.work(self)
            except BaseException as error:
                self.error = error
        return True

    # what `work` calls

    def run_check(self, item: CheckItem, submission: Submission, peer: Peer, *, ahead: bool = True) -> Exception | None:
        """Run one check; what it raised, or None if it passed.

        A check asks every submission of a form the same, as long as the answers are right: what a module calls its
        parameters, the first check of an exercise has shown. So what it asked the first time is sent `ahead`, in
        one round trip, and answered from there; with answers that are the same to the last bit as those of somebody
        who passed, it has passed. If the check asks something else than the first time it ends with `Diverged`, and
        is to be run again without.
        """
        seed, id = self._seed(item), f"{item.exercise.id}/{item.check.name}"
        its_own = self._seed(item, "worker")  # ours tells what is drawn here, hidden inputs above all
        number = self.items[item.exercise.id].index(item)
        # Asked ahead, who names a layer otherwise would be trained twice.
        worker = peer if isinstance(peer, Worker) and self.asks_ahead and not item.measures else None
        batches = self.batches.setdefault(id, {})
        known = None
        if worker is not None and ahead and (batch := batches.get(submission.form)) is not None:
            try:
                answers = worker.ask_all(batch)
            except WorkerError:  # perhaps over something that the check, asking by itself, would not have come to
                return Diverged()
            if answers is None:
                return None
            known = batch, answers
        submission.begin(peer, its_own, number * IDS_PER_CHECK, known, self._pretended(item))
        torch.default_generator.manual_seed(seed)
        error = self._call(item, submission)
        if error is not None or worker is None:
            return error
        if known is not None and number and not submission.was_watched:  # the first check's answers are looked at below
            batch, answers = known
            batch.pass_with(answers)
        # Anew after a second try: what is kept may hold numbers that an odd worker gave to its objects.
        if submission.form not in batches or not ahead:
            batches[submission.form] = Batch(submission.asked) if self._asks_apart(item, submission) else None
            if len(batches) > MOST_FORMS:
                del batches[next(iter(batches))]
        if number == 0:
            submission.form = form_of(known[1].replies if known is not None else submission.answered)
        return error

    def _asks_apart(self, item: CheckItem, submission: Submission) -> bool:
        """Whether no question of the check depends on an answer: asked ahead, it would give that answer away.

        The check is run again on the same answers but for their last bits, and must ask the same to the last bit.
        """
        rehearsal = Submission(lambda seen: None)
        peer = Rehearsed(submission.answered)
        rehearsal.begin(peer, 0, 0, None, self._pretended(item))
        torch.default_generator.manual_seed(self._seed(item))
        error = self._call(item, rehearsal)
        return error is None and peer.was_asked(submission.asked)

    def _pretended(self, item: CheckItem) -> torch.device | None:
        return GPU if "device" in item._fixtureinfo.argnames and self.device == CPU else None

    def _given(self, item: CheckItem, submission: Submission) -> Mapping[str, Any]:
        """What the check takes, by the names of its arguments."""
        given: dict[str, Callable[[], Any]] = {
            "submission": lambda: submission,
            "reference": lambda: self.references[item.exercise.id],
            "device": lambda: GPU,
            "measured": lambda: Measured(
                self.calibration, item.exercise, item.check.name, self.device, submission.drawn
            ),
        }
        return {name: given[name]() for name in item._fixtureinfo.argnames}

    def _call(self, item: CheckItem, submission: Submission) -> Exception | None:
        arguments = self._given(item, submission)
        first: Exception | None = None
        first_request = None
        passed: list[Any] = []
        failed: list[Any] = []
        for example in self._examples(item):
            try:
                with speaking(item.exercise.say):
                    item.obj(**arguments, **fresh(example))
                passed.append(example)
            except (Mismatch, SubmissionRaised) as error:
                failed.append(example)
                if first is None:
                    first, first_request = error, submission.last_request
                # The other examples still tell one wrong idea from another.
            except Diverged as error:
                return error
            except Exception as error:
                return first or error
            except pytest.skip.Exception as skipped:
                return Skipped(str(skipped))
        if first is not None:
            submission.last_request = first_request
        if isinstance(first, Mismatch):
            first.near = only_square(passed, failed) or first.near
        return first

    def prepare(self) -> None:
        """Draw every example now, so that processes forked later share them."""
        # Half a second of modules, which torch loads at its first gradient: in every job, and on a student's time.
        importlib.import_module("torch.fx.experimental.symbolic_shapes")
        for items in self.items.values():
            for item in items:
                self._examples(item)
                if item.measures:  # a threshold that does not hold any more is no student's misfortune
                    recipes = [each for each in vars(item.module).values() if isinstance(each, Recipe)]
                    self.calibration.require_fresh(item.exercise, item.check.name, recipes)
                    self.calibration.dataset()
        raise_if_noticed()

    def _seed(self, item: CheckItem, *use: str) -> int:
        return seed_of(self.course.salt or RNG_SEED_OF_PUBLIC, item.exercise.id, item.check.name, *use)

    def _examples(self, item: CheckItem) -> list[dict[str, Any]]:
        id = f"{item.exercise.id}/{item.check.name}"
        if id not in self.examples:
            self.examples[id] = drawn_examples(item.obj, self._seed(item))
        return self.examples[id]


def collect_public(course: Course, exercises: Sequence[Exercise]) -> GradingSession:
    """The public checks that compare numbers, and what they need: what there may be something to draw of."""
    public = GradingSession(course, [each for each in exercises if each.public_tests.is_file()], public=True)
    public.run(lambda session: None)
    for id, items in public.items.items():
        wanted = {item.check.name for item in items if item.check.kind in DRAWN_KINDS}
        for item in reversed(items):  # a need comes before what needs it
            wanted.update(item.check.needs if item.check.name in wanted else ())
        public.items[id] = [item for item in items if item.check.name in wanted]
    return public
