"""Who handed in, when, and what the course's rules leave of the points: on a student's own report, only where known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_scenarios import SCENARIOS

from grader.records import Award, HandedIn, Language, Text
from grader.report import Report, View, render, unmeasured

WHO = HandedIn(
    student="alice",
    name="Alice Liddell",
    entry="alice.zip",
    at="2026-11-02T23:10:00+01:00",
    commit="ab" * 20,
    attempt=2,
)
LATE = Award(points=4.0, kept=0.8, late_days=2, reason=Text(en="2 days late: 20 % off.", zh="迟交 2 天：扣除 20 %。"))


def handed_in() -> Report:
    return replace(SCENARIOS["partial"](), handed_in=WHO, award=LATE)


def words_of(report: Report, format_name: str, language: Language = Language.EN) -> str:
    """Return the text of a page, without its elements, on one line."""
    page = render(report, format_name=format_name, view=View(language=language))
    if format_name == "html":
        page = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_a_report_says_who_handed_in_when_and_as_what(format_name: str) -> None:
    shown = words_of(handed_in(), format_name)
    assert "Alice Liddell (alice) · alice.zip · 2026-11-02 23:10:00+01:00 · commit abababababab · attempt 2" in shown
    chinese = words_of(handed_in(), format_name, Language.ZH)
    assert (
        "Alice Liddell（alice） · alice.zip · 2026-11-02 23:10:00+01:00 · 提交号 abababababab · 第 2 次尝试" in chinese
    )


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_a_report_says_which_points_count_and_why(format_name: str) -> None:
    assert "4 of the 5 points count. 2 days late: 20 % off." in words_of(handed_in(), format_name)
    assert "所得 5 分中计 4 分。迟交 2 天：扣除 20 %。" in words_of(handed_in(), format_name, Language.ZH)


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
    assert "points count" not in words_of(unscored, "text")


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
