"""A hidden test tells its student no input, no expected value, and nothing that the student's code made up."""

from __future__ import annotations

import builtins
import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from grader.diagnosis import Finding, explain
from grader.diagnosis.attributes import is_honest_shape
from grader.diagnosis.raised import _BY_TYPE, _RULES
from grader.diagnosis.reveal import is_familiar_exception
from grader.diagnosis.wording import same
from grader.examination.compare import compare
from grader.examination.evidence import (
    Asserted,
    Call,
    Compared,
    Ended,
    Evidence,
    Facts,
    HandleMisused,
    InputChanged,
    MissingName,
    NotCallable,
    NotInGraph,
    Raised,
    Refused,
    Unusable,
)
from grader.records import Outcome, Reveal, SourceLine

Plant = Callable[..., Compared]

SECRET = 7919.125  # an input or expected value
LINE = SourceLine(file="softmax.py", line=3, function="s7919", source="return x", column=8)
CALL = Call(
    function="softmax", args=(torch.tensor([SECRET, 1.0]), 17), kwargs={}, result=None,
    text="softmax(Tensor(2), n=17)", text_full="softmax(tensor([7919.1250, 1.]), n=17)", names=("logits", "n"),
)  # fmt: skip


def compared(actual: object, expected: object) -> Compared:
    mismatch = compare(actual, expected)
    assert mismatch is not None
    return Compared(mismatch=mismatch, call=CALL, direct=True, calls=(CALL,))


class N7919:
    """A class that spells a secret."""


EVIDENCE: list[Evidence] = [
    compared(torch.tensor([0.0, 1.0]), torch.tensor([SECRET, 1.0])),
    compared(torch.tensor([SECRET, float("nan")]), torch.tensor([SECRET, 1.0])),
    compared(2 * torch.tensor([SECRET, 3.3, 4.4, 5.5]), torch.tensor([SECRET, 3.3, 4.4, 5.5])),
    compared(torch.arange(9.0) * SECRET, torch.arange(9.0) * 3.1),
    compared(torch.arange(9.0) + SECRET, torch.arange(9.0)),
    compared(0.0, SECRET),
    compared("7919", "7919 again"),
    compared([7919, 1], [1, 7919]),
    compared({"k7919": 1}, {"w7919": 1}),
    compared({"w7919": 1}, {"w7919": 2}),
    compared(N7919(), SECRET),
    compared(torch.zeros(0, 7919, 7919), torch.zeros(2, 3)),
    compared([0] * 7919, [1]),
    Asserted(message="assert 7919.125 == 3", call=CALL),
    Raised(type_name="ValueError", message="7919.125", traceback=(LINE, LINE), call=CALL, signature="f(x7919)"),
    Raised(type_name="E7919", message="7919.125", traceback=(LINE,), call=CALL),
    Raised(
        type_name="TypeError", message="softmax() takes 7919 positional", traceback=(), call=CALL,
        signature="softmax(x7919)", expected_signature="softmax(logits)",
    ),
    Raised(type_name="NameError", message="name 'x7919' is not defined", traceback=(LINE,), call=CALL),
    Raised(type_name="RuntimeError", message="shapes cannot be multiplied (7919x7 and 9x1)", traceback=(), call=CALL),
    Unusable(problem="TypeError: 7919.125", returned=Facts(type_name="handle of N7919"), call=CALL),
    Unusable(problem="TypeError: 7919.125", returned=Facts(type_name="list", length=7919, text="[7919]"), call=CALL),
    InputChanged(parameter="logits", change="values", before=np.array([SECRET]), after=np.array([0.0]), call=CALL),
    NotInGraph(call=CALL),
    MissingName(name="softmax", module="softmax.py", candidates=("x7919",), close_matches=("softmax7919",)),
    NotCallable(name="softmax", module="softmax.py", is_class=False, type_name="N7919"),
    NotCallable(name="Net", module="(notebook)", is_class=True, type_name="N7919", is_of_kernel=True),
    Refused(reason="too-large", returned=Facts(type_name="N7919"), nbytes=7919 << 20, limit_bytes=1, call=CALL),
    Refused(reason="unsupported", returned=Facts(type_name="N7919"), nbytes=0, limit_bytes=1, call=CALL),
    HandleMisused(operation="==", type_name="N7919", call=CALL),
    Ended(outcome=Outcome.TIMEOUT, detail="call", limit=2.0, traceback=(LINE, LINE), call=CALL),
    Ended(outcome=Outcome.CRASHED, detail="exit", status=7919, call=CALL),
]  # fmt: skip
IDS = [f"{i}-{type(e).__name__}" for i, e in enumerate(EVIDENCE)]


def everything(evidence: Evidence, reveal: Reveal) -> str:
    return json.dumps(asdict(explain(evidence, reveal=reveal)), ensure_ascii=False)


@pytest.mark.parametrize("evidence", EVIDENCE, ids=IDS)
@pytest.mark.parametrize("reveal", [Reveal.NONE, Reveal.HINT])
def test_below_full_no_value_and_nothing_made_up_is_shown(evidence: Evidence, reveal: Reveal) -> None:
    assert "7919" not in everything(evidence, reveal)


@pytest.mark.parametrize("evidence", EVIDENCE, ids=IDS)
def test_shapes_too_spell_no_secret(evidence: Evidence) -> None:
    """The keys of an expected dictionary, in the path, are the author's and may show at SHAPE."""
    shown = everything(evidence, Reveal.SHAPE).replace("['w7919']", "")
    assert "7919" not in shown


@pytest.mark.parametrize("evidence", EVIDENCE, ids=IDS)
def test_none_says_only_that_it_failed(evidence: Evidence) -> None:
    explanation = explain(evidence, reveal=Reveal.NONE)
    assert explanation.problem.en == "A hidden check failed."
    assert (explanation.cause_id, explanation.call, explanation.cause, explanation.traceback) == (
        "hidden",
        None,
        None,
        (),
    )


@pytest.mark.parametrize("evidence", EVIDENCE, ids=IDS)
@pytest.mark.parametrize("reveal", [Reveal.HINT, Reveal.SHAPE, Reveal.FULL])
def test_every_failure_has_a_problem_a_cause_and_a_next_step_in_both_languages(
    evidence: Evidence, reveal: Reveal
) -> None:
    explanation = explain(evidence, reveal=reveal)
    for text in (explanation.problem, explanation.cause, explanation.next_step):
        assert text is not None
        assert text.en and text.zh and any("\u4e00" <= c <= "\u9fff" for c in text.zh)


def test_a_hint_reduces_the_call_to_its_name() -> None:
    assert explain(NotInGraph(call=CALL), reveal=Reveal.HINT).call == "softmax(…)"
    assert explain(NotInGraph(call=CALL), reveal=Reveal.SHAPE).call == "softmax(Tensor(2), n=17)"
    assert explain(NotInGraph(call=CALL), reveal=Reveal.FULL).call == "softmax(tensor([7919.1250, 1.]), n=17)"


def test_shape_shows_shapes_and_full_shows_values() -> None:
    evidence = compared(torch.zeros(3, 2), torch.ones(2, 3))
    assert explain(evidence, reveal=Reveal.HINT).problem.en == "The result has the wrong shape."
    assert explain(evidence, reveal=Reveal.SHAPE).problem.en == "The result has shape (3, 2), expected (2, 3)."
    values = explain(compared(torch.tensor([0.25, 1]), torch.tensor([0.5, 1])), reveal=Reveal.FULL)
    assert values.problem.en == "The result at [0] is 0.25, expected 0.5 (within 1.1e-05)."
    assert (values.expected, values.got) == (same("[0.5, 1. ]"), same("[0.25, 1.  ]"))
    assert values.where is not None and values.where.en == "1 of 2 values differ; largest error 0.25"


@pytest.mark.parametrize(
    ("got", "shown"),
    [
        ((3, 2), "(3, 2)"),
        ((3, 3), "(3, 3)"),
        ((0, 5), "(0, 5)"),  # 5 is a size of an argument
        ((3, 2, 1), "(3, 2, 1)"),
        ((5, 3, 1), "(5, 3, 1)"),
        ((6,), "(?,)"),  # no size, but a product of sizes
        ((4,), "(?,)"),  # nor next to one
        ((3, 2, 4242), "(?, ?, ?)"),
        ((3, 3, 2), "(?, ?, ?)"),  # 3 stands once in each shape
        ((0, 3, 2), "(?, ?, ?)"),
        ((1, 1, 3, 2), "(?, ?, ?, ?)"),  # two axes more than expected
    ],
)
def test_of_a_shape_that_is_not_made_of_the_calls_sizes_only_the_rank_is_shown(
    got: tuple[int, ...], shown: str
) -> None:
    call = replace(CALL, args=(torch.zeros(2, 5),), names=("x",))
    evidence = replace(compared(torch.zeros(got), torch.ones(2, 3)), call=call)
    assert explain(evidence, reveal=Reveal.SHAPE).problem.en == f"The result has shape {shown}, expected (2, 3)."
    assert str(got) in explain(evidence, reveal=Reveal.FULL).problem.en


def test_the_shapes_that_are_shown_of_a_result_of_four_axes_are_as_many_as_is_written() -> None:
    known = ((2, 3, 4, 5),)
    sizes = (0, 1, 2, 3, 4, 5, 6, 20)
    shapes = [shape for rank in range(7) for shape in itertools.product(sizes, repeat=rank) if rank < 6]
    assert sum(len(shape) > 2 and is_honest_shape(shape, known) for shape in shapes) == 73 + 209 + 501
    assert sum(len(shape) < 3 and is_honest_shape(shape, known) for shape in shapes) == 1 + 6 + 36
    assert not is_honest_shape((1,) * 6, known)


@pytest.mark.parametrize("reveal", [Reveal.HINT, Reveal.SHAPE])
def test_of_the_traceback_of_a_hidden_test_the_line_that_may_be_told_is_shown_and_no_other(reveal: Reveal) -> None:
    """A chain of calls could spell the input, one frame a bit; so could the number of one line."""
    raised = Raised(type_name="ValueError", message="", traceback=(LINE, LINE, LINE), call=CALL)
    ended = Ended(outcome=Outcome.CRASHED, detail="exit", traceback=(LINE, LINE, LINE))
    told = replace(LINE, line=2)
    for evidence in (raised, ended):
        assert len(explain(evidence, reveal=Reveal.FULL).traceback) == 3
        assert explain(evidence, reveal=reveal).traceback == ()
        (line,) = explain(replace(evidence, told=told), reveal=reveal).traceback
        assert (line.line, line.source, line.function, line.column) == (2, "return x", "", 0)


def test_of_a_forbidden_name_that_the_child_told_a_hidden_test_shows_the_rule() -> None:
    ended = Ended(outcome=Outcome.FORBIDDEN, detail="torch.optim.adam.Adam", rule="torch.optim.*")
    assert "`torch.optim.*`" in explain(ended, reveal=Reveal.SHAPE).problem.en
    assert "`torch.optim.adam.Adam`" in explain(ended, reveal=Reveal.FULL).problem.en


def test_how_long_a_thread_went_on_is_told_of_visible_tests_only() -> None:
    ended = Ended(outcome=Outcome.FORBIDDEN, detail="background", background_s=0.37)
    assert "0.37" not in everything(ended, Reveal.SHAPE)
    assert "0.37 s" in explain(ended, reveal=Reveal.FULL).problem.en


def test_all_that_an_exception_may_say_below_full_is_seven_bits() -> None:
    """docs/design/reveal.md names the number: whoever adds a rule or a type that is named, counts again."""
    names = [name for name, value in vars(builtins).items() if isinstance(value, type) and is_familiar_exception(name)]
    causes = {name: {_BY_TYPE.get(name, "raised")} for name in (*names, "AxisError", "LinAlgError", "OutOfMemoryError")}
    causes["another's own"] = {"raised"}
    for rule in _RULES:
        for name in rule.types.split("|"):
            causes.get(name, causes["another's own"]).add(rule.cause_id)
    causes["TypeError"].add("raised.signature")
    assert 100 < sum(map(len, causes.values())) <= 140


def test_which_of_two_results_is_wrong_is_shown_but_not_a_key() -> None:
    where = explain(compared((1, 2.5), (1, 3.5)), reveal=Reveal.HINT).where
    assert where is not None and where.en == "in item [1]"
    assert explain(compared({"w": 1}, {"w": 2}), reveal=Reveal.HINT).where is None


@pytest.mark.parametrize(
    ("name", "familiar"),
    [("ValueError", True), ("AxisError", True), ("print", False), ("E7919", False), ("", False), ("os.system", False)],
)
def test_only_exceptions_of_known_classes_are_named(name: str, familiar: bool) -> None:
    assert is_familiar_exception(name) is familiar


def test_a_misconception_of_the_exercise_comes_before_the_generic_causes(plant: Plant) -> None:
    own = Finding(cause_id="misconception.softmax_twice", hint=same("You take softmax twice."), next_step=same("Once."))
    x = torch.rand(9) + 1
    for evidence in (plant(2 * x, x), NotInGraph(call=CALL)):
        explanation = explain(evidence, reveal=Reveal.HINT, findings=[own])
        assert (explanation.cause_id, explanation.cause, explanation.next_step) == (
            own.cause_id,
            own.hint,
            own.next_step,
        )
