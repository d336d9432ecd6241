"""Pictures of public checks and of trainings: right, bounded, harmless, and without a hidden number."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.cli import main
from autograder.compare import Compared, Mismatch, assert_close
from autograder.grading.drawing import comparison, first_layer, training
from autograder.grading.handles import Submission
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.pictures import Comparison, Matrix, Training, dump, load
from autograder.report.feedback import PICTURE_ROOM
from autograder.report.heatmaps import draw, heatmap, shade, short, size
from autograder.report.pages import report
from autograder.report.pictures import keep_pictures, load_pictures
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult, points_of, write_record
from autograder.submission import Source

ODD = (math.nan, math.inf, -math.inf, 1e300, -1e300, 5e-324, 0.0, -0.0)


def matrix(*rows: Any, name: str = "", wrong: Any = ()) -> Matrix:
    return Matrix(name, (len(rows), len(rows[0])), (), tuple(map(tuple, rows)), tuple(wrong))


def compared(check: str = "values", **more: Any) -> Comparison:
    mine = matrix((1.0, 2.0), (3.0, 4.0), wrong=[(1, 0)])
    parts: dict[str, Any] = {"inputs": (matrix((1.0,), name="X"),), "yours": mine, "expected": mine, "difference": mine}
    return Comparison(check, "It `holds`.", "differs", "`f(x)`", **parts | more)


class TestFromTensors:
    """Of what a check compared, by the student's own names."""

    SOURCE = Source("toy.py", "def f(image, K):\n    return image\n")

    def draw(self, yours: Any, theirs: Any, *args: Any, kind: str = "value") -> Comparison | None:
        from autograder.grading.checks import Check

        submission = Submission(lambda seen: None)
        submission.last_request = {"op": "call", "target": "f", "args": list(args)}
        submission.transcript = [("value", yours)]
        found: Compared | None = None
        if theirs is not None:
            with pytest.raises(Mismatch) as caught:
                assert_close(yours, theirs)
            found = caught.value.compared
        check = Check("values", kind, 1.0, "It holds.", ())  # type: ignore[arg-type]
        return comparison(check, "It holds.", self.SOURCE, submission, found, "differs")

    def test_inputs_results_and_the_signed_difference(self):
        X, K = torch.arange(6.0).reshape(2, 3), torch.ones(2, 2)
        found = self.draw(torch.tensor([[1.0, 5.0]]), torch.tensor([[1.0, 2.0]]), X, K, (2, 2))

        assert found is not None
        assert [(each.name, each.shape) for each in found.inputs] == [("image", (2, 3)), ("K", (2, 2))]
        assert found.inputs[0].values == ((0, 1, 2), (3, 4, 5))
        assert (found.yours.values, found.yours.wrong) == (((1, 5),), ((0, 1),))
        assert found.expected is not None
        assert found.difference is not None
        assert (found.expected.values, found.difference.values) == (((1, 2),), ((0, 3),))
        assert found.call == "`f(tensor 2x3, tensor 2x2, (2, 2))`"

    def test_the_slice_is_the_one_that_differs_first(self):
        theirs = torch.zeros(2, 3, 2, 2)
        yours = theirs.clone()
        yours[1, 2, 0, 1] = 7

        found = self.draw(yours, theirs)

        assert found is not None
        assert (found.yours.at, found.yours.values, found.yours.wrong) == ((1, 2), ((0, 7), (0, 0)), ((0, 1),))

    def test_another_shape_has_no_difference(self):
        found = self.draw(torch.zeros(3), torch.zeros(2, 2))

        assert found is not None
        assert (found.yours.values, found.difference) == (((0, 0, 0),), None)
        assert found.expected is not None
        assert found.expected.values == ((0, 0), (0, 0))

    def test_words_of_the_author_show_what_was_given_if_it_is_about_a_value(self):
        found = self.draw(torch.ones(1, 2), None, torch.ones(2))

        assert found is not None
        assert (found.yours.values, found.expected, found.difference) == (((1, 1),), None, None)
        assert self.draw(torch.ones(1, 2), None, kind="gradient") is None
        assert self.draw("text", None) is None

    @pytest.mark.parametrize("shape", [(17, 2), (2, 17), (0, 2), (), (1, 1, 1, 1, 2), (70_000, 1, 1)])
    def test_what_is_too_large_or_no_matrix_is_not_drawn(self, shape):
        assert self.draw(torch.zeros(shape), torch.full((2, 2), 1.0)) is None
        found = self.draw(torch.zeros(2, 2), torch.ones(2, 2), torch.zeros(shape))
        assert found is not None
        assert found.inputs == ()

    def test_values_that_are_no_numbers(self):
        found = self.draw(torch.tensor([*ODD[:3], 1.0]), torch.zeros(4))

        assert found is not None
        assert list(map(str, found.yours.values[0])) == ["nan", "inf", "-inf", "1.0"]
        assert load(dump([found]))[0].yours.wrong == ((0, 0), (0, 1), (0, 2), (0, 3))  # type: ignore[union-attr]


class TestTraining:
    def test_the_confusion_counts_rows_by_class_and_columns_by_answer(self):
        logits = torch.eye(3)[[0, 1, 1, 2]]

        found = training([1.0, 0.5], logits, torch.tensor([0, 1, 2, 2]))

        assert found == Training((1.0, 0.5), ((1, 0, 0), (0, 1, 0), (0, 1, 1)))

    def test_logits_that_are_no_numbers_are_counted_somewhere(self):
        found = training([math.nan] * 1000, torch.full((4, 3), math.nan), torch.tensor([0, 1, 2, 2]))

        assert sum(map(sum, found.confusion)) == 4
        assert len(found.losses) == 200
        assert training([], torch.zeros(2, 99), torch.tensor([0, 1])).confusion == ()

    def test_maps_are_correlations_of_the_first_layer_that_fits_the_image(self):
        image = torch.arange(16.0).reshape(1, 4, 4)
        kernel = torch.zeros(1, 1, 3, 3)
        kernel[0, 0, 1, 1] = 2.0
        network = {"other": torch.ones(2, 5, 3, 3), "first": kernel}

        found = first_layer(Training((), ()), network, image)

        assert found.maps[0].values == tuple(map(tuple, (2 * image[0]).tolist()))
        assert found.kernels[0].values[1] == (0, 2, 0)
        assert first_layer(Training((), ()), {"w": torch.ones(2, 2)}, image).image is None
        assert first_layer(Training((), ()), {"w": torch.ones(1, 1, 40, 40)}, image).image is None


class TestKeeping:
    def test_what_is_kept_is_what_was_drawn(self, tmp_path):
        found = [compared(expected=None, difference=None), Training((1.0, 0.1), ((1,),), matrix((1.0,)))]
        keep_pictures(tmp_path / "a", "toy", "sha256:1", found)
        keep_pictures(tmp_path / "a", "none", "", [])

        assert load_pictures(tmp_path / "a") == {"toy": ("sha256:1", found)}
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["toy.json"]
        keep_pictures(tmp_path / "a", "toy", "sha256:2", [])
        assert not (tmp_path / "a").exists()

    @pytest.mark.parametrize(
        "text",
        ["", "[", "{}", '{"digest": "", "pictures": [{"kind": "x"}]}', '{"digest": "", "pictures": 3}', "null",
         '{"digest": "", "pictures": [{"kind": "Training", "losses": ["x"], "confusion": []}]}'],
    )  # fmt: skip
    def test_what_cannot_be_read_is_no_picture(self, tmp_path, text):
        (tmp_path / "toy.json").write_text(text)

        assert load_pictures(tmp_path) == {}

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"values": []}, "rows of one length"),
            ({"values": [[1], [1, 2]]}, "rows of one length"),
            ({"wrong": [[5, 5]]}, "outside its matrix"),
            ({"name": 3}, "a text is expected, not int"),
        ],
    )
    def test_matrices_that_are_none_are_refused(self, change, complaint):
        raw = json.loads(dump([compared()]))

        with pytest.raises(ValueError, match=complaint):
            load(json.dumps([raw[0] | {"yours": raw[0]["yours"] | change}]))


class TestHeatmap:
    def test_colours_go_with_sign_and_size(self):
        assert [shade(value, 2.0) for value in (-2.0, -0.01, 0.0, 1.0, 2.0)] == [
            ("n", 1.0), ("n", 0.125), ("z", 1.0), ("p", 0.5), ("p", 1.0),
        ]  # fmt: skip
        assert shade(math.nan, 2.0)[0] == shade(math.inf, 2.0)[0] == "odd"
        assert shade(1e300, 1e300) == ("p", 1.0)
        assert short(-0.5) == "−0.5"

    def test_every_cell_is_painted_once(self):
        found = heatmap(matrix((1.0, 1.0, -1.0), (0.0, math.nan, 1.0), wrong=[(1, 1)]), "yours", 1.0)

        area = {
            each.colour: sum(int(w) * int(h) for w, h in re.findall(r"h(\d+)v(\d+)", each.path)) for each in found.cells
        }
        assert sum(area.values()) == found.width * found.height
        assert area["p"] == 3 * area["odd"]
        assert found.first == (found.width // 3, found.height // 2, found.width // 3, found.height // 2)
        assert found.words == "1, 1, −1; 0, nan, 1; the first that differs is in row 2, column 2"

    def test_large_ones_have_no_numbers(self):
        found = heatmap(matrix(*[[float(n)] * 16 for n in range(16)]), "yours", 15.0)

        assert found.numbers == ()
        assert found.words == "numbers from 0 to 15"


def page_of(tmp_path: Path, pictures: list[Any], digest: str = "sha256:1") -> str:
    checks = (CheckResult("toy/values", "value", "It holds.", "failed", 0.0, 1.0, "differs"),)
    score, points = points_of(checks)
    result = ExerciseResult("toy", "graded", score, points, digest="sha256:1", checks=checks)
    isolation = Isolation("uid", (), {})
    submissions = (SubmissionResult("a", (result,)),)
    write_record(Record("cnn", "cpu", isolation, (("toy", "A toy", 1.0),), submissions), tmp_path)
    keep_pictures(tmp_path / "pictures/a", "toy", digest, pictures)
    report(tmp_path)
    return (tmp_path / "feedback/a/index.html").read_text(encoding="utf-8")


class TestPage:
    def test_a_comparison_is_there_with_its_words(self, tmp_path):
        page = page_of(tmp_path, [compared()])

        assert page.count('<svg role="img"') == 4
        assert "<title>yours 2×2</title><desc>1, 2; 3, 4; the first that differs is in row 2, column 1</desc>" in page
        assert page.count('<rect class="first"') == 3

    def test_a_training_is_there_with_its_words(self, tmp_path):
        grid = matrix((1.0, -1.0))
        page = page_of(tmp_path, [Training((2.0, 0.5), ((3, 1), (0, 4)), grid, (grid,), (grid,))])

        assert "7 of 8 images are recognised; most often, 1 times, 0 is taken for 1" in page
        assert "<polyline points=" in page
        assert page.count('<svg role="img"') == 4  # the confusion, the image, a kernel and its map

    def test_pictures_of_another_source_are_not_shown(self, tmp_path):
        assert "<svg role" not in page_of(tmp_path, [compared()], digest="sha256:2")

    def test_hostile_numbers_and_names_stay_in_their_place(self, tmp_path):
        evil = "</title></svg><script>alert(1)</script>\u202e\0'\""
        odd = matrix(ODD, ODD[::-1], name=evil, wrong=[(0, 0)])
        picture = Comparison(evil, evil, evil, evil, (odd,), odd, odd, odd)
        trained = Training(ODD * 20, ((10**30, 0), (0, 10**30)), odd, (odd,), (odd,))

        page = page_of(tmp_path, [picture, trained])

        assert page.count("<script>") == 1
        assert "<script>alert" not in page
        assert not [char for char in page if not char.isprintable() and char != "\n"]
        assert " style=" not in page
        assert re.findall(r'="[^"]*(?:nan|inf)[^"]*"', page) == []

    def test_pictures_take_bounded_room(self, tmp_path):
        noise = [[float((row * 31 + column * 17) % 29 - 14) for column in range(64)] for row in range(64)]
        large = matrix(*noise, name="x" * 100_000)
        many = [compared(inputs=(large,) * 8, yours=large)] * 50 + [
            Training((1.0,) * 200, (), large, (large,) * 9, (large,) * 9)
        ]

        without = len(page_of(tmp_path, []))
        assert len(page_of(tmp_path, many)) - without <= PICTURE_ROOM

    def test_what_it_says_to_take_it_takes_at_least(self, tmp_path):
        pictures = [
            compared(),
            Training((2.0, 0.5), ((3, 1), (0, 4)), matrix((1.0,)), (matrix((1.0,)),), (matrix((1.0,)),)),
        ]
        taken = len(page_of(tmp_path, pictures).encode()) - len(page_of(tmp_path, []).encode())

        assert taken <= sum(map(size, draw(pictures))) + 1000  # and the words around them


SPY = """
import torch

seen = []

def double(x):
    seen.append(x.detach().flatten().tolist())
    flat = [each for kept in seen for each in kept]
    return torch.tensor(flat[: x.numel()]).reshape(x.shape) * 7 + len(seen)
"""
SLOW = "def double(x):\n    import time\n    time.sleep(30)\n"


@pytest.fixture(scope="module")
def arguments(course_in, tmp_path_factory):
    """What grades the class; one student takes all the time that there is."""
    folder = tmp_path_factory.mktemp("class")
    handed_in = folder / "handed_in"
    for name, text in (("spy", SPY), ("right", "def double(x):\n    return 2 * x\n"), ("slow", SLOW)):
        (handed_in / name).mkdir(parents=True)
        (handed_in / name / "double.py").write_text(text)
    course = course_in(folder / "course")
    out = folder / "grades"
    return ["grade", str(handed_in), "--course", str(course.root), "--exercise", "double", "--out", str(out)]


@pytest.fixture(scope="module")
def graded(arguments):
    assert main(arguments) == 0
    return Path(arguments[-1])


class TestGrading:
    """A student who keeps what hidden checks say, and gives it away when a public one asks."""

    def test_nothing_hidden_is_in_them(self, graded):
        """All that the public check shows is what a fresh process made of ones: 1 * 7 + 1."""
        (digest, pictures) = load_pictures(graded / "pictures/spy")["double"]

        assert digest.startswith("sha256:")
        assert [(each.check, each.inputs[0].values, each.yours.values) for each in pictures] == [  # type: ignore[union-attr]
            ("interface", ((1.0, 1.0),), ((8.0, 8.0),))
        ]
        assert "<title>yours 2</title>" in (graded / "feedback/spy/index.html").read_text()

    def test_full_marks_and_late_answers_have_none(self, graded):
        assert sorted(path.parent.name for path in graded.glob("pictures/*/*")) == ["spy"]

    def test_results_hold_none_and_a_second_run_has_the_same(self, graded, arguments):
        kept = (graded / "pictures/spy/double.json").read_bytes()
        (graded / "pictures/spy/double.json").unlink()
        assert "yours" not in (graded / "results.json").read_text()

        assert main(arguments) == 0
        assert (graded / "pictures/spy/double.json").read_bytes() == kept


def test_a_network_is_drawn_by_a_worker_that_knows_no_hidden_input(warm):
    """What it kept of earlier checks is gone when it is trained, so that no weight and no answer can tell it."""
    from autograder.exercise import load_course

    course = load_course(Path(__file__).resolve().parents[1])
    for exercise in course.exercises:
        session = GradingSession(course, [exercise], public=False)
        session.run(lambda session: None)
        if any(item.measures for item in session.items[exercise.id]):
            break
    found: list[Any] = []

    class Peeping(StudentGrader):
        def connect(self, *arguments: Any) -> Any:
            worker = super().connect(*arguments)
            found.append(worker)
            asked = worker.ask
            worker.ask = lambda request: (found.append(request["op"]), asked(request))[1]  # type: ignore[method-assign]
            return worker

    text = exercise.solution.read_text(encoding="utf-8")
    grader = Peeping(session, warm, None)
    ((result, _key, _printed),) = grader.grade(Work("a", {exercise.id: Source(f"{exercise.id}.py", text)}), [exercise])

    assert result.score == result.points
    assert [type(each) for each in grader.pictures] == [Training]
    trained = found.index("fit")
    opened = max(place for place in range(trained) if not isinstance(found[place], str))
    asked = [each for each in found[opened:trained] if isinstance(each, str)]
    assert asked[0] == "load"
    assert sum(map(sum, grader.pictures[0].confusion)) > 100  # type: ignore[union-attr]
    assert grader.pictures[0].maps  # type: ignore[union-attr]
