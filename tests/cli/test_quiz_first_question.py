"""What a student's first question waits for: the modules that the real command has loaded when it asks."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal, which Windows has not", allow_module_level=True)

from quiz_courses import course_with
from quiz_sittings import sitting

from grader.store import open_store

# One question, so that nothing is drawn ahead; its answer is computed, read and compared as that of every shape is.
ONE = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: One shape, zh: 一个形状}
    questions:
      - id: view
        type: shape
        params: {n: {int: [2, 5]}}
        text: {en: "`x` is ({{n}}, 3, 4). Shape of `x.view({{n}}, -1)`?", zh: "`x` 为 ({{n}}, 3, 4)。"}
        answer: {code: view_shape}
        hint: {en: "Count.", zh: "数一数。"}
    """
CODE = """
    def view_shape(p, rng):
        return {"answer": (p["n"], 12), "wrong": [((12 * p["n"],), "flattens-all")]}
    """
LOADED = {"sqlalchemy", "markdown_it", "grader.cli.quiz.sitting"}
# What only an answer, a result, a page, a teacher, a new store or quiz, or an older one has need of.
LATER = {
    *("alembic", "jsonschema", "ruamel", "numpy", "sympy", "torch", "pygments", "rich.console"),
    *("math_core", "xml"),
    *(f"grader.quiz.marking.{name}" for name in ("algebra", "checking", "choices", "exact", "formula_reading")),
    *(f"grader.quiz.marking.{name}" for name in ("marker", "matrices", "numbers", "output", "precision")),
    *(f"grader.quiz.rendering.{name}" for name in ("answers", "formulas", "markdown", "unicode_math")),
    *("grader.pages.escape", "grader.pages.markup", "grader.quiz.linting", "grader.quiz.number_sameness"),
    *("grader.store.migrating", "grader.store.practice", "grader.store.practice_tables", "grader.store.regrades"),
    *(f"grader.taking.{name}" for name in ("answer_views", "practice", "recording", "regrading", "result_views")),
    *(f"grader.taking.{name}" for name in ("solutions", "statistics", "summing", "tried")),
}


@pytest.mark.parametrize(
    ("store", "drawn"), [("the same", set()), ("another", {"grader.quiz.marking.shapes"})], ids=["going on", "new"]
)
def test_a_first_question_is_asked_before_anything_is_loaded_that_only_later_steps_need(
    tmp_path: Path, store: str, drawn: set[str]
) -> None:
    """Of a quiz that was read before, as its tree is kept then. What is drawn is compared with the wrong answers."""
    course = course_with(tmp_path, {"quiz01_one": ONE}, {"quiz01_one": CODE})
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPROFILEIMPORTTIME": ""}
    with sitting("quiz01", course=course, store=tmp_path / "the same", env=environment) as first:
        first.wait_for_prompt()
    open_store(tmp_path / store).close()  # making one takes the tables of practice, too
    environment["PYTHONPROFILEIMPORTTIME"] = "1"
    with sitting("quiz01", course=course, store=tmp_path / store, env=environment) as second:
        second.wait_for_prompt()
        shown = second.shown
    loaded = set(re.findall(r"^import time:.*\| +([\w.]+)$", shown, re.MULTILINE))
    assert loaded >= LOADED | drawn, shown
    assert "1/1> " in shown
    assert sorted(loaded & LATER) == []


def test_what_is_loaded_later_is_there_under_these_names() -> None:
    assert [name for name in LATER if find_spec(name) is None] == []
