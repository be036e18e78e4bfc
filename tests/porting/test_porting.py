"""The examples of docs/porting.md: real files, before and after, and what is said of them is so."""

from __future__ import annotations

import doctest
import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from desks import Order, command
from one_base import sharing

from grader.exercise import load_course
from grader.pipeline import Grader
from grader.report import Report
from grader.submission import collect

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COURSE = HERE / "course"
BEFORE = HERE / "before"
PAGE = (ROOT / "docs" / "porting.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"<!-- from: (?P<file>\S+) -->\n```[a-z]+\n(?P<text>.*?)\n```$", re.MULTILINE | re.DOTALL)
RIGHT = {  # what the old course would have handed in, as it was
    "labels": BEFORE / "plain_pytest" / "solution.py",
    "scaling": BEFORE / "otter" / "scaling.ipynb",
    "topk": BEFORE / "nbgrader" / "topk.ipynb",
}
MISTAKES = sorted((COURSE / "solutions").glob("*/mistakes/*.py"))


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as grader:
        yield grader


def grade(grader: Grader, slug: str, submission: Path) -> Report:
    exercise = load_course(COURSE).find(slug)
    return grader.examine(exercise, collect(exercise, submission), seed=3)


def score(report: Report) -> tuple[float, float]:
    assert report.score is not None, report.problem
    return report.score.earned, report.score.possible


def test_each_ported_exercise_is_proven() -> None:
    arguments = ["verify", "--course", str(COURSE), "--seeds", "3", "--format", "json"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    done = command(Order(arguments=arguments, cwd=ROOT, environment=environment))
    found = {
        one["name"]: (one["verdict"], [finding["check"] for finding in one["findings"]])
        for one in json.loads(done.stdout)["exercises"]
    }
    assert found == dict.fromkeys(
        ("exercise01_labels", "exercise02_scaling", "exercise03_topk"), ("proven", ["cheats.none"])
    )


@pytest.mark.parametrize("slug", RIGHT)
def test_the_old_solution_gets_full_score_as_it_is(grader: Grader, slug: str) -> None:
    earned, points = score(grade(grader, slug, RIGHT[slug]))
    assert earned == points > 0


@pytest.mark.parametrize("slug", RIGHT)
def test_the_stub_gets_nothing(grader: Grader, slug: str) -> None:
    exercise = load_course(COURSE).find(slug)
    assert score(grade(grader, slug, Path(exercise.folder)))[0] == 0


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda file: file.stem)
def test_a_wrong_solution_loses_points_and_is_told_why(grader: Grader, mistake: Path) -> None:
    slug = mistake.parent.parent.name.partition("_")[2]
    report = grade(grader, slug, mistake)
    earned, points = score(report)
    assert earned < points
    causes = {test.explanation.cause_id for test in report.tests if test.explanation is not None}
    assert f"misconception.{mistake.stem}" in causes


def test_the_old_pytest_file_passes_a_mistake_that_the_new_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    before = BEFORE / "plain_pytest"
    for source in (before / "solution.py", COURSE / "solutions/exercise01_labels/mistakes/ten_classes_always.py"):
        monkeypatch.setitem(sys.modules, "labels", loaded(source, "labels"))
        old = loaded(before / "test_labels.py", "old_test_labels")
        smoothed = sys.modules["labels"].smooth_labels(old.Y, 10, 0.1)
        for name in ("test_rows_sum_to_one", "test_right_class_is_the_largest", "test_values"):
            getattr(old, name)(smoothed)


def test_the_old_doctest_cases_hold_for_the_old_notebook() -> None:
    cells = nbformat.read(BEFORE / "otter" / "scaling.ipynb", as_version=4).cells
    names: dict[str, object] = {}
    for cell in cells:
        if cell.cell_type == "code" and not cell.outputs:  # those with outputs are the tests
            exec(cell.source, names)
    (suite,) = loaded(BEFORE / "otter" / "q1.py", "q1").test["suites"]
    for case in suite["cases"]:
        found = doctest.DocTestParser().get_doctest(case["code"], names, "q1", None, None)
        assert doctest.DocTestRunner(verbose=False).run(found).failed == 0


def test_tagged_cells_of_a_students_notebook_are_graded_alone(grader: Grader) -> None:
    earned, points = score(grade(grader, "topk", HERE / "student.ipynb"))
    assert earned == points


@pytest.mark.parametrize("file", [*BEFORE.glob("*/*.ipynb"), HERE / "student.ipynb"], ids=lambda file: file.name)
def test_the_notebooks_are_sound(file: Path) -> None:
    nbformat.validate(nbformat.read(file, as_version=4))


def test_the_page_quotes_the_files() -> None:
    quoted = list(QUOTED.finditer(PAGE))
    assert len(quoted) >= 6
    for found in quoted:
        assert found["text"] in source_of(ROOT / found["file"]), f"docs/porting.md: {found['file']} has changed"


def source_of(file: Path) -> str:
    """Return a file's text; of a notebook, its cells, each behind its kind."""
    if file.suffix != ".ipynb":
        return file.read_text(encoding="utf-8")
    cells = nbformat.read(file, as_version=4).cells
    return "\n\n".join(f"[{cell.cell_type}]\n{cell.source}{printed(cell)}" for cell in cells)


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(f"\n[output] {output.data['text/plain']}" for output in cell.get("outputs", []))


def loaded(file: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
