"""What a call did to its arguments decides what is said of one of them that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from exams import Exams, result
from one_base import sharing

from grader.pipeline import Grader
from grader.records import Exercise

TESTS = """
import torch
import numpy as np
from grader.examination import *

def test_step(student, rand):
    params = [rand.normal(3), rand.normal(4)]
    expected = [p - p.sign() for p in params]
    student.step(params)
    close(params, expected)

def test_gradient_is_kept(student, rand):
    p, g = rand.normal(3), rand.normal(3)
    p.grad = g.clone()
    student.scaled(p)
    close(p.grad, g)

def test_state(student, rand):
    state = {"mean": np.zeros(4, np.float32), "count": np.ones(4)}
    x = rand.normal(4).numpy()
    student.remember(state, x)
    close(state["mean"], x / 2)
"""
MANIFEST = """
[functions.step]
mutates = ["params"]
[functions.scaled]
mutates = ["p"]
[functions.remember]
mutates = ["state"]
"""
RIGHT = """
def step(params):
    for p in params:
        p -= p.sign()

def scaled(p):
    p -= p.grad / 2

def remember(state, x):
    state["mean"] = state["mean"] / 2 + x / 2
"""


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with sharing(Grader()) as grader:
        yield Exams(grader, tmp_path_factory.mktemp("exams"))


@pytest.fixture(scope="module")
def exercise(exams: Exams) -> Exercise:
    return exams.exercise(TESTS, reference=RIGHT, manifest=MANIFEST, reveal="full")


def test_right_code_passes(exams: Exams, exercise: Exercise) -> None:
    assert not [test.name for test in exams.examine(exercise, RIGHT).tests if test.explanation is not None]


@pytest.mark.parametrize(
    ("test", "old", "new", "cause_id", "subject"),
    [
        ("test_step", "p -= p.sign()", "p -= p.sign(); break", "update.some", "`params[1]` after the call"),
        ("test_step", "p -= p.sign()", "p = p - p.sign()", "update.none", "`params[0]` after the call"),
        ("test_gradient_is_kept", "p -= p.grad / 2", "p.grad /= 2", "update.gradient", "`p.grad` after the call"),
        ("test_gradient_is_kept", "p -= p.grad / 2", "p.grad = None", "type.none_item", "A value computed"),
        ("test_state", 'state["mean"] =', "mean =", "update.none_key", "`state['mean']` after the call"),
        ("test_state", "x / 2", "x * x + x / 3", "unknown", "`state['mean']` after the call"),
    ],
)
def test_a_wrong_argument_is_named_and_judged_by_what_the_call_did(
    exams: Exams, exercise: Exercise, test: str, old: str, new: str, cause_id: str, subject: str
) -> None:
    assert old in RIGHT
    explanation = result(exams.examine(exercise, RIGHT.replace(old, new)), test).explanation
    assert explanation is not None
    assert explanation.cause_id == cause_id
    assert explanation.problem.en.startswith(subject)
