"""Who handed in, when, and what the course's rules leave of the points: on a student's own report, only where known."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from report_scenarios import SCENARIOS

from grader.records import Award, HandedIn, Language, Outcome, Text
from grader.report import Report, View, render, unmeasured

WHO = HandedIn(
    student="alice",
    name="Alice Liddell",
    entry="alice.zip",
    at="2026-11-02T23:10:00+01:00",
    commit="ab" * 20,
    attempt=2,
)
HUMAN = ("text", "html", "markdown")
LATE = Award(points=4.0, kept=0.8, late_days=2, reason=Text(en="2 days late: 20 % off.", zh="迟交 2 天：扣除 20 %。"))


def handed_in() -> Report:
    return replace(SCENARIOS["partial"](), handed_in=WHO, award=LATE)


def words_of(report: Report, format_name: str, language: Language = Language.EN) -> str:
    """Return the text of a page, without its elements, on one line."""
    page = render(report, format_name=format_name, view=View(language=language))
    if format_name == "html":
        page = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", page)


def unescaped(page: str) -> str:
    """Return a page as it is read, without the marks that escape punctuation in Markdown."""
    return html.unescape(page).replace("\\", "").replace("\u2060", "")


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_a_report_says_who_handed_in_when_and_as_what(format_name: str) -> None:
    shown = words_of(handed_in(), format_name)
    assert "Alice Liddell (alice) · alice.zip · 2026-11-02 23:10:00+01:00 · commit abababababab · attempt 2" in shown
    chinese = words_of(handed_in(), format_name, Language.ZH)
    assert (
        "Alice Liddell（alice） · alice.zip · 2026-11-02 23:10:00+01:00 · 提交号 abababababab · 第 2 次尝试" in chinese
    )


@pytest.mark.parametrize("format_name", HUMAN)
def test_a_report_says_which_points_count_and_why(format_name: str) -> None:
    shown, chinese = words_of(handed_in(), format_name), words_of(handed_in(), format_name, Language.ZH)
    assert "Earned: 5, of which 4 count. 2 days late: 20 % off." in unescaped(shown)
    assert "测试所得 5 分，计入 4 分。迟交 2 天：扣除 20 %。" in unescaped(chinese)


@pytest.mark.parametrize("format_name", HUMAN)
def test_the_headline_is_what_counts_and_a_cut_solution_has_no_full_score(format_name: str) -> None:
    assert re.search(r"4 / 10 points[ ·,<>*]+40 %", unescaped(words_of(handed_in(), format_name)))
    right = replace(SCENARIOS["full"](), award=replace(LATE, points=0.0, kept=0.0))
    shown = unescaped(words_of(right, format_name))
    assert re.search(r"0 / 10 points[ ·,<>*]+0 %", shown)
    assert "Earned: 10, of which 0 count." in shown
    assert "full score" not in shown
    assert "full score" in words_of(replace(right, award=replace(LATE, points=10.0, kept=1.0)), format_name)


@pytest.mark.parametrize("format_name", HUMAN)
def test_rules_that_take_nothing_say_why_and_repeat_no_points(format_name: str) -> None:
    reason = Text(en="2 days late: no points are taken.", zh="迟交 2 天：不扣分。")
    shown = unescaped(words_of(replace(handed_in(), award=Award(points=5.0, late_days=2, reason=reason)), format_name))
    assert reason.en in shown
    assert "Earned" not in shown


@pytest.mark.parametrize("format_name", HUMAN)
def test_what_is_forbidden_is_said_to_be_forbidden_and_not_to_fail_to_load(format_name: str) -> None:
    loaded = SCENARIOS["import_error"]()
    tests = tuple(replace(test, outcome=Outcome.FORBIDDEN) for test in loaded.tests)
    shown = unescaped(words_of(replace(loaded, tests=tests), format_name))
    assert "Your code uses what this exercise forbids." in shown
    assert "loaded" not in shown and "code to load" not in shown
    assert "could not be loaded" in unescaped(words_of(loaded, format_name))


@pytest.mark.parametrize("format_name", HUMAN)
def test_a_test_that_waits_names_what_for_by_its_claim(format_name: str) -> None:
    report = SCENARIOS["waiting"]()
    blocker = next(test for test in report.tests if test.blocked_by)
    waits = [test.claim for test in report.tests if test.name == blocker.blocked_by]
    for language in Language:
        shown = unescaped(words_of(report, format_name, language))
        assert re.search(f"(for:|等待：) ?{re.escape(waits[0].within(language))}", shown)


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_what_nobody_said_and_what_takes_nothing_is_not_mentioned(format_name: str) -> None:
    plain = SCENARIOS["partial"]()
    kept = replace(plain, award=Award(points=5.0))
    assert render(kept, format_name=format_name) == render(plain, format_name=format_name)
    only_id = words_of(replace(plain, handed_in=HandedIn(student="alice", name="alice", entry="alice")), format_name)
    assert " alice " in only_id
    assert not re.search(r"alice\)|attempt|commit ", only_id)


def test_a_report_without_a_score_mentions_no_points_that_count() -> None:
    unscored = replace(SCENARIOS["grader_fault"](), award=LATE)
    assert "Earned" not in words_of(unscored, "text")


@pytest.mark.parametrize("format_name", ["text", "html"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_unmeasured_report_shows_no_time(scenario: str, format_name: str) -> None:
    report = SCENARIOS[scenario]()
    slower = replace(report, timings=replace(report.timings, total_s=77.7, exam_s=76.6), attempts=2)
    first, second = (render(unmeasured(one), format_name=format_name) for one in (report, slower))
    assert first == second
    assert not re.search(r"\d (ms|s)( |<|\n|$)", words_of(unmeasured(report), format_name).rpartition("seed")[2])


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_whatever_a_student_is_called_is_inert(format_name: str) -> None:
    attack = '<script>alert(1)</script>" onload="x\x1b[2J\u202e\n::error::x'
    report = replace(handed_in(), handed_in=replace(WHO, student=attack, name=attack, entry=attack))
    page = render(report, format_name=format_name)
    assert not {"\x1b", "\u202e"} & set(page)
    assert not any(line.lstrip().startswith("::") for line in page.split("\n"))
    if format_name == "html":
        assert "<script" not in page
