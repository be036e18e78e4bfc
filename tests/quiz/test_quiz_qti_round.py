"""A quiz that goes out as QTI comes back as it was fitted; and its own rules mark answers as the marker here does."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path

import pytest
from exchange_bank import QUIZZES, SOLUTIONS, booklet, shown

from grader.quiz.exchange import qti
from grader.quiz.exchange.decimals import bounds, number_in
from grader.quiz.exchange.leaf import (
    Booklet,
    Choice,
    Choices,
    Content,
    Group,
    Known,
    KnownOrder,
    Leaf,
    Match,
    Order,
    OrderItem,
    Parts,
    Remark,
    Typed,
)
from grader.quiz.exchange.losses import Weight
from grader.quiz.exchange.qti.elements import document
from grader.quiz.exchange.qti.interpreting import Interpreter, Value
from grader.quiz.exchange.qti.item import item
from grader.quiz.exchange.qti.parsing import parsed
from grader.quiz.exchange.quiz_file import quiz_yaml
from grader.quiz.marking import orders
from grader.quiz.marking.choices import Choosable, Pair, mark_match, mark_multi
from grader.quiz.marking.mark import Mark
from grader.quiz.marking.precision import accepts
from grader.quiz.marking.reader import precision_of
from grader.quiz.model import Partial, Precision, QuestionType
from grader.quiz.reading import quiz_of, read_quiz
from grader.records import Language

RESPONSE = "RESPONSE"
TINY = Fraction(1, 10**9)


def interpreter(leaf: Leaf) -> Interpreter:
    """The rules of a question as they stand in its file."""
    return Interpreter(parsed(document(item(leaf, "one", Language.EN, "1")), "one.xml"))


def share(run: Interpreter, leaf: Leaf, **given: Value) -> Fraction:
    return run.run(given).score / Fraction(repr(leaf.points))


def fitted_leaves(kind: QuestionType) -> Iterator[Leaf]:
    for name in QUIZZES:
        for leaf in qti.fit(booklet(name, Language.EN)).booklet.leaves:
            if leaf.type is kind:
                yield leaf


def held(content: Content, kind: QuestionType, **more: object) -> Leaf:
    """One question as QTI holds it."""
    leaf = Leaf(id="q", type=kind, text="?", content=content, **more)  # type: ignore[arg-type]
    one = Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,))
    return qti.fit(one).booklet.leaves[0]


# ------------------------------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", QUIZZES)
def test_a_quiz_comes_back_from_qti_as_it_was_fitted(name: str, language: Language) -> None:
    fitted = qti.fit(booklet(name, language))
    back = qti.read(qti.write(fitted), origin="file.zip", language=language)
    assert shown(back.booklet) == shown(fitted.booklet)
    assert back.notes == ()


def test_what_comes_back_from_qti_is_a_quiz_again(tmp_path: Path) -> None:
    name = QUIZZES[1]
    asked = {v for one in read_quiz(SOLUTIONS / name).questions for v in one.variables}
    fitted = qti.fit(booklet(name, Language.EN))
    back = qti.read(qti.write(fitted), origin="file.zip", language=Language.EN)
    written = quiz_yaml(back.booklet, tmp_path / name, name[:6])
    quiz = quiz_of(tmp_path / name, written.content, None)
    assert len(quiz.questions) == len(fitted.booklet.leaves)
    assert {v for one in quiz.questions for v in one.variables} == asked
    assert {v.name for v in asked if v.whole} == {"t"}


@pytest.mark.parametrize("name", QUIZZES)
def test_nothing_is_lost_in_qti_that_was_not_announced(name: str) -> None:
    whole = booklet(name, Language.EN)
    fitted = qti.fit(whole)
    after = {leaf.id: leaf for leaf in fitted.booklet.leaves}
    for leaf in whole.leaves:
        kinds = {change.kind for change in fitted.changes if change.question == leaf.id}
        new = after[leaf.id]
        assert new.text == leaf.text
        assert (new.hints, new.explanation, new.topics) == (leaf.hints, leaf.explanation, leaf.topics)
        assert new.points == leaf.points
        assert new.attempts == leaf.attempts
        assert new.partial == leaf.partial or "partial" in kinds
        assert new.penalty == leaf.penalty or "penalty" in kinds
        parts = leaf.content.parts if isinstance(leaf.content, Parts) else ()
        assert any(one.hints for one in (leaf, *parts)) == ("hints" in kinds)


def test_the_same_quiz_is_the_same_package() -> None:
    whole = booklet(QUIZZES[0], Language.EN)
    first = qti.write(qti.fit(whole))
    assert first == qti.write(qti.fit(whole))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_time_order_and_draws_come_back() -> None:
    def simple(name: str) -> Leaf:
        return Leaf(
            id=name, type=QuestionType.NUMBER, text="How many?", content=Typed(answer="7"), points=2.5, attempts=None
        )

    pool = Group(id="pool", pick=2, leaves=(simple("a"), simple("b"), simple("c")))
    whole = Booklet(
        id="quiz07", title="A & <B>", about="Read *this*.", language=Language.ZH, items=(pool, simple("d")),
        time_limit_s=1200.0, shuffled=True,
    )  # fmt: skip
    back = qti.read(qti.write(qti.fit(whole)), origin="file.zip", language=Language.ZH).booklet
    assert shown(back) == shown(qti.fit(whole).booklet)
    assert back.items[0].pick == 2  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------- marking, compared


def test_ticks_earn_what_they_earn_here() -> None:
    leaves = list(fitted_leaves(QuestionType.MULTI))
    assert leaves
    for leaf in leaves:
        assert isinstance(leaf.content, Choices)
        options = [Choosable(id=f"choice_{n}", right=one.right) for n, one in enumerate(leaf.content.options, start=1)]
        run = interpreter(leaf)
        for ticks in product((False, True), repeat=len(options)):
            given = tuple(one.id for one, tick in zip(options, ticks, strict=True) if tick)
            mark = mark_multi(options, given, partial=leaf.partial is Partial.EACH)
            assert isinstance(mark, Mark)
            assert mark.share is not None
            assert abs(share(run, leaf, RESPONSE=given or None) - mark.share) < TINY


def test_rows_earn_what_they_earn_here() -> None:
    chance = random.Random(1)
    for leaf in fitted_leaves(QuestionType.MATCH):
        content = leaf.content
        assert isinstance(content, Match)
        right = [Pair(f"row_{n}", f"option_{row.option + 1}") for n, row in enumerate(content.rows, start=1)]
        options = [f"option_{n}" for n in range(1, len(content.options) + 1)]
        run = interpreter(leaf)
        for _ in range(60):
            chosen = {pair.row: chance.choice([*options, pair.option, ""]) for pair in right}
            mark = mark_match(right, options, chosen, partial=leaf.partial is Partial.EACH)
            assert isinstance(mark, Mark)
            given = tuple(f"{row} {option}" for row, option in chosen.items() if option)
            assert mark.share is not None
            assert abs(share(run, leaf, RESPONSE=given or None) - mark.share) < TINY


MANY = Order(
    items=(
        OrderItem(text="a"),
        OrderItem(text="b"),
        OrderItem(text="c"),
        OrderItem(text="d", after=(0,)),
        OrderItem(text="e"),
    ),
    wrong=(KnownOrder(sequence=(3, 0), remark=Remark(because="turned", say="Turned.")),),
)


def test_every_order_counts_as_it_does_here() -> None:
    leaves = [one for one in fitted_leaves(QuestionType.ORDER) if len(one.content.items) <= 5]  # type: ignore[union-attr]
    leaves = [*leaves[:2], held(MANY, QuestionType.ORDER)]
    for leaf in leaves:
        content = leaf.content
        assert isinstance(content, Order)
        run = interpreter(leaf)
        names = run.responses[RESPONSE].correct or ()
        before = orders.closed(
            {str(names[n]): [str(names[b]) for b in one.after] for n, one in enumerate(content.items)}
        )
        known = [[str(names[place]) for place in wrong.sequence] for wrong in content.wrong]
        for given in permutations(map(str, names)):
            mark = orders.mark_order(before, given, known, partial=False)
            assert isinstance(mark, Mark)
            ran = run.run({RESPONSE: given})
            assert ran.score == mark.share
            told = {name for name, value in ran.outcomes.items() if name.startswith("FEEDBACK_W") and value}
            assert told == {f"FEEDBACK_W{place + 1}" for place in mark.known}


def test_more_right_orders_than_can_be_listed_are_held_all_the_same() -> None:
    leaf = held(MANY, QuestionType.ORDER)  # 60 right orders
    whole = Booklet(id="quiz01", title="T", language=Language.EN, items=(leaf,))
    back = qti.read(qti.write(qti.fit(whole)), origin="file.zip", language=Language.EN)
    assert back.booklet.leaves[0].content == MANY


def test_numbers_are_near_enough_where_they_are_here() -> None:
    count = 0
    for leaf in fitted_leaves(QuestionType.NUMBER):
        content = leaf.content
        assert isinstance(content, Typed)
        answer = number_in(content.answer)
        assert isinstance(answer, Fraction)
        run = interpreter(leaf)
        precision = precision_of(content.precision)
        steps = [Fraction(n, d) for d in (10, 10**3, 4 * 10**3, 10**5) for n in (-3, -2, -1, 0, 1, 2, 3)]
        tried = [answer + step * (answer or 1) for step in steps] + [answer + step / 100 for step in steps]
        for given in tried:
            count += 1
            assert share(run, leaf, RESPONSE=(given,)) == accepts(answer, given, precision), (leaf.id, given)
        assert share(run, leaf, RESPONSE=None) == 0
    assert count > 1000


@pytest.mark.parametrize("sign", [1, -1])
def test_a_relative_tolerance_reaches_as_far_below_the_answer_as_above(sign: int) -> None:
    precision = Precision(relative="0.01")
    reach = bounds(Fraction(20 * sign), precision)
    assert reach is not None
    assert (reach.low, reach.high) == (20 * sign - Fraction("0.2"), 20 * sign + Fraction("0.2"))
    leaf = held(Typed(answer=str(20 * sign), precision=precision), QuestionType.NUMBER)
    run = interpreter(leaf)
    for text, right in {"19.8": 1, "20": 1, "20.2": 1, "19.79": 0, "20.21": 0}.items():
        assert share(run, leaf, RESPONSE=(sign * Fraction(text),)) == right, text


def test_who_rounds_to_more_figures_than_asked_is_right() -> None:
    content = Typed(answer="1.23499", precision=Precision(sig_figs=3))
    leaf = held(content, QuestionType.NUMBER)
    run = interpreter(leaf)
    for text, right in {"1.23": 1, "1.235": 1, "1.2345": 1, "1.24": 0, "1.225": 1, "1.22": 0}.items():
        assert share(run, leaf, RESPONSE=(Fraction(text),)) == right, text


@pytest.mark.parametrize("answer", ["1.715", "1.7149999999999996"])
def test_between_the_neighbours_of_a_half_all_is_right_and_the_way_back_shows_none_of_it(answer: str) -> None:
    content = Typed(answer=answer, precision=Precision(sig_figs=3))
    sheet = held(content, QuestionType.NUMBER)
    run = interpreter(sheet)
    tried = {"1.71": 1, "1.72": 1, "1.7149999": 1, "1.712": 1, "1.7249": 1, "1.709": 0, "1.73": 0}
    for text, right in tried.items():
        assert share(run, sheet, RESPONSE=(Fraction(text),)) == right, text
    whole = Booklet(id="quiz01", title="T", language=Language.EN, items=(sheet,))
    back = qti.read(qti.write(qti.fit(whole)), origin="file.zip", language=Language.EN)
    assert back.booklet.leaves[0].content == Typed(answer="1.715", precision=Precision(sig_figs=3))


def test_a_shape_is_right_in_its_usual_spellings_and_a_known_wrong_one_gets_its_feedback() -> None:
    known = (Known(value="[24]", remark=Remark(because="flat", say="Flat.")),)
    leaf = held(Typed(answer="[1, 24]", wrong=known), QuestionType.SHAPE)
    run = interpreter(leaf)
    for text in ("[1, 24]", "(1,24)", "1x24", "1 × 24", "torch.size([1, 24])"):
        assert run.run({RESPONSE: (text,)}).score == 1, text
    for text in ("[24]", "(24,)", "24"):
        ran = run.run({RESPONSE: (text,)})
        assert (ran.score, ran.outcomes["FEEDBACK"]) == (0, ("W1",)), text
    assert run.run({RESPONSE: ("[24, 1]",)}).outcomes["FEEDBACK"] is None


def test_cells_earn_their_shares_and_a_known_wrong_table_nothing() -> None:
    known = (Known(value="[[1, 3], [2, 4]]", remark=Remark(say="Turned.")),)
    content = Typed(answer="[[1, 2], [3, 4]]", wrong=known, rows=2, columns=2)
    leaf = held(content, QuestionType.MATRIX, partial=Partial.EACH)
    run = interpreter(leaf)
    names = [f"RESPONSE_{i}_{j}" for i in (1, 2) for j in (1, 2)]

    def given(*cells: int) -> dict[str, Value]:
        return {name: (Fraction(cell),) for name, cell in zip(names, cells, strict=True)}

    assert run.run(given(1, 2, 3, 4)).score == 1
    assert run.run(given(1, 2, 3, 5)).score == Fraction(3, 4)
    assert run.run(given(1, 3, 2, 4)).score == 0
    assert run.run({}).score == 0


def test_all_parts_right_are_all_the_points_however_a_player_rounds() -> None:
    parts = tuple(
        Leaf(id=name, type=QuestionType.NUMBER, text=name, content=Typed(answer=str(place)))
        for place, name in enumerate(("one", "two", "three"), start=1)
    )
    leaf = held(Parts(parts=parts), QuestionType.MULTI_PART, points=1.0)
    run = interpreter(leaf)
    right = {name: one.correct for name, one in run.responses.items()}
    assert run.run(right).score == 1
    limit = next(
        Fraction(one[1].text or "0") for one in run.processing.iter("gte") if one[0].get("identifier") == "SCORE"
    )
    assert Fraction(2, 3) + Fraction(1, 1000) < limit < Fraction(999, 1000)


# ------------------------------------------------------------------------------------------------- in the file


def test_a_choice_that_is_right_stands_nowhere_but_in_the_rules() -> None:
    def file(place: int) -> str:
        options = tuple(Choice(text=f"text {n}", right=n == place) for n in range(3))
        return document(item(held(Choices(options=options), QuestionType.CHOICE), "one", Language.EN, "1")).decode()

    def body(text: str) -> str:
        return text[text.index("<itemBody>") : text.index("</itemBody>")]

    assert body(file(0)) == body(file(2))
    assert file(0) != file(2)


def test_items_to_be_put_in_order_are_not_written_in_a_right_one() -> None:
    for place in range(20):
        items = (OrderItem(text=f"first {place}"), OrderItem(text="second", after=(0,)))
        text = document(item(held(Order(items=items), QuestionType.ORDER), "one", Language.EN, "1")).decode()
        assert text.index("<simpleChoice") < text.index("second") < text.index(f"first {place}")


def test_what_an_author_wrote_cannot_break_the_file() -> None:
    nasty = "<script>alert(1)</script> & ]]> \x1b[31m \\(x\\) -- `</pre>` $a<b$ {{x}}"
    options = (Choice(text=nasty, right=True), Choice(code="</code>\x00<b>", remark=Remark(because="x", say=nasty)))
    leaf = held(Choices(options=options), QuestionType.CHOICE, explanation=nasty, code=nasty)
    text = document(item(leaf, "one", Language.EN, "1"))
    tree = parsed(text, "one.xml")
    assert not list(tree.iter("script"))
    assert b"\x1b" not in text
    whole = Booklet(id="quiz01", title=nasty, about=nasty, language=Language.EN, items=(leaf,))
    back = qti.read(qti.write(qti.fit(whole)), origin="file.zip", language=Language.EN)
    assert isinstance(content := back.booklet.leaves[0].content, Choices)
    assert [option.right for option in content.options] == [True, False]
    assert content.options[1].remark.because == "x"


def test_losses_are_named_with_their_weight() -> None:
    leaves = (
        Leaf(id="a", type=QuestionType.EXPRESSION, text="?", content=Typed(answer="x+1"), hints=("h",)),
        Leaf(id="b", type=QuestionType.NUMBER, text="?", content=Typed(answer="1e-5"), penalty=0.5),
        Leaf(id="c", type=QuestionType.MATRIX, text="?", content=Typed(answer="[[inf]]", rows=1, columns=1)),
    )
    fitted = qti.fit(Booklet(id="quiz01", title="T", language=Language.EN, items=leaves))
    found = {(one.question, one.kind): one.weight for one in fitted.changes}
    assert found["a", "spellings"] is found["a", "hints"] is found["c", "special-cells"] is Weight.LOST
    assert found["b", "small"] is Weight.CONVERTED
    assert found["b", "penalty"] is Weight.SETTING
    assert [leaf.id for leaf in fitted.booklet.leaves] == ["a", "b"]
    assert all(one.text.en and one.text.zh for one in fitted.changes)
