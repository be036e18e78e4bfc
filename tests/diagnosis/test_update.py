"""A parameter that was to be changed in place is judged by how it moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from grader.diagnosis import explain
from grader.examination.compare import compare
from grader.examination.evidence import Call, Compared, InArgument
from grader.records import Explanation, Reveal

BEFORE = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
GRADIENT = torch.randn(5, 3, generator=torch.Generator().manual_seed(2))
RIGHT = BEFORE - 0.1 * GRADIENT / 7


def explained(
    after: object,
    *,
    reveal: Reveal = Reveal.FULL,
    before: torch.Tensor | None = BEFORE,
    right: object = RIGHT,
    argument: InArgument | None = None,
) -> Explanation:
    mismatch = compare(after, right)
    assert mismatch is not None
    call = Call(
        function="sgd_step",
        args=([BEFORE], 0.1, 7),
        kwargs={},
        result=None,
        text="sgd_step([Tensor(5, 3)], 0.1, 7)",
        text_full="sgd_step([Tensor(5, 3)], 0.1, 7)",
        names=("params", "lr", "batch_size"),
    )
    compared = Compared(mismatch=mismatch, call=call, direct=False, argument=argument, calls=(call,))
    return explain(compared if before is None else replace(compared, before=before.double().numpy()), reveal=reveal)


@pytest.mark.parametrize(
    ("cause_id", "after"),
    [
        ("update.none", BEFORE),
        ("update.sign", BEFORE + 0.1 * GRADIENT / 7),
        ("update.size", BEFORE - 0.1 * GRADIENT),
        ("update.per_size", BEFORE - 0.1 * GRADIENT / 49),
    ],
)
def test_a_step_that_went_wrong_is_named(cause_id: str, after: torch.Tensor) -> None:
    assert explained(after).cause_id == cause_id


def test_a_step_too_long_is_named_by_the_batch_size() -> None:
    cause = explained(BEFORE - 0.1 * GRADIENT).cause
    assert cause is not None
    assert "exactly 7 times too long, and 7 is `batch_size`" in cause.en


def test_the_hint_tells_no_number() -> None:
    cause = explained(BEFORE - 0.1 * GRADIENT, reveal=Reveal.HINT).cause
    assert cause is not None
    assert "7" not in cause.en


def test_the_problem_speaks_of_the_argument() -> None:
    assert explained(BEFORE + GRADIENT).problem.en.startswith("An argument after the call")


def test_an_unrelated_step_is_unknown() -> None:
    other = torch.randn(5, 3, generator=torch.Generator().manual_seed(3))
    assert explained(BEFORE + other).cause_id == "unknown"


def test_without_the_values_before_nothing_is_said_of_a_step() -> None:
    assert not explained(BEFORE + 0.1 * GRADIENT / 7, before=None).cause_id.startswith("update.")


@pytest.mark.parametrize(
    ("cause_id", "name", "others_moved"),
    [
        ("update.none", "params[1]", False),
        ("update.some", "params[1]", True),
        ("update.none_key", "params['W']", False),
    ],
)
def test_what_did_not_move_is_judged_by_what_did(cause_id: str, name: str, others_moved: bool) -> None:
    made = explained(BEFORE, argument=InArgument(name=name, others_moved=others_moved))
    assert made.cause_id == cause_id
    assert made.problem.en.startswith(f"`{name}` after the call at [")


def test_an_array_that_did_not_move_gets_no_advice_about_tensors() -> None:
    step = explained(BEFORE.numpy(), right=RIGHT.numpy()).next_step
    assert step is not None
    assert "array" in step.en and "tensor" not in step.en


@pytest.mark.parametrize(("name", "cause_id"), [("params[0].grad", "update.gradient"), ("x", "update.kept")])
def test_what_should_have_stayed_is_said_to_have_been_changed(name: str, cause_id: str) -> None:
    made = explained(BEFORE / 7, right=BEFORE, argument=InArgument(name=name, others_moved=False))
    assert made.cause_id == cause_id
