"""Of where a hidden test's code failed, one line of few is told: what the child says of it can be made up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from grader.examination.evidence import Ended, NotInGraph, Raised
from grader.examination.telling import MAX_TOLD_LINES, TellingLines
from grader.records import Outcome, SourceFile, SourceLine
from grader.report import Report

TEXT = """import torch


def f(x):
    y = torch.stack(
        [x,
         x]
    )
    return y

"""
WORK = SourceFile(name="work.py", text=TEXT)


def told(line: int, *files: SourceFile, name: str = "work.py") -> int | None:
    """Return the line that is told where the innermost frame claims `line`."""
    claimed = SourceLine(file=name, line=line, function="made_up", source="made up")
    evidence = Raised(type_name="E", message="", traceback=(replace(claimed, line=1), claimed), call=None)
    found = TellingLines(files or (WORK,)).in_evidence(evidence)
    assert isinstance(found, Raised)
    return found.told.line if found.told is not None else None


@pytest.mark.parametrize(
    ("claimed", "line"), [(1, 1), (5, 5), (6, 5), (8, 5), (9, 9), (2, None), (10, None), (0, None), (123_456_789, None)]
)
def test_the_statement_of_the_innermost_line_is_told_and_no_line_that_belongs_to_none(
    claimed: int, line: int | None
) -> None:
    assert told(claimed) == line


def test_the_text_of_the_line_is_the_submissions() -> None:
    claimed = SourceLine(file="work.py", line=6, function="made_up", source="made up", column=77)
    evidence = Ended(outcome=Outcome.TIMEOUT, detail="call", traceback=(claimed,))
    found = TellingLines([WORK]).in_evidence(evidence)
    assert isinstance(found, Ended)
    assert found.told == SourceLine(file="work.py", line=5, function="", source="    y = torch.stack(")


def test_another_file_has_no_lines() -> None:
    assert told(1, name="other.py") is None


@pytest.mark.parametrize("count", [MAX_TOLD_LINES, MAX_TOLD_LINES + 1])
def test_a_submission_of_many_statements_is_told_no_line(count: int) -> None:
    assert told(7, SourceFile(name="work.py", text="x = 1\n" * count)) == (7 if count == MAX_TOLD_LINES else None)


def test_the_lines_of_all_files_count() -> None:
    files = [SourceFile(name=name, text="x = 1\n" * (MAX_TOLD_LINES // 2 + 1)) for name in ("work.py", "other.py")]
    assert told(7, *files) is None


def test_a_file_of_many_blank_lines_has_no_more_places_than_statements() -> None:
    blank = SourceFile(name="work.py", text="x = 1\n" + "\n" * 60_000)
    assert {told(line, blank) for line in (1, 2, 300, 60_000)} == {1, None}


@pytest.mark.parametrize("text", ["def f(:\n", "(" * 100_000, "x = 1\n" * 20_000], ids=["no Python", "deep", "long"])
def test_what_is_not_looked_through_is_told_no_line(text: str) -> None:
    assert told(1, SourceFile(name="work.py", text=text)) is None


def test_the_choice_of_a_line_is_less_than_eight_bits() -> None:
    assert math.log2(MAX_TOLD_LINES + 1) < 7.7


def test_evidence_without_a_place_stays_as_it_is() -> None:
    evidence = NotInGraph(call=None)
    assert TellingLines([WORK]).in_evidence(evidence) is evidence


# -- in an exam

TESTS = """
def test_it(student):
    student.f(torch.ones(1))
"""
LIES = {
    "a trace that nobody wrote": """
import os
def f(x):
    os.write(1, b'Current thread 0x1 (most recent call first):\\n  File "work.py", line {line} in f\\n')
    os._exit(0)
""",
    "a SyntaxError with a place of its own": """
def f(x):
    error = SyntaxError("x")
    error.filename, error.lineno, error.offset = "work.py", {line}, 1
    raise error
""",
    "code that is compiled under the file's name": """
def f(x):
    exec(compile("\\n" * ({line} - 1) + "1 / 0", "work.py", "exec"))
""",
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("line", [9, 2_500, 123_456])
def test_a_made_up_line_is_not_told(exams: Any, lie: str, line: int) -> None:
    code = LIES[lie].format(line=line) + "\n" * 3_000
    report: Report = exams.run(code, TESTS, reference="def f(x): return x", reveal="hint")
    (test,) = report.tests
    assert test.outcome in (Outcome.FAILED, Outcome.CRASHED)
    assert test.explanation is not None
    assert not any(shown.line == line for shown in test.explanation.traceback)
