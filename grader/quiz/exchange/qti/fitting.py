"""What QTI 2.1 can hold of a quiz, and every change that makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.quiz.exchange.booklets import with_items
from grader.quiz.exchange.decimals import bounds, decimal, has_end, number_in, settled
from grader.quiz.exchange.leaf import NOTHING, Booklet, Known, Leaf, Match, Order, Parts, Row, Typed
from grader.quiz.exchange.losses import Change, FittedBooklet, Weight
from grader.quiz.exchange.qti import wording
from grader.quiz.exchange.qti.answering import weights
from grader.quiz.exchange.qti.choosing import MAX_ITEMS, direct, few_orders
from grader.quiz.exchange.qti.tables import cells_of, numbers_of, table_text
from grader.quiz.exchange.qti.typing_in import is_spelled
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.shapes import Raises, read_shape
from grader.quiz.model import Partial, Precision, QuestionType
from grader.records import Text

# Canvas takes an answer below this for 0.
_TOO_SMALL = Fraction(1, 10_000)
_HARDLY = Fraction(1, 10**9)  # of a number without an end, how exactly it is wanted where it was wanted exactly
_TEXTS = frozenset({QuestionType.SHAPE, QuestionType.CODE_OUTPUT, QuestionType.EXPRESSION})


def fit(booklet: Booklet) -> FittedBooklet:
    """Return what the format can hold of a booklet, and every change that makes."""
    notes = _Notes()
    if booklet.topics:
        notes.of("")("topic-titles", wording.TOPICS, Weight.CONVERTED)
    notes.of("")("quiz-settings", wording.QUIZ_SETTINGS, Weight.SETTING)
    fitted = with_items(replace(booklet, topics={}), lambda leaf: _leaf(leaf, notes.of(leaf.id)))
    return FittedBooklet(booklet=fitted, changes=tuple(notes.found))


@dataclass(slots=True)
class _Notes:
    """Gathers changes; `of` is what says of one question what is changed."""

    found: list[Change] = field(default_factory=list)

    def of(self, question: str) -> Say:
        def say(kind: str, text: Text, weight: Weight = Weight.LOST) -> None:
            change = Change(question=question, kind=kind, text=text, weight=weight)
            if change not in self.found:
                self.found.append(change)

        return say


Say = Callable[..., None]


def _leaf(leaf: Leaf, say: Say) -> Leaf | None:
    """Return a question as it is held; None: not at all."""
    if leaf.penalty:
        say("penalty", wording.PENALTY, Weight.SETTING)
    if leaf.hints:
        say("hints", wording.HINTS)
    if _explains(leaf):
        say("explanation", wording.EXPLANATION, Weight.CONVERTED)
    held = _content(replace(leaf, penalty=0.0), say)
    if held is None or not isinstance(held.content, Parts):
        return held
    parts = []
    shares = weights([Fraction(repr(part.points)) for part in held.content.parts])
    for part, share in zip(held.content.parts, shares, strict=True):
        fitted = _content(part, say)
        if fitted is None:
            return None
        if part.hints:
            say("hints", wording.HINTS_OF_PARTS)
        parts.append(replace(fitted, points=float(share), penalty=0.0, attempts=leaf.attempts, hints=(), topics=()))
    return replace(held, content=Parts(parts=tuple(parts)))


def _explains(leaf: Leaf) -> bool:
    parts = leaf.content.parts if isinstance(leaf.content, Parts) else ()
    return bool(leaf.explanation) or any(part.explanation for part in parts)


def _content(leaf: Leaf, say: Say) -> Leaf | None:
    content = leaf.content
    if isinstance(content, Order):
        return _order(leaf, content, say)
    if isinstance(content, Typed):
        return _typed(leaf, content, say)
    if isinstance(content, Match):
        return replace(leaf, content=replace(content, rows=tuple(map(_told, content.rows))))
    return leaf


def _told(row: Row) -> Row:
    """Return a row with its known wrong options in the order of the options."""
    known = [one for one in row.wrong if one.remark != NOTHING]
    return replace(row, wrong=tuple(sorted(known, key=lambda one: one.option)))


def _order(leaf: Leaf, content: Order, say: Say) -> Leaf:
    needs = direct(content.items)
    content = replace(
        content, items=tuple(replace(item, after=after) for item, after in zip(content.items, needs, strict=True))
    )
    if leaf.partial is not Partial.NONE:
        say("partial", wording.ORDER_PARTIAL)
    if len(content.items) > MAX_ITEMS:
        if content.wrong:
            say("wrong-orders", wording.LONG_ORDERS)
        content = replace(content, wrong=())
        if few_orders(content.items) is None:
            say("orders", wording.MANY_ORDERS)
            return replace(leaf, partial=Partial.NONE, content=_one_order(content))
    return replace(leaf, partial=Partial.NONE, content=content)


def _one_order(content: Order) -> Order:
    """Return an order of which the written one alone is right."""
    return replace(
        content,
        items=tuple(replace(item, after=(place - 1,) if place else ()) for place, item in enumerate(content.items)),
    )


# ---------------------------------------------------------------------------------------------- what is typed


def _typed(leaf: Leaf, content: Typed, say: Say) -> Leaf | None:
    told = tuple(wrong for wrong in content.wrong if wrong.remark != NOTHING)
    if len(told) < len(content.wrong):
        say("wordless", wording.WORDLESS, Weight.CONVERTED)
    content = replace(content, wrong=told)
    if leaf.type is QuestionType.MATRIX:
        return _table(leaf, content, say)
    if leaf.type is QuestionType.NUMBER and not is_spelled(content):
        return _number(leaf, content, say)
    say("spellings", wording.SPELLINGS[leaf.type])
    if leaf.type is QuestionType.NUMBER:
        content = replace(content, precision=None)
    if leaf.type is QuestionType.SHAPE:
        content = _each(content, _shape_text)
    if leaf.type is QuestionType.CODE_OUTPUT and any("\n" in one for one in (content.answer, *content.also)):
        say("lines", wording.LINES)
    return replace(leaf, content=content)


def _number(leaf: Leaf, content: Typed, say: Say) -> Leaf:
    say("plain-decimals", wording.PLAIN_DECIMALS, Weight.CONVERTED)
    numbers = [number_in(answer) for answer in (content.answer, *content.also)]
    exact = [number for number in numbers if isinstance(number, Fraction)]
    known = tuple(wrong for wrong in content.wrong if isinstance(number_in(wrong.value), Fraction))
    if len(known) < len(content.wrong):
        say("special-wrong", wording.SPECIAL_WRONG)
    if any(0 < abs(number) < _TOO_SMALL for number in exact):
        say("small", wording.SMALL, Weight.CONVERTED)
    precision = _precision(exact, content.precision, say)
    fitted = replace(content, wrong=known, precision=precision)
    return replace(leaf, content=_each(fitted, lambda text: _decimal_text(text, content.precision)))


def _precision(answers: list[Fraction], precision: Precision | None, say: Say) -> Precision | None:
    """Return a precision of significant figures and a distance, which is all that is written."""
    allowed = bounds(answers[0], precision)
    near = None if allowed is None else (allowed.high - allowed.low) / 2
    if precision is not None and precision.relative is not None:
        say("relative", wording.RELATIVE, Weight.CONVERTED if len(answers) == 1 else Weight.LOST)
    figures = None if precision is None else precision.sig_figs
    if figures is None and not near and not all(map(has_end, answers)):
        near = max(abs(answer) for answer in answers) * _HARDLY
        say("no-end", wording.NO_END, Weight.CONVERTED)
    if figures is None and not near:
        return None
    return Precision(sig_figs=figures, absolute=decimal(near) if near else None)


def _table(leaf: Leaf, content: Typed, say: Say) -> Leaf | None:
    answer = numbers_of(content.answer)
    if answer is None:
        say("special-cells", wording.SPECIAL_CELLS)
        return None
    if content.also:
        say("also", wording.OTHER_TABLES)
    say("plain-decimals", wording.PLAIN_DECIMALS, Weight.CONVERTED)
    size = [len(row) for row in answer]
    known = tuple(
        wrong
        for wrong in content.wrong
        if (table := numbers_of(wrong.value)) is not None and [len(row) for row in table] == size
    )
    if len(known) < len(content.wrong):
        say("special-wrong", wording.WRONG_TABLES)
    precision = content.precision
    if precision is not None and precision.relative is not None:
        say("relative", wording.RELATIVE_CELLS)
        largest = max(abs(cell) for row in answer for cell in row)
        allowed = bounds(largest, precision)
        near = (allowed.high - allowed.low) / 2 if allowed else None
        precision = Precision(sig_figs=precision.sig_figs, absolute=decimal(near) if near else None)
    elif precision is not None:
        near = Fraction(precision.absolute or 0)
        precision = Precision(sig_figs=precision.sig_figs, absolute=decimal(near) if near else None)
    if precision == Precision():
        precision = None
    content = replace(content, also=(), wrong=known, precision=precision)
    return replace(leaf, content=_each(content, lambda text: table_text(cells_of(text))))


def _each(content: Typed, written: Callable[[str], str]) -> Typed:
    """Return a content with the answer and every known wrong one written anew."""
    return replace(
        content,
        answer=written(content.answer),
        also=tuple(dict.fromkeys(map(written, content.also))),
        wrong=tuple(Known(value=written(wrong.value), remark=wrong.remark) for wrong in content.wrong),
    )


def _decimal_text(text: str, precision: Precision | None) -> str:
    number = number_in(text)
    return decimal(settled(number, precision)) if isinstance(number, Fraction) else text


def _shape_text(text: str) -> str:
    reading = read_shape(text)
    if not isinstance(reading, Reading):
        return text
    if isinstance(reading.value, Raises):
        return "error"
    return f"[{', '.join(map(str, reading.value))}]" if reading.value else "()"
