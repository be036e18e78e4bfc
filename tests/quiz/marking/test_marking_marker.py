"""Any question, read by its public half and marked by its key; and keys that cannot be marked fairly are found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.quiz.marking import (
    Algebra,
    Mark,
    Marker,
    Reading,
    Response,
    Unreadable,
    Verdict,
    check,
    collisions,
    made,
    read,
)
from grader.quiz.model import (
    Answer,
    Body,
    ChoiceKey,
    ItemKey,
    Key,
    MatchBody,
    MatchKey,
    Option,
    OptionKey,
    OptionsBody,
    OrderKey,
    PairKey,
    Partial,
    PartsBody,
    PartsKey,
    Precision,
    PublicQuestion,
    QuestionType,
    Rules,
    TypedBody,
    TypedKey,
    Variable,
    Wrong,
    WrongOrder,
    WrongPair,
    WrongValue,
)
from grader.records import Text

THREE = Precision(sig_figs=3)


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Algebra() as algebra:
        yield Marker(algebra)


def public(kind: QuestionType, body: Body, part: str = "") -> PublicQuestion:
    text = Text(en="?", zh="？")
    return PublicQuestion(id="q", part=part, type=kind, text=text, body=body, points=1, attempts=1, penalty=0)


def key(
    kind: QuestionType, answer: Answer, *, partial: Partial = Partial.NONE, points: float = 1, part: str = ""
) -> Key:
    rules = Rules(points=points, partial=partial)
    return Key(id="q", part=part, type=kind, answer=answer, rules=rules, version="1", seed="00")


def test_a_known_wrong_fraction_in_a_question_for_a_whole_number_harms_nobody(marker: Marker) -> None:
    question = public(QuestionType.NUMBER, TypedBody(whole=True))
    known = (WrongValue(value="7.5", wrong=because("halves")), WrongValue(value="3", wrong=because("thirds")))
    own = key(QuestionType.NUMBER, TypedKey(answer="15", wrong=known))
    assert check(question, own, marker) == ()
    asked_back = marker.mark(question, own, "7.5")
    assert isinstance(asked_back, Unreadable) and "whole number" in asked_back.reason.en
    mark = marker.mark(question, own, "3")
    assert isinstance(mark, Mark) and mark.known == (1,)
    half = key(QuestionType.NUMBER, TypedKey(answer="7.5"))
    assert [one.rule for one in check(question, half, marker) if one.is_error] == ["not-right"]


def because(name: str) -> Wrong:
    return Wrong(because=name, say=Text(en=f"about {name}", zh=f"关于 {name}"))


def typed(answer: str, *wrong: str, precision: Precision | None = None, variables: tuple[str, ...] = ()) -> TypedKey:
    return TypedKey(
        answer=answer,
        wrong=tuple(WrongValue(value=one, wrong=because(f"m{i}")) for i, one in enumerate(wrong)),
        precision=precision,
        variables=tuple(Variable(name=name) for name in variables),
    )


TYPED = {
    "number": (
        QuestionType.NUMBER,
        TypedBody(precision=THREE),
        typed("1.1259e15", "100", "5.63e14", "2500", "1", precision=THREE),
    ),
    "infinite": (QuestionType.NUMBER, TypedBody(), typed("inf", "nan", "0", "3.4e38")),
    "shape": (QuestionType.SHAPE, TypedBody(), typed("[1, 24]", "[24]", "[1, 4]", "error")),
    "output": (QuestionType.CODE_OUTPUT, TypedBody(), typed("tensor([0., 1.])", "tensor([0, 1])", "[0., 1.]", "error")),
    "matrix": (QuestionType.MATRIX, TypedBody(rows=2, columns=1), typed("[[1], [2]]", "[[2], [1]]")),
    "formula": (
        QuestionType.EXPRESSION,
        TypedBody(variables=("C",)),
        typed("ln(C)", "1/C", "log10(C)", "0", variables=("C",)),
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_the_model_answer_earns_all_and_each_wrong_one_nothing_and_its_own_feedback(marker: Marker, name: str) -> None:
    kind, body, answer = TYPED[name]
    question, own = public(kind, body), key(kind, answer)
    right = marker.mark(question, own, answer.answer)
    assert isinstance(right, Mark) and right.share == 1 and made(own, right) == ()
    for wrong in answer.wrong:
        mark = marker.mark(question, own, wrong.value)
        assert isinstance(mark, Mark) and mark.share == 0
        assert made(own, mark) == (wrong.wrong,)
    assert check(question, own, marker) == ()


def test_how_an_answer_is_read_depends_on_the_public_half_alone(marker: Marker) -> None:
    question = public(QuestionType.NUMBER, TypedBody(unit=Text(en="MiB", zh="兆字节"), whole=True))
    for text, shown in [("12 MiB", "12"), ("12 兆字节", "12"), ("1,024", "1024")]:
        reading = read(question, text)
        assert isinstance(reading, Reading) and reading.shown.en == shown
    for answer in ("12", "inf", "1024"):
        own = key(QuestionType.NUMBER, typed(answer))
        assert isinstance(marker.mark(question, own, "12 MB"), Unreadable)
        assert isinstance(marker.mark(question, own, "inf"), Mark)  # asked back of nobody: that would tell


CHOICE = ChoiceKey(
    options=(OptionKey(id="k1", name="c0", right=True), OptionKey(id="k2", name="c1", right=False, wrong=because("m")))
)
ORDER = OrderKey(
    items=(ItemKey(id="i1", name="back"), ItemKey(id="i2", name="step", after=("i1",))),
    wrong=(WrongOrder(sequence=("i2", "i1"), wrong=because("m")),),
)
MATCH = MatchKey(
    pairs=(
        PairKey(row="r1", option="o1", row_name="a", option_name="b"),
        PairKey(row="r2", option="o2", row_name="c", option_name="d"),
    ),
    names={"o1": "b", "o2": "d", "o3": "e"},
    wrong=(WrongPair(row="r1", option="o3", wrong=because("m")),),
)
OPTIONS = OptionsBody(options=(Option(id="k1"), Option(id="k2")))
CHOSEN: dict[str, tuple[QuestionType, Body, Answer, Response, Response, Fraction]] = {
    "choice": (QuestionType.CHOICE, OPTIONS, CHOICE, "k1", "k2", Fraction(0)),
    "multi": (QuestionType.MULTI, OPTIONS, CHOICE, ["k1"], ["k1", "k2"], Fraction(0)),
    "order": (QuestionType.ORDER, OPTIONS, ORDER, ["i1", "i2"], ["i2", "i1"], Fraction(0)),
    "match": (
        QuestionType.MATCH,
        MatchBody(rows=(), options=()),
        MATCH,
        {"r1": "o1", "r2": "o2"},
        {"r1": "o3", "r2": "o2"},
        Fraction(1, 2),
    ),
}


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_chosen_is_marked_with_its_feedback(marker: Marker, name: str) -> None:
    kind, body, answer, right, wrong, share = CHOSEN[name]
    question, own = public(kind, body), key(kind, answer, partial=Partial.EACH)
    full, other = marker.mark(question, own, right), marker.mark(question, own, wrong)
    assert isinstance(full, Mark) and full.verdict is Verdict.RIGHT
    assert isinstance(other, Mark) and other.share == share and made(own, other) == (because("m"),)


def parts() -> tuple[PublicQuestion, Key]:
    first, second = TYPED["shape"], TYPED["number"]
    body = PartsBody(parts=(public(first[0], first[1], "a"), public(second[0], second[1], "b")))
    keys = PartsKey(parts=(key(first[0], first[2], part="a"), key(second[0], second[2], part="b", points=3)))
    return public(QuestionType.MULTI_PART, body), key(QuestionType.MULTI_PART, keys)


def test_parts_are_marked_one_by_one_and_keep_their_feedback(marker: Marker) -> None:
    question, own = parts()
    mark = marker.mark(question, own, {"a": "24", "b": "1.13e15"})
    assert isinstance(mark, Mark) and mark.share == Fraction(3, 4)
    assert [part.verdict for part in mark.parts] == [Verdict.WRONG, Verdict.RIGHT]
    assert [wrong.because for wrong in made(own, mark)] == ["m0"]
    assert isinstance(marker.mark(question, own, {"a": "x", "b": "1"}), Unreadable)
    blank = marker.mark(question, own, {})
    assert isinstance(blank, Mark) and blank.verdict is Verdict.BLANK
    assert check(question, own, marker) == ()


ANYTHING = st.recursive(
    st.text(max_size=5) | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "r1", "k1", "o1"]), inner, max_size=4)
    ),
    max_leaves=8,
)
EVERY = [(kind, body, answer) for kind, body, answer in TYPED.values()] + [entry[:3] for entry in CHOSEN.values()]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(EVERY), ANYTHING)
def test_no_json_makes_marking_fail_or_scores(
    marker: Marker, entry: tuple[QuestionType, Body, Answer], response: Response
) -> None:
    kind, body, answer = entry
    mark = marker.mark(public(kind, body), key(kind, answer), response)
    assert isinstance(mark, Mark | Unreadable)
    if isinstance(mark, Mark) and mark.share:
        assert response in ("k1", ["k1"])
    question, own = parts()
    whole = marker.mark(question, own, response)
    assert isinstance(whole, Unreadable) or not whole.share


def test_nested_lists_without_end_are_refused(marker: Marker) -> None:
    nested: Response = []
    for _ in range(5_000):
        nested = [nested]  # type: ignore[list-item]
    for kind, body, answer in EVERY:
        assert isinstance(marker.mark(public(kind, body), key(kind, answer), nested), Unreadable)


def test_an_answer_that_nobody_can_read_is_the_authors_fault(marker: Marker) -> None:
    question = public(QuestionType.NUMBER, TypedBody())
    with pytest.raises(AuthorError, match="1,234"):
        marker.mark(question, key(QuestionType.NUMBER, typed("1,234")), "5")


@pytest.mark.parametrize(
    ("kind", "answer", "says"),
    [
        (QuestionType.NUMBER, typed("1.234", "1.2251", precision=THREE), "taken for the right one"),
        (QuestionType.NUMBER, typed("0", precision=THREE), "absolute tolerance"),
        (QuestionType.NUMBER, typed("0.30000000000000004"), "significant figures"),
        (QuestionType.NUMBER, typed("1", "2", "2.0"), "feedback of another"),
        (QuestionType.SHAPE, typed("[1, 24]", "1x24"), "taken for the right one"),
        (QuestionType.EXPRESSION, typed("2*C", "C + C", variables=("C",)), "taken for the right one"),
    ],
)
def test_a_key_that_cannot_be_marked_fairly_is_found(
    marker: Marker, kind: QuestionType, answer: TypedKey, says: str
) -> None:
    question = public(kind, TypedBody(variables=("C",)))
    findings = check(question, key(kind, answer), marker)
    assert len(findings) == 1 and says in findings[0].text.en and findings[0].is_error and findings[0].question == "q"
    assert collisions(question, key(kind, answer), marker) == ((0,) if "taken" in says else ())


def test_marking_loads_neither_torch_nor_numpy_nor_sympy() -> None:
    script = (
        "import sys; from grader.quiz.marking import Algebra; from grader.quiz.marking.numbers import read_number;"
        "read_number('ln(2)'); Algebra().close(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "sympy", "mpmath", "hypothesis", "rich", "msgspec"} & set(done.stdout.split())
