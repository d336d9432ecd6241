"""Pages of stored results: nothing a student writes escapes its place, figures are right, pages stay small."""

from __future__ import annotations

import json
import math
import re
import zlib
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from autograder.cli import main
from autograder.errors import UsageError
from autograder.report.clusters import clusters, ideas, masked
from autograder.report.listing import listing, named_line
from autograder.report.pages import report
from autograder.report.sources import keep_sources, load_sources
from autograder.report.statistics import fraction, histogram, of_checks, of_exercises, point_biserial
from autograder.report.text import Allowance, clip, pieces, size, visible
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult, points_of, write_record
from autograder.shipped import templates_dir
from autograder.submission import Rejected, Source, Submission, folder_names

HOSTILE = (
    "</style></script><script>alert(1)</script><svg onload=alert(2)><img src=https://evil.test/x onerror=alert(3)>"
    "\x1b[2J\x1b[31m\u202egnp.exe\u2066\0\x07\ud800\u2028 \"' {{ 7 * 7 }} {% raw %} <!-- ]]> &amp; `code` `"
)
NAMES = [
    "..",
    "",
    ".",
    "a/../../b",
    'x" onmouseover="alert(1)',
    "<b>bold</b>",
    "\u202eevil",
    "nul\0byte",
    "C:\\x",
    "%2e%2e",
]


def check(id: str = "toy/values", status: Any = "passed", points: float = 1.0, **more: Any) -> CheckResult:
    return CheckResult(id, "value", "It `holds`.", status, points if status == "passed" else 0.0, points, **more)


def graded(*checks: CheckResult, id: str = "toy", **more: Any) -> ExerciseResult:
    score, points = points_of(checks)
    return ExerciseResult(id, "graded", score, points, checks=checks, **more)


def record(*submissions: SubmissionResult) -> Record:
    isolation = Isolation("uid", ("uid", "seccomp"), {"landlock": "an old kernel"})
    return Record("cnn", "cpu", isolation, (("toy", "A toy", 2.0),), submissions)


def student(name: str, *checks: CheckResult, **more: Any) -> SubmissionResult:
    return SubmissionResult(name, (graded(*checks, **more),))


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its attributes, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside: list[str] = []
        self.feed(unfolded(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.inside):
            self.text.append(data)

    @property
    def words(self) -> str:
        return "".join(self.text)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def unfolded(text: str) -> str:
    """A page as its script makes it: with what is folded in its place."""
    return re.sub(
        "<template data-folded>(.*?)</template>", lambda found: zlib.decompress(b64decode(found[1])).decode(), text
    )


@pytest.fixture
def pages(tmp_path: Path) -> Callable[..., Path]:
    """Writes a record, and sources by (student, exercise), and reports on them; the folder."""

    def make(found: Record, sources: dict[tuple[str, str], Source] | None = None) -> Path:
        out = tmp_path / "grades"
        write_record(found, out)
        by_student: dict[str, dict[str, Source | Rejected]] = {each.student: {} for each in found.submissions}
        for (who, id), source in (sources or {}).items():
            by_student[who][id] = source
        keep_sources(out, [Submission(who, each) for who, each in by_student.items()])
        report(out)
        return out

    return make


def assert_safe(text: str) -> Page:
    page = Page(text)
    assert (len(page.named("script")), len(page.named("style"))) == (1, 1)
    assert {"iframe", "object", "embed", "base", "img", "audio", "video"}.isdisjoint(name for name, _ in page.tags)
    for name, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src", "srcset", "action")]
        href = attributes.get("href", "#") or ""
        assert href.startswith(("#", "feedback/")) or (name == "link" and href == "data:,"), href
    assert not [char for char in unfolded(text) if not char.isprintable() and char != "\n"]
    return page


class TestSafety:
    def test_a_hostile_submission_executes_nothing_and_stays_readable(self, pages):
        more: Any = {"message": HOSTILE, "misconception": HOSTILE, "hint": HOSTILE}
        checks = check("toy/values", "failed", **more), check("toy/<i>", "raised", message=HOSTILE), check("toy/fine")
        source = Source(
            f"{HOSTILE.replace(chr(0), '').replace(chr(0xD800), '')}.py", HOSTILE[:-40].replace("\ud800", "")
        )
        found = record(student("mallory", *checks, message=HOSTILE, digest=source.digest))
        raw = json.dumps(found.to_json())  # as ASCII: a lone surrogate comes back
        out = pages(record(student("mallory")), {("mallory", "toy"): source})
        (out / "results.json").write_text(raw)

        report(out)

        for path in (out / "index.html", out / "feedback/mallory/index.html"):
            page = assert_safe(path.read_text(encoding="utf-8"))
            assert "<script>alert(1)</script>" in page.words
            assert "\\x1b[2J" in page.words
            assert "\\u202egnp.exe" in page.words
            assert "{{ 7 * 7 }}" in page.words

    def test_the_policy_allows_the_one_style_and_the_one_script(self, pages):
        from base64 import b64encode
        from hashlib import sha256

        out = pages(record(student("a", check())))

        for path in (out / "index.html", out / "feedback/a/index.html"):
            text = path.read_text(encoding="utf-8")
            policy = next(each["content"] for each in Page(text).named("meta") if "http-equiv" in each)
            assert policy is not None
            assert policy.startswith("default-src 'none'; img-src data:; ")
            assert "unsafe" not in policy
            for kind in ("style", "script"):
                (inner,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
                assert f"{kind}-src 'sha256-{b64encode(sha256(inner.encode()).digest()).decode()}'" in policy

    def test_every_name_has_a_folder_of_its_own_inside_feedback(self, pages):
        out = pages(record(*[student(name, check()) for name in NAMES]))

        folders = [path.name for path in (out / "feedback").iterdir()]
        assert len(folders) == len(NAMES)
        assert sorted(path.name for path in out.iterdir()) == ["feedback", "grades.csv", "index.html", "results.json"]
        page = assert_safe((out / "index.html").read_text(encoding="utf-8"))
        links = [each["href"] or "" for each in page.named("a") if (each["href"] or "").startswith("feedback/")]
        assert {unquote(link).split("/")[1] for link in links} == set(folders)

    def test_students_are_found_by_their_own_names(self):
        names = ["ada", "王小明", "Zoë", "Ada"]

        assert folder_names(names) == {
            "王小明": "王小明",
            "Zoë": "Zoë",
            "Ada": "Ada",
            "ada": folder_names(names)["ada"],
        }
        assert folder_names(names)["ada"].startswith("ada-")

    def test_what_staff_must_see_is_not_told_to_students(self, pages):
        broken = ExerciseResult("toy", "ungraded", None, 2.0, "test_hidden.py: the secret 0.1234")

        out = pages(record(SubmissionResult("a", (broken,))))

        assert "secret" in (out / "index.html").read_text()
        assert "secret" not in (out / "feedback/a/index.html").read_text()
        assert "no fault of yours" in (out / "feedback/a/index.html").read_text()

    def test_a_source_that_was_not_graded_is_not_shown(self, pages):
        source = Source("toy.py", "print('another one')\n")
        for digest, shown in ((source.digest, True), ("sha256:0", False)):
            out = pages(record(student("a", check(), digest=digest)), {("a", "toy"): source})
            assert ("another one" in (out / "feedback/a/index.html").read_text()) == shown

    def test_a_student_sees_nothing_of_another(self, pages):
        out = pages(
            record(student("ada", check(status="failed", message="hers")), student("ben", check(message="his"))),
            {("ada", "toy"): Source("toy.py", "a_secret = 1"), ("ben", "toy"): Source("toy.py", "b_secret = 2")},
        )

        text = (out / "feedback/ben/index.html").read_text()
        assert [word for word in ("ada", "hers", "a_secret") if word in Page(text).words] == []

    def test_pages_of_students_who_are_gone_are_removed(self, pages):
        out = pages(record(student("ada", check()), student("ben", check())))
        (out / "feedback/ben/mine.txt").write_text("staff's")

        pages(record(student("ada", check())))

        assert [path.name for path in sorted((out / "feedback").rglob("*.*"))] == ["index.html", "mine.txt"]


class TestContrast:
    PAIRS = (
        "ink/ground ink/paper ink/faint ink/mark ink/full ink/most ink/half ink/low ink/none ink/warn-ground "
        "soft/ground soft/paper soft/faint soft/full soft/none accent/paper accent/ground accent/faint "
        "accent/warn-ground good/good-ground good/paper bad/bad-ground bad/paper bad/mark warn/warn-ground"
    )

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("pair", PAIRS.split())
    def test_text_can_be_read(self, theme, pair):
        style = (templates_dir() / "report/theme.css").read_text()
        blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
        colours = dict(re.findall(r"--([\w-]+): (#\w{6});", blocks[theme == "dark"]))

        bright, dim = sorted((luminance(colours[name]) for name in pair.split("/")), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestSize:
    def test_a_page_stays_below_300_kb_whatever_it_is_told(self, pages):
        long = "<&\"'" * 250_000
        checks = [
            check(f"toy/{number}", "failed", message=f"E at toy.py, line 9000: {text}", hint=text, misconception=text)
            for number in range(200)
            for text in [long if number < 2 else long[:2000]]
        ]
        source = Source("toy.py", "\n".join(["<'\">&" * 100] * 10_000))
        out = pages(record(student("a", *checks, digest=source.digest)), {("a", "toy"): source})

        page = (out / "feedback/a/index.html").read_bytes()
        assert len(page) <= 300_000
        assert b"more characters)" in page
        assert b'id="e1L9000"' in page  # what a message names is shown, whatever else is not
        assert len((out / "index.html").read_bytes()) <= 300_000

    def test_texts_are_cut_and_say_so(self):
        allowance = Allowance(1000)

        assert clip("abc", 3) == "abc"
        assert clip("abcde", 3) == "abc… (2 more characters)"
        assert allowance.take("a" * 900, 2000) == "a" * 900
        assert allowance.take("b" * 900) == "b" * 12 + "… (888 more characters)"
        assert size("<") == 4

    def test_a_thousand_students(self, pages):
        results = [
            student(f"s{number:04}", check(status="failed" if number % 3 else "passed")) for number in range(1000)
        ]

        out = pages(record(*results))

        text = (out / "index.html").read_text()
        page = assert_safe(text)
        assert len(text.encode()) <= 300_000
        assert len(re.findall("<tr data-is", text)) < 50  # the first ones can be read without a script
        assert len(list((out / "feedback").glob("*/index.html"))) == 1000
        assert sum("data-is" in each for each in page.named("tr")) == 1001  # and one check
        assert len(page.tags) < 20_000

    def test_the_same_results_give_the_same_bytes(self, pages):
        def run() -> dict[str, bytes]:
            out = pages(record(student("b", check()), student("a", check(status="failed", message="x"))))
            return {path.as_posix(): path.read_bytes() for path in out.rglob("*.html")}

        assert run() == run()


class TestText:
    def test_what_cannot_be_seen_is_written_out(self):
        assert visible("a\x1b[0m\u200b\u202e\ud800\x00b 王") == "a\\x1b[0m\\u200b\\u202e\\ud800\\x00b 王"

    def test_backticks_quote_code(self):
        assert pieces("`f(x)`: not `y`") == [(True, "f(x)"), (False, ": not "), (True, "y")]
        assert pieces("one ` alone") == [(False, "one ` alone")]
        assert pieces("`a` and ` alone") == [(True, "a"), (False, " and ` alone")]
        assert pieces("") == []


class TestListing:
    SOURCE = Source("work.py", "a = 1\nb = 2\nc = 3\n")
    NOTEBOOK = Source("w.ipynb", "x\ny\nz\n", {}, ((2, 1), (2, 2), (5, 1)))

    def test_a_message_names_a_line(self):
        assert named_line(self.SOURCE, "`f()` raised E at work.py, line 2: `b = 2`") == 2
        assert named_line(self.SOURCE, "raised E at other.py, line 2") is None
        assert named_line(self.SOURCE, "raised E at work.py, line 99") is None
        assert named_line(self.NOTEBOOK, "E at w.ipynb, cell 5, line 1: `z`") == 3
        assert named_line(self.NOTEBOOK, "E at w.ipynb, cell 4, line 1: `z`") is None

    def test_it_is_marked(self, pages):
        lost = check(status="raised", message="`f()` raised E at work.py, line 2: `b = 2`")
        out = pages(record(student("a", lost, digest=self.SOURCE.digest)), {("a", "toy"): self.SOURCE})

        text = (out / "feedback/a/index.html").read_text()
        assert '<mark id="e1L2"><b>2</b>b = 2</mark>' in text
        assert 'href="#e1L2"' in text
        assert "<details open>" in text

    def test_a_notebook_is_shown_by_its_cells(self):
        shown = listing(self.NOTEBOOK, [3], 10_000)

        assert [(line.cell, line.label, line.marked) for line in shown.lines] == [
            (2, "1", False), (None, "2", False), (5, "1", True),
        ]  # fmt: skip

    def test_a_long_source_is_shown_around_its_marks(self):
        source = Source("w.py", "\n".join(f"line{number}" for number in range(1, 1001)))

        shown = listing(source, [500], 1000)

        numbers = [line.number for line in shown.lines]
        assert 500 in numbers
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert (shown.lines[0].skipped, shown.rest) == (numbers[0] - 1, 1000 - numbers[-1])
        assert listing(source, [], 1000).lines[0].number == 1

    def test_sources_are_kept_as_they_were_read(self, tmp_path):
        kept = {"toy": Source("w.ipynb", "é = '\t'\n\nx", {"h": "y"}, ((1, 1), (1, 2), (2, 1))), "bad": Rejected("no")}
        keep_sources(tmp_path, [Submission("a", kept), Submission("nobody", {})])

        (digest, source) = load_sources(tmp_path / "sources/a")["toy"]
        assert digest == kept["toy"].digest  # type: ignore[union-attr]
        assert (source.name, source.text, source.cells[2]) == ("w.ipynb", "é = '\t'\n\nx", (2, 1))
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "names.json", "sources", "toy.py"]

        keep_sources(tmp_path, [Submission("a", {})])
        assert not (tmp_path / "sources/a").exists()
        assert load_sources(tmp_path / "sources/a") == {}


class TestStatistics:
    def test_point_biserial_by_hand(self):
        """Means 8 and 4, population deviation sqrt(5), half of them passed: 4 / sqrt(5) * 0.5."""
        assert point_biserial([True, True, False, False], [9, 7, 5, 3]) == pytest.approx(2 / math.sqrt(5))
        assert point_biserial([True, False, False], [0, 3, 3]) == pytest.approx(-1)
        assert point_biserial([True, True], [1, 2]) is None
        assert point_biserial([True, False], [2, 2]) is None
        assert point_biserial([], []) is None

    def test_a_check_is_compared_with_the_rest_of_the_score(self):
        def pair(first: Any, second: Any) -> tuple[CheckResult, CheckResult]:
            return check("toy/one", first, 1), check("toy/two", second, 1)

        found = record(
            student("a", *pair("passed", "passed")), student("b", *pair("failed", "blocked")),
            student("c", *pair("passed", "passed")), student("d", *pair("passed", "skipped")),
        )  # fmt: skip

        one, two = of_checks(found)
        assert (one.counted, one.passed, one.blocked, one.skipped, one.share) == (4, 3, 0, 0, 0.75)
        assert (two.counted, two.passed, two.blocked, two.skipped) == (3, 2, 1, 1)
        # The rest of a, b, c, d beside `one`: 1, 0, 1, 0.
        assert one.discrimination == pytest.approx((2 / 3 - 0) / 0.5 * math.sqrt(0.75 * 0.25))

    def test_only_a_check_that_many_met_is_suspicious(self):
        def of(number: int) -> bool:
            good = [student(f"g{n}", check("toy/x", "failed"), check("toy/y", points=9)) for n in range(number)]
            bad = [student(f"b{n}", check("toy/x"), check("toy/y", "failed", 9)) for n in range(number)]
            return of_checks(record(*good, *bad))[0].suspicious

        assert (of(5), of(4)) == (True, False)

    def test_exercises(self):
        missing = ExerciseResult("toy", "missing", 0.0, 2.0)
        lost = ExerciseResult("toy", "ungraded", None, 2.0)
        found = record(
            student("a", check(), check("toy/b", "failed"), seconds=2.0), student("b", check(), seconds=1.0),
            SubmissionResult("c", (missing,)), SubmissionResult("d", (lost,)),
        )  # fmt: skip

        (toy,) = of_exercises(found)
        assert (toy.graded, toy.missing, toy.ungraded, toy.full, toy.mean) == (2, 1, 1, 1, 0.75)
        assert (toy.seconds, toy.slowest) == (3.0, 2.0)

    def test_tenths(self):
        assert histogram([0, 0.05, 0.1, 0.3, 0.95, 1.0]) == [2, 1, 0, 1, 0, 0, 0, 0, 0, 2]
        assert fraction(SubmissionResult("a", ())) == 0.0


class TestClusters:
    def test_students_who_lose_the_same_in_the_same_way_stand_together(self):
        def lost(size: int, line: int) -> list[CheckResult]:
            return [
                check(
                    "toy/one",
                    "raised",
                    message=f"`f(tensor {size}x3)` raised E at w{line}.py, line {line}: `x = {size}`: no",
                ),
                check("toy/two", "blocked"),
                check("toy/three", "failed", message="named", misconception="flipped"),
            ]

        found = clusters(record(student("a", *lost(2, 7)), student("b", check()), student("c", *lost(13, 41))))

        assert [(each.students, each.checks) for each in found] == [(("a", "c"), ("one",))]

    def test_other_messages_and_other_checks_are_other_mistakes(self):
        found = clusters(
            record(
                student("a", check("toy/one", "failed", message="too large")),
                student("b", check("toy/one", "failed", message="too small")),
                student("c", check("toy/two", "failed", message="too large")),
                student("d", check("toy/two", "failed", message="too large")),
            )
        )

        assert [each.students for each in found] == [("c", "d"), ("a",), ("b",)]

    def test_what_is_still_to_be_written_is_no_mistake(self):
        message = (
            "`f()` raised NotImplementedError at toy.py, line 3: `raise NotImplementedError`: it is still to be written"
        )

        assert clusters(record(student("a", check("toy/one", "raised", message=message)))) == []

    def test_masks_places_and_numbers(self):
        shape = "the result has shape (2, 3, 13), not (2, 2.5e-3, 5)"
        assert masked(shape) == "the result has shape (#, #, #), not (#, #, #)"
        assert (
            masked("SyntaxError at a b.ipynb, cell 3, line 8: `if \"`\" x`: expected ':'")
            == "SyntaxError: expected ':'"
        )

    def test_misconceptions_count_students_once(self):
        wrong = [check(f"toy/{n}", "failed", misconception="flipped", hint="Turn it.") for n in range(3)]

        (idea,) = ideas(record(student("b", *wrong), student("a", wrong[0]), student("c", check())))

        assert (idea.id, idea.students, idea.points, idea.hint) == ("flipped", ("a", "b"), 4.0, "Turn it.")

    def test_the_dashboard_shows_how_to_make_a_chaff(self, pages):
        lost = check("toy/one", "failed", message="odd")
        out = pages(record(student("a's", lost), student("b", lost)))

        words = Page((out / "index.html").read_text()).words
        assert "2 students share this in toy" in " ".join(words.split())
        assert f"autograde new --chaff MISCONCEPTION --from '{out.as_posix()}/sources/a'\"'\"'s/toy.py'" in words


class TestCommand:
    def test_it_rewrites_the_pages(self, pages, capsys):
        out = pages(record(student("a", check())))
        (out / "index.html").unlink()

        assert main(["report", str(out), "--course", "there"]) == 0
        said = capsys.readouterr().out
        assert said == f"dashboard: {out / 'index.html'}\ngradebook: {out / 'gradebook.db'}\n"
        assert (out / "index.html").is_file()

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (None, "there is no such file"),
            ("{", "not what `autograde grade` wrote"),
            ("[]", "not what `autograde grade` wrote"),
            ('{"schema_version": 2}', "schema_version 2 is not 1"),
            ('{"schema_version": 1}', "key 'isolation' is missing"),
            ('{"schema_version": 1, "course": 3}', "key 'isolation' is missing"),
            ('{"schema_version": 1, "isolation": {}, "course": 3}', "a text is expected, not int"),
            ('{"schema_version": NaN}', "NaN is no number of points"),
        ],
    )
    def test_what_is_no_record_is_refused(self, tmp_path, text, complaint):
        if text is not None:
            (tmp_path / "results.json").write_text(text)

        with pytest.raises(UsageError, match=complaint):
            report(tmp_path)
        assert main(["report", str(tmp_path)]) == 2


class TestGrading:
    def test_grade_makes_pages_in_which_nothing_hidden_appears(self, toy_course, tmp_path, capsys):
        """The student's code prints its hidden input and raises with it; staff's log has it, no page does."""
        handed_in = tmp_path / "handed_in"
        (handed_in / "eve").mkdir(parents=True)
        (handed_in / "eve/double.py").write_text(
            "def double(x):\n    print('SEEN', x.sum().item())\n    raise ValueError(f'SEEN {x.sum().item()}')\n"
        )
        (handed_in / "ada").mkdir()
        (handed_in / "ada/double.py").write_text("def double(x):\n    return 2 * x\n")
        out = tmp_path / "grades"

        assert main(["grade", str(handed_in), "--course", str(toy_course.root), "--out", str(out)]) == 0

        assert f"dashboard: {out / 'index.html'}" in capsys.readouterr().out
        assert re.search(r"SEEN -?\d", (out / "logs/eve/double.txt").read_text())
        for path in out.rglob("*.html"):
            assert not re.search(r"SEEN -?\d", path.read_text())
        page = (out / "feedback/eve/index.html").read_text()
        assert '<mark id="e1L3"><b>3</b>    raise ValueError(f&#39;SEEN {x.sum().item()}&#39;)</mark>' in page
        assert (out / "sources/ada/double.py").read_text() == "def double(x):\n    return 2 * x\n"

        before = {path: path.read_bytes() for path in out.rglob("*.html")}
        assert main(["report", str(out), "--course", str(toy_course.root)]) == 0
        assert {path: path.read_bytes() for path in out.rglob("*.html")} == before
