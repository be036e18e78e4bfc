"""The table of tests, as spreadsheets and Python's own reader read it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hostile_reports import TEXTS, hostile_report
from report_scenarios import SCENARIOS

from grader.records import HandedIn
from grader.report import FORMATS, Report, View


def read(*reports: Report) -> list[dict[str, str]]:
    together = FORMATS["csv"].together
    assert together is not None
    return list(csv.DictReader(io.StringIO(together(reports, View()), newline=""), strict=True))


def test_each_test_of_each_report_has_a_row() -> None:
    rows = read(SCENARIOS["partial"](), SCENARIOS["full"]())
    assert len(rows) == 12
    assert [row["test_score"] for row in rows[:6]] == ["1", "0", "1", "0", "2.5", "0.5"]
    assert {row["score"] for row in rows[:6]} == {"5"}


def test_a_missing_score_is_an_empty_cell_and_no_zero() -> None:
    rows = read(SCENARIOS["grader_fault"](), SCENARIOS["sandbox_unavailable"]())
    assert {row["score"] for row in rows} == {row["test_score"] for row in rows} == {""}


def test_who_handed_it_in_is_told() -> None:
    handed_in = HandedIn(student="=ada", name="Ada, Countess", attempt=2)
    row = read(replace(SCENARIOS["full"](), handed_in=handed_in))[0]
    assert (row["student"], row["name"], row["attempt"]) == ("'=ada", "Ada, Countess", "2")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_cell_of_a_stranger_is_a_formula(text: str) -> None:
    rows = read(hostile_report(text))
    assert len(rows) == 6
    formulas = [cell for row in rows for cell in row.values() if cell.lstrip(' "').startswith(("=", "+", "@", "|"))]
    assert formulas == []
    assert not any(character in cell for row in rows for cell in row.values() for character in "\n\r\t")
