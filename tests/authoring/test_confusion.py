"""The table of which mistake is diagnosed as which."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from one_base import sharing

from grader.authoring.confusion import Diagnosis, Row, confusion, table
from grader.exercise.manifest import read_exercise
from grader.pipeline import Grader

ROOT = Path(__file__).parents[2]


def row(**causes: str) -> Row:
    return Row(mistake="mine", seed=1, causes=causes)


@pytest.mark.parametrize(
    ("causes", "diagnosis"),
    [
        ({}, Diagnosis.UNNOTICED),
        ({"a": "unknown"}, Diagnosis.UNNAMED),
        ({"a": "misconception.mine", "b": "misconception.mine"}, Diagnosis.ITSELF),
        ({"a": "misconception.mine", "b": "unknown"}, Diagnosis.PARTLY),
        ({"a": "misconception.mine|other", "b": "misconception.mine"}, Diagnosis.AMBIGUOUS),
        ({"a": "misconception.mine", "b": "misconception.other"}, Diagnosis.OTHER),
        ({"a": "misconception.mine+other"}, Diagnosis.OTHER),
    ],
)
def test_a_row_says_what_its_failed_tests_say_together(causes: dict[str, str], diagnosis: Diagnosis) -> None:
    assert row(**causes).diagnosis is diagnosis


def test_each_mistake_of_an_exercise_is_diagnosed_as_itself_with_several_seeds(tmp_path: Path) -> None:
    """Of every third mistake of exercise03: `dlgrade verify` does it with all, and test_exercises.py with one seed."""
    name = "exercise03_softmax"
    hidden = tmp_path / name
    shutil.copytree(ROOT / "solutions" / name, hidden)
    files = sorted((hidden / "mistakes").glob("*.py"))
    for file in files:
        if file not in files[::3]:
            file.unlink()
    exercise = read_exercise(ROOT / "exercises" / name, solution_folder=hidden)
    with sharing(Grader()) as grader:
        rows = confusion(exercise, grader, seeds=(1, 2))
    text = table(rows)
    assert {one.diagnosis for one in rows} == {Diagnosis.ITSELF}, text
    assert [line.split()[:2] for line in text.splitlines()] == [[file.stem, "itself"] for file in files[::3]]


def test_the_table_shows_the_worst_of_a_mistakes_seeds() -> None:
    text = table([row(a="misconception.mine"), row(a="unknown")])
    assert text.split() == ["mine", "unnamed", "mine", "x1,", "unknown", "x1"]
