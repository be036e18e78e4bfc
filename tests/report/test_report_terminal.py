"""The terminal page: what it promises whatever the report."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
import report_scenarios as scenarios
from report_scenarios import SCENARIOS

from grader.records import Language, NotebookCell, SourceFile, SourceLine, Text
from grader.report import View, render
from grader.report.layout import cut, wrap

STEERING = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"] + list(
    "\u202e\u202c\u2066\u2069"
)


@pytest.mark.parametrize("view", [View(), View(verbose=True), View(width=60), View(ascii_only=True)])
def test_hostile_text_cannot_steer_a_terminal(view: View) -> None:
    page = render(scenarios.hostile(), view=view)
    assert [char for char in STEERING if char in page] == []


def test_hostile_text_adds_no_colour() -> None:
    page = render(scenarios.hostile(), view=View(color=True))
    assert "\x1b[2J" not in page
    assert "\\x1b[2J" in page


def test_markup_in_a_message_is_shown_as_it_is() -> None:
    assert "[bold red]markup[/]" in render(scenarios.hostile(), view=View(width=100))


def test_a_huge_message_is_cut() -> None:
    assert len(render(scenarios.hostile(), view=View(verbose=True))) < 20_000


def test_hostile_names_and_titles_are_escaped_too() -> None:
    report = scenarios.partial()
    evil = Text(en="\x1b]0;x\x07", zh="\u202e")
    report = replace(
        report,
        exercise=replace(report.exercise, id="\x1b[Hid", title=evil, files=("\r",)),
        tests=tuple(replace(test, claim=evil, name="\x9b1m") for test in report.tests),
    )
    for language in Language:
        page = render(report, view=View(language=language))
        assert [char for char in STEERING if char in page] == []


def test_a_notebooks_line_is_named_as_its_cell_counts_it() -> None:
    cells = (NotebookCell(number=2, line=1), NotebookCell(number=5, line=11))
    notebook = replace(scenarios.SUBMISSION, files=(SourceFile(name="softmax.py", text="", cells=cells),))
    at = SourceLine(file="softmax.py", line=13, function="softmax", source="    return 1 / 0", column=12)
    failed = scenarios.failed(scenarios.ROWS, replace(scenarios.RAISED, traceback=(replace(at, line=10), at)))
    report = scenarios.graded(failed, submission=notebook)
    page = render(report)
    assert "cell 2 of the notebook, line 10, in softmax" in page
    assert "cell 5 of the notebook, line 3, in softmax" in page
    assert " 3 │ return 1 / 0" in page
    assert "softmax.py:13" not in page
    assert "笔记本第 5 个单元格第 3 行，softmax" in render(report, view=View(language=Language.ZH))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_ascii_page_is_ascii(scenario: str) -> None:
    page = render(SCENARIOS[scenario](), view=View(ascii_only=True, language=Language.ZH))
    assert page.isascii()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_page_is_a_pure_function(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(SCENARIOS[scenario](), view=View(color=True))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("TERM", "dumb")
    assert render(SCENARIOS[scenario](), view=View(color=True)) == before


@pytest.mark.parametrize(
    "scenario", ["author_fault", "grader_fault", "sandbox_unavailable", "broken_manifest", "grader_broke"]
)
def test_page_without_a_score_shows_no_points(scenario: str) -> None:
    page = render(SCENARIOS[scenario]())
    assert "No score" in page
    assert "points" not in page
    assert "not your fault" in page


def test_syntax_error_has_its_caret_below_the_bracket() -> None:
    lines = render(scenarios.syntax_error()).splitlines()
    code = next(number for number, line in enumerate(lines) if "torch.exp(" in line)
    assert lines[code][lines[code + 1].index("^")] == "("


def test_caret_is_right_behind_tabs_and_wide_characters() -> None:
    problem = replace(
        scenarios.RAISED,
        traceback=(
            replace(scenarios.RAISED.traceback[0], source='\ty = "结果"\t+ bad', column=len('\ty = "结果"\t+ ') + 1),
        ),
    )
    lines = render(scenarios.graded(scenarios.failed(scenarios.ROWS, problem))).splitlines()
    code = next(number for number, line in enumerate(lines) if "bad" in line)
    from rich.cells import cell_len

    assert cell_len(lines[code + 1].split("^")[0]) == cell_len(lines[code].split("bad")[0])


def test_hidden_test_does_not_show_what_its_inputs_may_be() -> None:
    page = render(scenarios.partial(), view=View(verbose=True))
    assert "98.7" not in page
    assert "your output may hold its inputs" in page


def test_full_score_with_a_failed_test_of_no_points_is_not_called_every_test() -> None:
    worthless = replace(scenarios.failed(scenarios.ROWS, scenarios.AXIS), points=0)
    page = render(scenarios.graded(scenarios.SHAPE, worthless))
    assert "Every test passes" not in page
    assert "full score" in page


def test_a_circle_of_waiting_tests_still_gives_a_page() -> None:
    first = scenarios.blocked(scenarios.ROWS, scenarios.ONE_AXIS)
    second = scenarios.blocked(scenarios.ONE_AXIS, scenarios.ROWS)
    assert "waits for" in render(scenarios.graded(first, second))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("", 4, [""]),
        ("    indented text", 14, ["    indented", "text"]),
        ("结果正确，很好。", 8, ["结果正", "确，很", "好。"]),
        ("（甲）乙", 6, ["（甲）", "乙"]),
        ("run `dlgrade check x` now", 20, ["run", "`dlgrade check x`", "now"]),
    ],
)
def test_wrap_breaks_where_a_reader_would(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_cut_counts_a_chinese_character_as_two_columns() -> None:
    assert cut("结果正确", 6) == "结果…"


def test_report_package_needs_no_torch_and_loads_rich_only_to_draw() -> None:
    code = "import sys, grader.report; print(sorted({'torch', 'numpy', 'rich', 'jsonschema'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
