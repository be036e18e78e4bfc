"""A function that hung is not waited for again and again, and nobody loses a test by it that could have been won."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.examination.evidence import AGAIN, Ended
from grader.examination.operation import Operation
from grader.examination.patience import LEAST_S, Patience, Wait
from grader.records import Outcome
from grader.sandbox.calls import CallScope, Hooks
from grader.sandbox.messages import STUDENT_ROOT, CallbackSpec, Do, HandleSpec

LIMIT_S = 2.0
SHORT_S = 1.0  # half of it
RAN_OUT = Ended(outcome=Outcome.TIMEOUT, detail="call", limit=LIMIT_S)


class Elsewhere:
    """An argument that is an object of the student's."""


def scope() -> CallScope:
    def other(value: object) -> CallbackSpec | HandleSpec:
        if isinstance(value, Elsewhere):
            return HandleSpec(1, "object", "Net")
        return CallbackSpec(id=id(value), name=repr(value), callable=True, methods=[])

    def never(*_: object) -> object:
        raise AssertionError("nothing comes back here")

    return CallScope(Hooks(other=other, handle=never))


def waiting(patience: Patience, *args: object, limit_s: float = LIMIT_S, name: str = "f", **kwargs: object) -> Wait:
    return asked(patience, Operation(op="call", handle=STUDENT_ROOT, path=(name,), args=args, kwargs=kwargs), limit_s)


def asked(patience: Patience, operation: Operation, limit_s: float) -> Wait:
    places = tuple(f"argument {at}" for at in range(len(operation.args)))
    graph, refs, named, _ = scope().encode(operation.args, operation.kwargs, places=places, mutates=frozenset())
    request = Do(
        nonce=0,
        op=operation.op,
        handle=operation.handle,
        path=[*operation.path],
        graph=graph,
        args=refs,
        kwargs=named,
    )
    return patience.wait(operation, request, limit_s)


def hung(*args: object, times: int = 2, device: str = "cpu", **more: Any) -> Patience:
    """Return what is known when a call has used up its limit in so many tests."""
    patience = Patience(device)
    for _ in range(times):
        waiting(patience, *args, **more).ran_out(RAN_OUT)
    return patience


def test_a_function_that_hung_once_keeps_its_whole_limit() -> None:
    assert waiting(hung(torch.ones(4), times=1), torch.ones(4)).limit_s == LIMIT_S


def test_a_function_that_hung_twice_gets_half() -> None:
    wait = waiting(hung(torch.ones(4)), torch.ones(4))
    assert (wait.limit_s, wait.is_shorter) == (SHORT_S, True)


def test_a_function_that_hung_in_half_of_its_limit_too_gets_a_quarter_from_then_on() -> None:
    patience = hung(torch.ones(4))
    waits = []
    for _ in range(4):
        wait = waiting(patience, torch.ones(4))
        waits.append(wait.limit_s)
        assert wait.ran_out(RAN_OUT).detail == AGAIN
    assert waits == [SHORT_S, LIMIT_S / 4, LIMIT_S / 4, LIMIT_S / 4]


def test_what_used_up_half_of_a_shorter_limit_gets_half_of_a_longer_one() -> None:
    patience = hung(torch.ones(4))
    waiting(patience, torch.ones(4), limit_s=LIMIT_S / 2).ran_out(RAN_OUT)
    assert waiting(patience, torch.ones(4)).limit_s == SHORT_S


def test_one_answer_after_a_shortened_wait_gives_the_whole_limit_back() -> None:
    patience = hung(torch.ones(4))
    waiting(patience, torch.ones(4)).ran_out(RAN_OUT)
    waiting(patience, torch.ones(4)).ended()
    assert waiting(patience, torch.ones(4)).limit_s == LIMIT_S


def test_a_short_limit_is_not_made_shorter_than_a_busy_machine_allows() -> None:
    assert waiting(hung(torch.ones(4), limit_s=0.4), torch.ones(4), limit_s=0.4).limit_s == LEAST_S
    assert waiting(hung(torch.ones(4), limit_s=0.2), torch.ones(4), limit_s=0.2).limit_s == 0.2


@pytest.mark.parametrize(
    "smaller",
    [
        (torch.ones(3, 4), 10),
        (torch.ones(4, 3), 10),
        (torch.ones(100, 3), 10),  # more elements, but one side is shorter: a loop over that one can end
        (torch.ones(4, 4), 9),
        (torch.ones(4, 4, 4), 10),
        (torch.ones(4, 4),),
        (torch.ones(4, 4), 10, "fast"),
        (np.ones((4, 4)), 10),
        ([torch.ones(4, 4)], 10),
        (torch.ones(4, 4), 10.0),
        (torch.ones(4, 4), True),
    ],
)
def test_an_input_that_is_smaller_or_another_gets_the_whole_limit(smaller: tuple[object, ...]) -> None:
    assert waiting(hung(torch.ones(4, 4), 10), *smaller).limit_s == LIMIT_S


@pytest.mark.parametrize(
    ("before", "later"),
    [
        ((torch.ones(4, 4), 10), (torch.zeros(5, 4), 12)),
        ((np.ones(3),), (np.ones(9, dtype=np.float32),)),
        (([torch.ones(2), torch.ones(3)], {"lr": 0.1}), ([torch.ones(2), torch.ones(4)], {"lr": 0.1})),
        ((abs, torch.ones(2)), (len, torch.ones(2))),  # functions of the test: their time is not the student's
    ],
)
def test_an_input_that_is_no_smaller_gets_half(before: tuple[object, ...], later: tuple[object, ...]) -> None:
    assert waiting(hung(*before), *later).limit_s == SHORT_S


def test_one_of_two_inputs_that_is_no_larger_is_enough() -> None:
    patience = hung(torch.ones(9), times=1)
    waiting(patience, torch.ones(2)).ran_out(RAN_OUT)
    assert waiting(patience, torch.ones(4)).limit_s == SHORT_S
    assert waiting(patience, torch.ones(1)).limit_s == LIMIT_S


def test_a_step_that_differs_in_a_number_gets_the_whole_limit() -> None:
    assert waiting(hung(torch.ones(4), lr=0.1), torch.ones(4), lr=0.01).limit_s == LIMIT_S


def test_an_object_of_the_students_among_the_arguments_gets_the_whole_limit() -> None:
    net = Elsewhere()
    assert waiting(hung(net), net).limit_s == LIMIT_S


def test_on_a_gpu_a_new_process_has_its_whole_limit_for_its_first_call() -> None:
    assert waiting(hung(torch.ones(4), device="cuda"), torch.ones(4)).limit_s == LIMIT_S


def test_any_answer_gives_the_whole_limit_back() -> None:
    patience = hung(torch.ones(4))
    waiting(patience, torch.ones(4)).ended()
    assert waiting(patience, torch.ones(4)).limit_s == LIMIT_S


def test_a_function_that_has_ended_once_keeps_its_whole_limit_however_long_that_took() -> None:
    """A measured time would make the score depend on how busy the machine was."""
    patience = Patience("cpu")
    waiting(patience, torch.zeros(9)).ended()
    for _ in range(3):
        waiting(patience, torch.ones(4)).ran_out(RAN_OUT)
    assert waiting(patience, torch.ones(4)).limit_s == LIMIT_S


def test_another_function_and_its_gradient_keep_their_whole_limit() -> None:
    patience = hung(torch.ones(4))
    assert waiting(patience, torch.ones(4), name="g").limit_s == LIMIT_S
    gradient = Operation(op="grad", handle=STUDENT_ROOT, path=("f",), args=(torch.ones(4),))
    assert asked(patience, gradient, LIMIT_S).limit_s == LIMIT_S


def test_a_method_of_an_object_keeps_its_whole_limit() -> None:
    patience = Patience("cpu")
    step = Operation(op="call", handle=7, path=("step",))
    for _ in range(3):
        asked(patience, step, LIMIT_S).ran_out(RAN_OUT)
    assert asked(patience, step, LIMIT_S).limit_s == LIMIT_S


def test_hanging_in_a_test_with_less_time_proves_nothing_for_one_with_more() -> None:
    assert waiting(hung(torch.ones(4), limit_s=0.5), torch.ones(4)).limit_s == LIMIT_S


@pytest.mark.parametrize(("outcome", "detail"), [(Outcome.TIMEOUT, "exam"), (Outcome.CRASHED, "exit")])
def test_only_a_limit_that_was_used_up_counts(outcome: Outcome, detail: str) -> None:
    patience = Patience("cpu")
    for _ in range(3):
        waiting(patience, 1).ran_out(Ended(outcome=outcome, detail=detail))
    assert waiting(patience, 1).limit_s == LIMIT_S


def test_a_shorter_wait_says_so_and_is_no_third_hang() -> None:
    patience = hung(torch.ones(4), limit_s=1.0)
    shorter = waiting(patience, torch.ones(4), limit_s=1.0)
    assert shorter.ran_out(RAN_OUT).detail == AGAIN
    assert waiting(patience, torch.ones(4), limit_s=LIMIT_S).limit_s == LIMIT_S


# --------------------------------------------------------------------------------------------------- in an exam

CODE = """
import time

def f(x): return time.sleep(60) if x[0] > 0 else x
"""
TESTS = """
import torch

def test_one(student): student.f(torch.ones(4))
def test_two(student): student.f(torch.ones(5))
def test_again(student): student.f(torch.ones(4))
def test_one_that_works(student): student.f(torch.zeros(4))
"""


def test_an_exam_waits_in_vain_twice_and_nobody_loses_what_works(exams: Any) -> None:
    report = exams.run(CODE, TESTS, reference="def f(x): return x", limits="call_s = 0.4\nexam_s = 20.0")
    said = {test.name: test.explanation.problem.en for test in report.tests if test.explanation is not None}
    assert [text.partition(" s.")[0].rpartition(" ")[2] for text in said.values()] == ["0.4", "0.4", "0.25"]
    assert "used up its whole time in two tests" in said["test_again"]
    assert [test.outcome.value for test in report.tests] == ["timeout"] * 3 + ["passed"]
