"""What was handed in is parsed without a limit only where it is short: no source holds up the grading of others."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from grader.errors import GraderFault, SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, SourceFile, Submission
from grader.submission import apart, collect
from grader.submission.another import defines_nothing_of
from grader.submission.unwritten import is_unwritten

SLOW = "x = f'" + "{0}" * 150_000 + "'\n"  # a minute of Python 3.11's parser
CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"
STUB = "def softmax(logits):\n    raise NotImplementedError\n"
LONG = "y = 0\n" * 6_000

needs_limits = pytest.mark.skipif(os.name != "posix", reason="no limits on processor time here")


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LIMIT_S", 1)


def submission(text: str) -> Submission:
    return Submission(
        files=(SourceFile(name="softmax.py", text=text),), origin="softmax.py", sha256="", untouched=False
    )


def own_cpu_s() -> float:
    return time.process_time()


@needs_limits
@pytest.mark.usefixtures("impatient")
def test_a_source_that_the_parser_takes_minutes_for_is_the_student_s_fault_and_costs_this_process_nothing(
    exercise: Exercise,
) -> None:
    began = own_cpu_s()
    with pytest.raises(SubmissionError, match=r"softmax.py: Python cannot read it in 1 s") as caught:
        defines_nothing_of(submission(CODE + SLOW), exercise)
    assert own_cpu_s() - began < 0.5
    assert "f-string" in caught.value.text.en
    assert "f-string" in caught.value.text.zh


@needs_limits
@pytest.mark.usefixtures("impatient")
def test_a_stub_behind_such_a_text_is_refused_where_it_lies_in_its_place_too(exercise: Exercise) -> None:
    with pytest.raises(SubmissionError, match="cannot read it"):
        is_unwritten(STUB + SLOW, wholly=True, shown="softmax.py")
    file = Path(exercise.folder) / "softmax.py"
    file.write_text(STUB + SLOW)
    with pytest.raises(SubmissionError, match=r"softmax.py: Python cannot read it"):
        collect(exercise, file)


@needs_limits
@pytest.mark.usefixtures("impatient")
def test_a_notebook_whose_names_take_too_long_to_tell_apart_is_refused(exercise: Exercise, tmp_path: Path) -> None:
    names = " " + "=".join(f"a{number}" for number in range(9_000)) + "=0\n"
    cell = CODE + "def f():\n" + names + " x=[" + "lambda:0," * 7_000 + "]\n"
    file = write_notebook(tmp_path, cell)
    with pytest.raises(SubmissionError, match=r"softmax.ipynb: Python cannot read it"):
        collect(exercise, file)


def write_notebook(folder: Path, *cells: str) -> Path:
    made = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None} for cell in cells
    ]
    file = folder / "softmax.ipynb"
    file.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return file


def test_a_long_source_is_read_like_a_short_one(exercise: Exercise, tmp_path: Path) -> None:
    assert not defines_nothing_of(submission(CODE + LONG), exercise)
    assert defines_nothing_of(submission(LONG), exercise)
    assert not defines_nothing_of(submission("def softmax(:\n" + LONG), exercise)  # no Python: the exam says so
    assert is_unwritten(STUB + LONG, wholly=True, shown="")
    assert not is_unwritten(CODE + LONG, wholly=True, shown="")
    short = collect(exercise, write_notebook(tmp_path, "a = 1", "%matplotlib inline\n" + CODE))
    long = collect(exercise, write_notebook(tmp_path, "a = 1", "%matplotlib inline\n" + CODE, LONG))
    assert long.files == short.files


def test_a_long_notebook_that_is_no_python_is_refused_with_its_cell_and_line(
    exercise: Exercise, tmp_path: Path
) -> None:
    with pytest.raises(SubmissionError, match=r"cell 2, line 1: .*`def softmax\(:`") as caught:
        collect(exercise, write_notebook(tmp_path, LONG, "def softmax(:\n" + CODE))
    assert "第 2 个单元格第 1 行" in caught.value.text.zh


def test_a_fault_of_ours_in_the_other_process_is_no_fault_of_the_student_s() -> None:
    with pytest.raises(GraderFault, match="no_such_question"):
        apart.ask("grader.submission.another:no_such_question", shown="softmax.py")
