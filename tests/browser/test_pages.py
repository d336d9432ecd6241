"""The pages in a real browser: quiet, harmless, usable by keyboard, and without a finding of axe-core."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from autograder.pictures import Comparison, Matrix, Training
from autograder.report.feedback import own_card
from autograder.report.pages import inline, report
from autograder.report.pictures import keep_pictures
from autograder.report.sources import keep_sources
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult, points_of, write_record
from autograder.submission import Source, Submission, folder_names

EVIL = (
    "</style></script><script>alert(1)</script><svg onload=alert(2)><img src=x onerror=alert(3)>"
    '\x1b[31m\u202e"><a href="javascript:alert(4)">x</a>'
)

ODD = (math.nan, math.inf, -1e300, 0.0, 1.5, -0.25, 1e-300, 3.0)
WIDE = Matrix(EVIL, (2, 8), (), (ODD, ODD[::-1]), ((0, 1),))
LARGE = Matrix("X", (28, 28), (), tuple(tuple(float((r * c) % 7 - 3) for c in range(28)) for r in range(28)))
PICTURES = [
    Comparison("b", EVIL, EVIL, "", (LARGE, WIDE), WIDE, WIDE, WIDE),
    Training((2.3, math.nan, 0.4, 0.1), ((30, 2, 0), (0, 25, 9), (1, 0, 31)), LARGE, (WIDE, WIDE), (LARGE, LARGE)),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results and sources that are as bad as they can be, and some that are ordinary."""
    out = tmp_path_factory.mktemp("hostile")
    source = Source("toy.py", f"# {EVIL}\n" + "x = 1\n" * 50 + EVIL)
    messages = [EVIL, f"raised E at toy.py, line 2: `{EVIL}`", "<" * 1_000_000]
    evil = tuple(
        CheckResult(f"toy/{number}{EVIL}", "value", EVIL, "raised", 0, 1, message, EVIL if number == 0 else None, EVIL)
        for number, message in enumerate(messages)
    )
    status: Any
    students = [SubmissionResult(EVIL, (_graded(source.digest, *evil),))]
    for number, status in enumerate(["passed", "failed", "blocked", "skipped", "timeout"] * 4):
        fine = CheckResult("toy/a", "value", "It `holds`.", "passed", 1, 1)
        other = CheckResult("toy/b", "shape", "So does this.", status, 1.0 * (status == "passed"), 1, "odd", None, "")
        students.append(SubmissionResult(f"student {number}", (_graded("", fine, other),)))
    for name, status in (("absent", "missing"), ("unread", "rejected"), ("held", "ungraded")):
        score = None if status == "ungraded" else 0.0
        students.append(SubmissionResult(name, (ExerciseResult("toy", status, score, 2, "because"),)))
    record = Record(EVIL, "cpu", Isolation("uid", ("uid",), {"landlock": ""}), (("toy", EVIL, 2.0),), tuple(students))
    write_record(record, out)
    keep_sources(out, [Submission(each.student, {"toy": source} if each.student == EVIL else {}) for each in students])
    for student, digest in ((EVIL, source.digest), ("student 1", "")):
        keep_pictures(out / "pictures" / folder_names([student])[student], "toy", digest, PICTURES)
    report(out)
    return out


def _graded(digest: str, *checks: CheckResult) -> ExerciseResult:
    score, points = points_of(checks)
    return ExerciseResult("toy", "graded", score, points, "", (), digest, 1.0, checks)


def pages_of(out: Path) -> list[Path]:
    (evil,) = out.glob("feedback/style*/index.html")
    return [
        out / "index.html",
        evil,
        *(out / f"feedback/{name}/index.html" for name in ("student 1", "absent", "held")),
    ]


def test_a_hostile_submission_executes_nothing(hostile, show):
    for path in pages_of(hostile):
        page = show(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

        assert page.said == []
        assert page.locator("script").count() == 1
        assert "alert(1)" in page.inner_text("body")  # in the name, or in the course's


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(hostile, show, findings, theme, width):
    for path in pages_of(hostile):
        page = show(path, theme, width, bypass_csp=True)  # axe is a script, which the policy forbids
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than the screen"


def test_search_filter_and_sort(hostile, show):
    page = show(hostile / "index.html")
    tally = page.locator("form[data-for=t-students] output")
    first = page.locator("#t-students tbody tr:visible th").first

    assert tally.inner_text() == "24 of 24"
    page.fill("form[data-for=t-students] input", "DENT 1")
    assert tally.inner_text() == "11 of 24"
    page.fill("form[data-for=t-students] input", "")
    for choice, name in (("absent", "absent"), ("rejected", "unread"), ("ungraded", "held")):
        page.select_option("form[data-for=t-students] select", choice)
        assert (tally.inner_text(), first.inner_text()) == ("1 of 24", name)
    page.select_option("form[data-for=t-students] select", "")
    page.click("#t-students th:nth-child(1) button")
    page.click("#t-students th:nth-child(1) button")
    assert page.get_attribute("#t-students th:nth-child(1)", "aria-sort") == "descending"
    assert first.inner_text() == "unread"
    page.click("#t-students th:nth-child(2) button")
    assert page.locator("#t-students tbody tr:first-child td").first.inner_text().startswith("2")
    assert page.said == []


def test_a_mistake_shows_its_students_in_the_table(hostile, show):
    page = show(hostile / "index.html")

    page.click("#unexplained button.show >> nth=0")
    assert page.inner_text("form[data-for=t-students] output") == "4 of 24"
    page.click("form[data-for=t-students] .chip")
    assert page.inner_text("form[data-for=t-students] output") == "24 of 24"


def test_everything_can_be_reached_by_keyboard(hostile, show):
    page = show(hostile / "index.html")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#t-students th:nth-child(2) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#t-students th:nth-child(2)", "aria-sort") == "descending"
    page.focus("#t-students tbody a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/feedback/**")
    assert page.locator("h1").count() == 1


def test_a_link_to_a_line_opens_the_code_and_paper_shows_what_is_folded(hostile, show):
    page = show(pages_of(hostile)[1])

    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    page.click("a[href='#e1L2']")
    assert page.locator("#e1L2").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#e1L2").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_say_in_words_what_they_show(hostile, show, theme):
    page = show(hostile / "feedback/student 1/index.html", theme)

    assert page.locator("svg[role=img]:visible").count() == 12
    for picture in page.locator("svg[role=img]").all():
        assert picture.locator("title").text_content()
        assert picture.locator("desc").text_content()
    fills = page.evaluate("Array.from(document.querySelectorAll('.map path'), (each) => getComputedStyle(each).fill)")
    assert len(set(fills)) >= 4  # below, above, zero, and what is no number
    assert page.said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_in_a_notebook_stays_in_its_frame(tmp_path, show, findings, theme):
    """Where neither style nor theme is ours: it can be read, and nothing around it changes."""
    check = CheckResult("toy/b", "value", EVIL, "failed", 0.0, 1.0, EVIL, None, EVIL)
    card = own_card(_graded("", check), EVIL, PICTURES)
    frame = "<!doctype html><html lang=en><title>A notebook</title><main><h1>Mine</h1><p><code>x</code>{}</main>"
    (tmp_path / "with.html").write_text(frame.format(inline(card, [EVIL], [EVIL])), encoding="utf-8")
    (tmp_path / "without.html").write_text(frame.format(""), encoding="utf-8")
    style = (
        "(each) => JSON.stringify(['font', 'color', 'background', 'padding'].map((key) => getComputedStyle(each)[key]))"
    )

    found = []
    for name in ("with.html", "without.html"):
        page = show(tmp_path / name, theme)
        found.append([page.locator(each).first.evaluate(style) for each in ("body", "h1", "main > p > code")])
        assert page.said == []
    page = show(tmp_path / "with.html", theme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert found[0] == found[1]
    assert findings(page) == []


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from benchmarks.report import make_class

    out = tmp_path_factory.mktemp("thousand")
    make_class(out, 1000)
    report(out)
    return out / "index.html"


READY = """new MutationObserver((_, observer) => {
  const tally = document.querySelector("form[data-for=t-students] output");
  if (tally && tally.textContent === "1,000 of 1,000") {
    window.ready = performance.now();
    observer.disconnect();
  }
}).observe(document, { childList: true, subtree: true })"""


def test_a_thousand_students_open_in_under_a_second(thousand, show):
    """Until all of them can be searched, what is folded included."""
    page = show(thousand)
    page.add_init_script(READY)

    times = []
    for _ in range(5):
        page.reload()
        page.wait_for_function("window.ready")
        times.append(page.evaluate("window.ready"))
    assert min(times) < 1000
    assert page.said == []


def test_what_is_folded_is_found_sorted_and_shown(thousand, show):
    page = show(thousand)
    tally = page.locator("form[data-for=t-students] output")

    page.fill("form[data-for=t-students] input", "student_0999")
    assert tally.inner_text() == "1 of 1,000"
    page.fill("form[data-for=t-students] input", "")
    page.focus("#t-students th:nth-child(1) button")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator("#t-students tbody th").first.inner_text() == "student_0999"
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.click("#mistakes details button.show >> nth=-1")
    assert tally.inner_text().endswith(" of 1,000")
    assert not tally.inner_text().startswith("1,000")
    assert page.locator("#t-checks tbody tr").count() > 100
    assert page.locator(".unfolded").is_hidden()
    assert page.said == []


def test_axe_finds_nothing_in_a_large_class(thousand, show, findings):
    page = show(thousand, bypass_csp=True)

    assert findings(page) == []


def test_without_scripts_the_first_students_can_be_read(thousand, show):
    page = show(thousand, java_script_enabled=False)

    assert page.locator("#t-students tbody tr").count() == 25
    assert "Without scripts" in page.inner_text(".unfolded")
