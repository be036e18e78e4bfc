"""What is typed, as QTI asks for it: numbers in fields for numbers, tables cell by cell, anything else as text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import between, bounds, decimal, finer, number_in
from grader.quiz.exchange.leaf import Leaf, Typed
from grader.quiz.exchange.qti import expressions as q
from grader.quiz.exchange.qti.answering import (
    Asking,
    ResponseSlot,
    Seen,
    all_or_nothing,
    by_mapping,
    declaration,
    places_of,
)
from grader.quiz.exchange.qti.elements import el
from grader.quiz.exchange.qti.spelling import spellings
from grader.quiz.exchange.qti.tables import cells_of
from grader.quiz.marking.precision import Special
from grader.quiz.model import Partial, Precision, QuestionType, Variable
from grader.records import Language, Text

NOTE_CLASS, UNIT_CLASS, VARIABLE_CLASS, WHOLE_CLASS = "dlgrade-note", "dlgrade-unit", "dlgrade-var", "dlgrade-whole"
_WIDTHS = {QuestionType.NUMBER: 12, QuestionType.SHAPE: 20, QuestionType.EXPRESSION: 40, QuestionType.MATRIX: 8}
_MAX_WIDTH = 60


def typed(leaf: Leaf, content: Typed, place: ResponseSlot) -> Asking:
    """Return a question whose answer is typed."""
    if leaf.type is QuestionType.MATRIX:
        return _table(leaf, content, place)
    if leaf.type is QuestionType.NUMBER and not is_spelled(content):
        return _number(leaf, content, place)
    return _text(leaf, content, place)


def is_spelled(content: Typed) -> bool:
    """Return whether a number is asked for that no field for numbers takes: infinity, NaN."""
    return any(isinstance(number_in(answer), Special) for answer in (content.answer, *content.also))


# --------------------------------------------------------------------------------------------------- numbers


def near(name: str, answer: str, precision: Precision | None) -> Element:
    """Return whether the number that was typed is near enough to this one."""
    number = number_in(answer)
    assert isinstance(number, Fraction), answer  # `fitting` has seen to it
    ways: list[Element] = []
    if precision is not None and precision.sig_figs is not None and number:
        ways.append(q.rounds_to(name, decimal(number), precision.sig_figs))
        half = between(number, precision.sig_figs)
        if half is not None:
            ways.append(q.within(name, decimal(half.low), decimal(half.high)))
        else:
            for value in finer(number, precision.sig_figs):
                ways.append(q.within(name, decimal(value), decimal(value)))
    allowed = bounds(number, precision)
    if allowed is not None:
        ways.append(q.within(name, decimal(allowed.low), decimal(allowed.high)))
    if not ways:
        exactly = {"toleranceMode": "exact"}
        ways.append(el("equal", exactly, q.variable(name), q.base("float", decimal(number))))
    return q.any_of(ways)


def _number(leaf: Leaf, content: Typed, place: ResponseSlot) -> Asking:
    ways = [near(place.response, answer, content.precision) for answer in (content.answer, *content.also)]
    right = q.any_of(ways)
    known = tuple(
        Seen(condition=near(place.response, wrong.value, content.precision), remark=wrong.remark)
        for wrong in content.wrong
    )
    value = number_in(content.answer)
    assert isinstance(value, Fraction), content.answer
    return Asking(
        declarations=(declaration(place.response, "single", "float", [decimal(value)]),),
        body=(_field(leaf, content, place), *_notes(content, place.language)),
        right=right,
        rules=all_or_nothing(right, place),
        smallest=place.points,
        known=known,
    )


def _table(leaf: Leaf, content: Typed, place: ResponseSlot) -> Asking:
    answer = cells_of(content.answer)
    names = [[f"{place.response}_{i}_{j}" for j in range(1, len(row) + 1)] for i, row in enumerate(answer, start=1)]

    def conditions(table: Sequence[Sequence[str]]) -> list[Element]:
        return [
            near(name, value, content.precision)
            for row, values in zip(names, table, strict=True)
            for name, value in zip(row, values, strict=True)
        ]

    cells = conditions(answer)
    right = q.all_of(cells)
    known = tuple(
        Seen(condition=q.all_of(conditions(cells_of(wrong.value))), remark=wrong.remark) for wrong in content.wrong
    )
    rows = [el("tr", None, *(el("td", None, _blank(leaf.type, name)) for name in row)) for row in names]
    declarations = tuple(
        declaration(name, "single", "float", [value])
        for row, values in zip(names, answer, strict=True)
        for name, value in zip(row, values, strict=True)
    )
    each = leaf.partial is Partial.EACH
    table = el("table", {"class": places_of(leaf)}, el("tbody", None, *rows))
    return Asking(
        declarations=declarations,
        body=(table, *_notes(content, place.language)),
        right=right,
        rules=_cell_by_cell(cells, known, place) if each else all_or_nothing(right, place),
        smallest=place.points / (len(cells) if each else 1),
        known=known,
    )


def _cell_by_cell(cells: list[Element], known: Sequence[Seen], place: ResponseSlot) -> tuple[Element, ...]:
    """Return the rules by which each right cell earns its share, but a known wrong table nothing."""
    share = decimal(place.points / len(cells))
    single = [q.choose([(cell, q.adds(q.base("float", share)))]) for cell in cells]
    if not known:
        return tuple(single)
    mistaken = q.any_of([seen.condition for seen in known])
    whole = q.choose([(mistaken, q.adds(q.base("float", "0")))])
    whole.append(el("responseElse", None, *single))
    return (whole,)


# ------------------------------------------------------------------------------------------------------ text


def _text(leaf: Leaf, content: Typed, place: ResponseSlot) -> Asking:
    case = leaf.type in (QuestionType.CODE_OUTPUT, QuestionType.EXPRESSION)
    texts = [text for answer in (content.answer, *content.also) for text in spellings(leaf.type, answer)]
    entries = [
        el("mapEntry", {"mapKey": text, "mappedValue": decimal(place.points), "caseSensitive": str(case).lower()})
        for text in dict.fromkeys(texts)
    ]
    limits = {"lowerBound": "0", "upperBound": decimal(place.points), "defaultValue": "0"}
    mapping = el("mapping", limits, *entries)
    right = q.any_of([q.is_text(place.response, text, case=case) for text in dict.fromkeys(texts)])
    known = tuple(
        Seen(
            condition=q.any_of(
                [q.is_text(place.response, text, case=case) for text in spellings(leaf.type, wrong.value)]
            ),
            remark=wrong.remark,
        )
        for wrong in content.wrong
    )
    return Asking(
        declarations=(declaration(place.response, "single", "string", [texts[0]], mapping),),
        body=(_field(leaf, content, place), *_notes(content, place.language)),
        right=right,
        rules=by_mapping(place),
        smallest=place.points,
        known=known,
        # Players are known that fail when a text is compared which nobody typed.
        unless=el("isNull", None, q.variable(place.response)),
    )


def _field(leaf: Leaf, content: Typed, place: ResponseSlot) -> Element:
    names = " ".join(
        [
            places_of(leaf),
            *([WHOLE_CLASS] if content.whole else ()),
            *map(_variable_class, content.variables),
        ]
    )
    lines = max(text.count("\n") + 1 for text in (content.answer, *content.also, *(w.value for w in content.wrong)))
    attributes = {"class": names, "responseIdentifier": place.response}
    if leaf.type is QuestionType.CODE_OUTPUT and lines > 1:
        return el("extendedTextInteraction", attributes | {"format": "preFormatted", "expectedLines": str(lines + 1)})
    width = max(_WIDTHS.get(leaf.type, 0), min(2 * len(content.answer), _MAX_WIDTH))
    blank = el("textEntryInteraction", attributes | {"expectedLength": str(width)})
    unit: list[Element | str] = [" ", el("span", {"class": UNIT_CLASS}, content.unit)] if content.unit else []
    return el("p", None, _ANSWER.within(place.language), blank, *unit)


def _variable_class(one: Variable) -> str:
    return f"{VARIABLE_CLASS}:{one.name}:{one.low!r}:{one.high!r}" + (":int" if one.whole else "")


def _blank(kind: QuestionType, name: str) -> Element:
    """Return a cell of a table."""
    return el("textEntryInteraction", {"responseIdentifier": name, "expectedLength": str(_WIDTHS[kind])})


# ------------------------------------------------------------------------------------------- what is said of it


def _notes(content: Typed, language: Language) -> list[Element]:
    """Return what a student has to know of how exactly an answer is wanted, and what may be written."""
    notes = []
    precision = content.precision
    if content.whole:
        notes.append(_WHOLE.within(language))
    if precision is not None and precision.sig_figs is not None:
        notes.append(_figures(precision.sig_figs).within(language))
    if precision is not None and precision.absolute is not None and Fraction(precision.absolute):
        notes.append(_tolerance(decimal(Fraction(precision.absolute))).within(language))
    if content.variables:
        names = ", ".join(one.name for one in content.variables)
        notes.append(_variables(names).within(language))
    return [el("p", {"class": NOTE_CLASS}, " ".join(notes))] if notes else []


_ANSWER = Text(en="Answer: ", zh="答案：")
_WHOLE = Text(en="A whole number.", zh="请填整数。")


def _figures(count: int) -> Text:
    return Text(en=f"To {count} significant figures.", zh=f"保留 {count} 位有效数字。")


def _tolerance(near: str) -> Text:
    return Text(en=f"Accepted within ±{near}.", zh=f"允许误差 ±{near}。")


def _variables(names: str) -> Text:
    return Text(en=f"Variables: {names}.", zh=f"变量：{names}。")
