"""What is neither a comparison nor an exception is explained as well."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.diagnosis import explain
from grader.examination.evidence import (
    Asserted,
    Call,
    Ended,
    Evidence,
    Facts,
    HandleMisused,
    InputChanged,
    MissingName,
    NotCallable,
    NotInGraph,
    Refused,
    Unusable,
)
from grader.records import Outcome, Reveal


def problem(evidence: Evidence, reveal: Reveal = Reveal.FULL) -> str:
    return explain(evidence, reveal=reveal).problem.en


@pytest.mark.parametrize(
    ("detail", "status", "outcome", "expected", "cause_id"),
    [
        ("call", 0, Outcome.TIMEOUT, "The call did not end within 2 s.", "ended.call"),
        (
            "again",
            0,
            Outcome.TIMEOUT,
            "The call did not end within 2 s. It was given no longer: the function had just used up its whole time "
            "in two tests, once on an input no larger than this.",
            "ended.call",
        ),
        ("exam", 0, Outcome.TIMEOUT, "The exam did not end within 2 s.", "ended.call"),
        ("reading", 0, Outcome.TIMEOUT, "Python cannot read your code within 2 s.", "ended.reading"),
        (
            "exam",
            0,
            Outcome.CRASHED,
            "What your code gave the tests made the process that runs them crash, and the exam was over.",
            "ended.exam_crashed",
        ),
        ("exam", 0, Outcome.MEMORY, "More than 2 MiB of memory were used.", "ended.memory"),
        ("memory", 0, Outcome.MEMORY, "More than 2 MiB of memory were used.", "ended.memory"),
        ("exit", 3, Outcome.CRASHED, "The program ended itself (exit status 3).", "ended.exit"),
        ("signal", 11, Outcome.CRASHED, "The program crashed (SIGSEGV).", "ended.signal"),
        ("signal", 999, Outcome.CRASHED, "The program crashed (signal).", "ended.signal"),
        ("wire", 0, Outcome.CRASHED, "The program wrote to a channel that belongs to the grader.", "ended.wire"),
        ("torch.softmax", 0, Outcome.FORBIDDEN, "`torch.softmax` may not be used in this exercise.", "ended.forbidden"),
        ("", 0, Outcome.FORBIDDEN, "Something is used that this exercise forbids.", "ended.forbidden"),
    ],
)
def test_an_end_says_which_limit_or_act(
    detail: str, status: int, outcome: Outcome, expected: str, cause_id: str
) -> None:
    ended = Ended(outcome=outcome, detail=detail, status=status, limit=2.0)
    assert problem(ended) == expected
    assert explain(ended, reveal=Reveal.HINT).cause_id == cause_id


def test_a_changed_input_shows_the_first_change() -> None:
    changed = InputChanged(
        parameter="logits",
        change="values",
        before=np.array([1.0, np.nan, 3.0]),
        after=np.array([1.0, np.nan, 0.5]),
        call=None,
    )
    assert problem(changed) == "The call changed its argument `logits` at [2] from 3 to 0.5."
    assert problem(changed, Reveal.HINT) == "The call changed its argument `logits`, which must stay as it was."


@pytest.mark.parametrize("change", ["values", "items", "shape", "grad", "requires_grad"])
def test_each_kind_of_change_has_its_cause(change: str) -> None:
    changed = InputChanged(parameter="params[0]", change=change, before=None, after=None, call=None)
    assert explain(changed, reveal=Reveal.HINT).cause_id == f"input_changed.{change}"
    assert "params[0]" in problem(changed, Reveal.HINT)


def test_an_argument_without_a_name_is_counted() -> None:
    changed = InputChanged(parameter="argument 2", change="values", before=None, after=None, call=None)
    assert "`argument 2`" in problem(changed, Reveal.HINT)


def test_a_missing_name_asks_did_you_mean() -> None:
    missing = MissingName(
        name="softmax", module="softmax.py", candidates=("soft_max", "np"), close_matches=("soft_max",)
    )
    explanation = explain(missing, reveal=Reveal.FULL)
    assert explanation.problem.en == "softmax.py has no public name `softmax`."
    assert explanation.cause is not None
    assert explanation.cause.en == "You have `soft_max`. Did you mean `softmax`?"


def test_a_missing_name_without_a_near_one_lists_what_there_is() -> None:
    missing = MissingName(name="softmax", module="softmax.py", candidates=("relu", "np"), close_matches=())
    explanation = explain(missing, reveal=Reveal.FULL)
    assert explanation.got is not None and explanation.got.en == "relu, np"


def test_what_cannot_be_called_is_named_with_its_type() -> None:
    found = NotCallable(name="softmax", module="softmax.py", is_class=False, type_name="Tensor")
    explanation = explain(found, reveal=Reveal.FULL)
    assert explanation.problem.en == "`softmax` is not a function."
    assert explanation.got is not None and explanation.got.en == "Tensor"
    assert explanation.next_step is not None and "`softmax =` in softmax.py" in explanation.next_step.en


def test_what_cannot_be_called_in_a_notebook_is_looked_for_in_cells() -> None:
    found = NotCallable(name="Net", module="", is_class=True, type_name="int", is_of_kernel=True)
    explanation = explain(found, reveal=Reveal.FULL)
    assert explanation.problem.en == "`Net` is not a class."
    assert explanation.next_step is not None and "cells" in explanation.next_step.en


def test_a_result_that_the_test_cannot_use_because_it_is_none() -> None:
    nothing = Facts(type_name="NoneType", text="None")
    unusable = Unusable(problem="TypeError: 'NoneType' object is not iterable", returned=nothing, call=None)
    assert explain(unusable, reveal=Reveal.HINT).cause_id == "type.none"


def test_a_call_that_returns_none_is_not_blamed_for_what_else_the_test_stumbles_over() -> None:
    nothing = Facts(type_name="NoneType", text="None")
    unusable = Unusable(problem="KeyError: 'mean'", returned=nothing, call=None)
    assert explain(unusable, reveal=Reveal.HINT).cause_id == "unusable"


def test_items_of_the_wrong_kind_do_not_blame_the_iterator_that_yielded_them() -> None:
    an_iterator = Facts(type_name="handle of generator")
    unusable = Unusable(problem="TypeError: Value after * must be an iterable", returned=an_iterator, call=None)
    assert explain(unusable, reveal=Reveal.HINT).cause_id == "unusable"


def test_a_lost_graph_names_what_cuts_it(a_call: Callable[..., Call]) -> None:
    explanation = explain(NotInGraph(call=a_call(None, x=1)), reveal=Reveal.HINT)
    assert explanation.cause is not None and ".detach()" in explanation.cause.en


def test_a_refused_result_says_how_large_it_is() -> None:
    refused = Refused(
        reason="too-large", returned=Facts(type_name="Tensor", shape=(9000, 9000), dtype="float32"),
        nbytes=324 << 20, limit_bytes=64 << 20, call=None,
    )  # fmt: skip
    assert problem(refused) == "The result has 324 MiB, the limit is 64 MiB."
    explanation = explain(refused, reveal=Reveal.FULL)
    assert explanation.got is not None and explanation.got.en == "Tensor of shape (9000, 9000), float32"


def test_a_handle_and_an_assert_are_explained() -> None:
    assert problem(HandleMisused(operation="==", type_name="Net", call=None)).startswith("The result is an object")
    asserted = Asserted(message="assert 3 == 4\n  where 3 = f()", call=None)
    assert problem(asserted) == "A check of the test does not hold: assert 3 == 4\n  where 3 = f()"
