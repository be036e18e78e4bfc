"""What a student may send instead of an answer, to every type: no crash, no hang, and never a point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking import Algebra, Mark, Marker, Response, Unreadable, Verdict, check, read
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
)
from grader.records import Text

MIB = 1 << 20
# Pieces of numbers, and what breaks readers of them.
PIECES = [
    "nan", "inf", "-inf", "Infinity", "1e999", "-1e-999", "9**9**9", "9^9^9^9", "10!", "1/0", "0/0", "0x1F", "1_0",
    "1e", "e", "１２", "٣", "०", "½", "²", "三", "1,5", "1.234,5", "1,234", "%", "−", "∞", "\x00", "\x1b[31m", "\u202e",
    "\ud800", "💥", "\n",
    "(", ")", "[", "]", "{", "}", ",", ";", " ", "=", "+", "-", "*", "/", "^", "torch.Size(", "tensor(",
    "__import__('os')",
    "ln", "sqrt", "max(", "C", "error", "lambda: 0", "..", "1" * 50, "(" * 60, "[[" * 40, "-" * 70,
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), min_size=1, max_size=6).map("".join)
LONG = [
    "1" * MIB,
    "x" * MIB,
    "(" * MIB,
    "[" * MIB,
    "-" * MIB,
    "9**" * (MIB // 3),
    "1," * (MIB // 2),
    "\n" * MIB,
    "０" * MIB,
]


def question(kind: QuestionType, body: Body, part: str = "") -> PublicQuestion:
    text = Text(en="?", zh="？")
    return PublicQuestion(id="q", part=part, type=kind, text=text, body=body, points=1, attempts=1, penalty=0)


def key(kind: QuestionType, answer: Answer, part: str = "") -> Key:
    partial = Partial.LCS if kind is QuestionType.ORDER else Partial.EACH
    return Key(id="q", part=part, type=kind, answer=answer, rules=Rules(partial=partial), version="1", seed="00")


NO = Wrong(because="m", say=Text(en="No", zh="不"))
OPTIONS = OptionsBody(options=(Option(id="k1"), Option(id="k2")))
TICKS = ChoiceKey(
    options=(OptionKey(id="k1", name="a", right=True), OptionKey(id="k2", name="b", right=False, wrong=NO))
)
ORDER = OrderKey(items=(ItemKey(id="k1", name="a"), ItemKey(id="k2", name="b", after=("k1",))))
MATCH = MatchKey(pairs=(PairKey(row="r1", option="k1", row_name="r", option_name="a"),), names={"k1": "a", "k2": "b"})
EXACT = Precision(sig_figs=3, relative="0.001", absolute="1e-9")
# Answers that none of the pieces, put together, comes near.
TYPES: dict[QuestionType, tuple[Body, Answer]] = {
    QuestionType.NUMBER: (TypedBody(precision=EXACT), TypedKey(answer="-7.7077e-77", precision=EXACT)),
    QuestionType.SHAPE: (TypedBody(), TypedKey(answer="[707, 7007, 70007]")),
    QuestionType.CODE_OUTPUT: (TypedBody(), TypedKey(answer="tensor([707.0707, 7007.])")),
    QuestionType.MATRIX: (
        TypedBody(rows=1, columns=2, precision=EXACT),
        TypedKey(answer="[[7.07e77, 7.007e77]]", precision=EXACT),
    ),
    QuestionType.EXPRESSION: (
        TypedBody(variables=("C",)),
        TypedKey(answer="sin(707*C)/7007", variables=(Variable(name="C"),)),
    ),
    QuestionType.CHOICE: (OPTIONS, TICKS),
    QuestionType.MULTI: (OPTIONS, TICKS),
    QuestionType.ORDER: (OPTIONS, ORDER),
    QuestionType.MATCH: (MatchBody(rows=(Option(id="r1"),), options=OPTIONS.options), MATCH),
}
TYPES[QuestionType.MULTI_PART] = (
    PartsBody(parts=tuple(question(kind, body, kind.value) for kind, (body, _) in TYPES.items())),
    PartsKey(parts=tuple(key(kind, answer, kind.value) for kind, (_, answer) in TYPES.items())),
)


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Algebra() as algebra:
        yield Marker(algebra)


def responses(kind: QuestionType, text: str) -> list[Response]:
    """Every form in which a text may come."""
    forms: list[Response] = [text, [text], [text, text], [[text, text]], {"r1": text}, {text: "k1"}, {text: [text]}]
    if kind is QuestionType.MULTI_PART:
        forms.append({part.value: text for part in TYPES})
    return forms


def test_every_type_is_attacked() -> None:
    assert set(TYPES) == set(QuestionType)


@pytest.mark.parametrize("kind", list(QuestionType), ids=lambda kind: kind.value)
@settings(max_examples=120, deadline=None, derandomize=True)
@given(text=HOSTILE)
def test_no_hostile_text_crashes_or_scores(marker: Marker, kind: QuestionType, text: str) -> None:
    body, answer = TYPES[kind]
    asked, own = question(kind, body), key(kind, answer)
    read(asked, text)
    for response in responses(kind, text):
        mark = marker.mark(asked, own, response)
        assert isinstance(mark, Unreadable) or not mark.share, response


@pytest.mark.parametrize("kind", list(QuestionType), ids=lambda kind: kind.value)
def test_a_megabyte_is_asked_back_or_worth_nothing(marker: Marker, kind: QuestionType) -> None:
    body, answer = TYPES[kind]
    asked, own = question(kind, body), key(kind, answer)
    for text in LONG:
        for response in responses(kind, text):
            mark = marker.mark(asked, own, response)
            assert isinstance(mark, Unreadable) or not mark.share


@pytest.mark.parametrize("kind", list(QuestionType), ids=lambda kind: kind.value)
def test_the_keys_that_are_attacked_can_be_answered(marker: Marker, kind: QuestionType) -> None:
    body, answer = TYPES[kind]
    assert check(question(kind, body), key(kind, answer), marker) == ()


# ------------------------------------------------------------------------------------ keys of what is chosen, checked


@pytest.mark.parametrize(
    ("kind", "answer", "says"),
    [
        (QuestionType.MULTI, ChoiceKey(options=(OptionKey(id="k2", name="b", right=False),)), "not earn full marks"),
        (
            QuestionType.ORDER,
            OrderKey(
                items=(
                    ItemKey(id="k1", name="a"),
                    ItemKey(id="k2", name="b", after=("k1",)),
                    ItemKey(id="k3", name="c"),
                ),
                wrong=(WrongOrder(sequence=("k3", "k2"), wrong=NO),),
            ),
            "right in some orders",
        ),
        (
            QuestionType.MATCH,
            MatchKey(pairs=MATCH.pairs, names=MATCH.names, wrong=(WrongPair(row="r1", option="k1", wrong=NO),)),
            "right in some orders",
        ),
    ],
)
def test_a_key_of_what_is_chosen_that_marks_unfairly_is_found(
    marker: Marker, kind: QuestionType, answer: Answer, says: str
) -> None:
    findings = check(question(kind, TYPES[kind][0]), key(kind, answer), marker)
    assert [says in finding.text.en and finding.is_error for finding in findings] == [True]


def test_known_mistakes_of_what_is_chosen_get_their_own_feedback(marker: Marker) -> None:
    order = OrderKey(items=ORDER.items, wrong=(WrongOrder(sequence=("k2", "k1"), wrong=NO),))
    match = MatchKey(pairs=MATCH.pairs, names=MATCH.names, wrong=(WrongPair(row="r1", option="k2", wrong=NO),))
    for kind, answer in ((QuestionType.ORDER, order), (QuestionType.MATCH, match), (QuestionType.MULTI, TICKS)):
        assert check(question(kind, TYPES[kind][0]), key(kind, answer), marker) == ()
    mark = marker.mark(question(QuestionType.ORDER, OPTIONS), key(QuestionType.ORDER, order), ["k2", "k1"])
    assert isinstance(mark, Mark) and mark.verdict is Verdict.WRONG and mark.known == (0,)
