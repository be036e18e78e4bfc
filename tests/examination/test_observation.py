"""The facts of calls that an exam records when it is asked to: what was given, as it was then, and what came back."""

from __future__ import annotations

from typing import Any

from exams import submission_of

from grader.examination.requests import ExamRequest
from grader.records import CallFacts, ValueFacts

WORK = """
import torch

def scale(x, factor=2.0):
    return x * factor

def clear(params):
    for p in params["all"]:
        p.zero_()

def stops(n):
    raise ValueError(n)
"""
TESTS = """
import numpy as np
import pytest
import torch
from grader.examination import close

def test_shapes(student, rand):
    "Shapes."
    student.scale(rand.normal(3, 4).T, factor=0.5)
    student.scale(np.array([[1, 2], [3, 5]]))
    student.scale(torch.tensor([float("inf"), 1.0, -2.0]), 3)

def test_change(student):
    "A change comes after the facts."
    weight = torch.ones(2)
    weight.grad = torch.full((2,), 7.0)
    student.clear({"all": [weight, torch.tensor(3.0)]})
    close(weight, torch.zeros(2))

def test_gradient(student, remote):
    "A gradient."
    x = torch.arange(3.0)
    close(student.scale.grad((x,), torch.ones(3))[0], torch.full((3,), 2.0))
    remote.torch.zeros(2)

def test_error(student):
    "An error."
    with pytest.raises(ValueError):
        student.stops(True)
"""


def recorded(exams: Any, *, record: bool = True, seed: int = 1) -> tuple[CallFacts, ...]:
    exercise = exams.exercise(TESTS, reference=WORK, manifest='[functions.clear]\nmutates = ["params"]')
    request = ExamRequest(submission=submission_of(WORK), seed=seed, record_calls=record)
    examination = exams.grader.hold(exercise, request)
    assert [test.outcome for test in examination.tests] == ["passed"] * 4
    calls: tuple[CallFacts, ...] = examination.calls
    return calls


def by_name(call: CallFacts) -> dict[str, ValueFacts]:
    return {value.name: value for value in call.arguments}


def test_arguments_are_told_by_shape_dtype_layout_and_range(exams: Any) -> None:
    calls = [call for call in recorded(exams) if call.test == "test_shapes"]
    strided, array, infinite = (by_name(call) for call in calls)
    assert (strided["x"].shape, strided["x"].contiguous, strided["x"].dtype) == ((4, 3), False, "float32")
    assert (strided["factor"].kind, strided["factor"].low) == ("float", 0.5)
    assert (array["x"].kind, array["x"].low, array["x"].high, array["x"].dtype) == ("ndarray", 1.0, 5.0, "int64")
    assert (infinite["x"].low, infinite["x"].high, infinite["x"].finite) == (-2.0, 1.0, False)
    assert calls[0].results[0].shape == (4, 3)


def test_what_a_call_changes_is_told_as_it_was_before(exams: Any) -> None:
    (call,) = (call for call in recorded(exams) if call.test == "test_change")
    values = by_name(call)
    assert (values["params"].kind, values["params['all']"].shape) == ("dict", (2,))
    assert values["params['all'][0]"].low == 1.0
    assert values["params['all'][0].grad"].high == 7.0
    assert values["params['all'][1]"].shape == ()


def test_gradients_objects_of_remote_and_calls_that_raise_are_told(exams: Any) -> None:
    calls = {call.function: call for call in recorded(exams) if call.test in ("test_gradient", "test_error")}
    assert calls["scale"].op == "grad"
    assert [value.name for value in calls["scale"].arguments] == ["x", "upstream"]
    assert calls["torch.zeros"].op == "call"
    assert by_name(calls["stops"])["n"].kind == "bool"


def test_digests_tell_whether_arguments_are_the_same(exams: Any) -> None:
    first, second = recorded(exams, seed=1), recorded(exams, seed=2)
    same = [one.digest == other.digest for one, other in zip(first, second, strict=True)]
    assert same == [False, *[True] * (len(first) - 1)]


def test_nothing_is_recorded_unless_it_is_asked_for(exams: Any) -> None:
    assert recorded(exams, record=False) == ()
