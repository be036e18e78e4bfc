"""Fits questions to formats that know less: what several of them cannot hold, with the words for it.

`Fit` collects what was changed of one question. A format asks for the changes that it needs; each returns the leaf as
the format can hold it, or None where nothing that is left would be worth asking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.quiz.exchange.booklets import with_items
from grader.quiz.exchange.decimals import decimal, has_end, number_in, settled
from grader.quiz.exchange.html_text import markdown_of_plain, option_html
from grader.quiz.exchange.html_tree import parsed_html
from grader.quiz.exchange.leaf import (
    NOTHING,
    Booklet,
    Choices,
    Known,
    Label,
    Leaf,
    Match,
    Order,
    Typed,
)
from grader.quiz.exchange.losses import Change, Fitted, FittedBooklet, Weight
from grader.quiz.marking.precision import Special, exponent, rounded
from grader.quiz.model import Partial, Precision
from grader.records import Text

_SMALLEST = Fraction(1, 10**13)  # Moodle adds 1e-14 to every tolerance
_HALF = Fraction(1, 2)


@dataclass(slots=True)
class Fit:
    """The changes of one question."""

    label: str
    changes: list[Change] = field(default_factory=list)

    def lost(self, kind: str, text: Text) -> None:
        self._add(kind, text, Weight.LOST)

    def converted(self, kind: str, text: Text) -> None:
        self._add(kind, text, Weight.CONVERTED)

    def setting(self, kind: str, text: Text) -> None:
        self._add(kind, text, Weight.SETTING)

    def _add(self, kind: str, text: Text, weight: Weight) -> None:
        change = Change(question=self.label, kind=kind, text=text, weight=weight)
        if change not in self.changes:
            self.changes.append(change)


def fit_booklet(booklet: Booklet, fit: Callable[[Leaf], Fitted], whole: Iterable[Change] = ()) -> FittedBooklet:
    """Return a booklet with every leaf fitted; `whole` are changes of the quiz itself."""
    changes: list[Change] = list(whole)

    def fitted(leaf: Leaf) -> Leaf | None:
        result = fit(leaf)
        changes.extend(result.changes)
        return result.leaf

    return FittedBooklet(booklet=with_items(booklet, fitted), changes=tuple(changes))


# ------------------------------------------------------------------------------------------------------- numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A number and how far from it is near enough, both in decimal."""

    value: str
    tolerance: str


def near(text: str, precision: Precision | None) -> Near | None:
    """Return what a precision allows around a number as an interval with a middle; None: it is no finite number.

    Significant figures are the interval of all that rounds to the same figures: its middle is the rounded number.
    """
    number = number_in(text)
    if number is None or isinstance(number, Special):
        return None
    if precision is None:
        return Near(value=decimal(number), tolerance="0")
    number = settled(number, precision)
    width = max(Fraction(precision.absolute or 0), Fraction(precision.relative or 0) * abs(number))
    if precision.sig_figs is not None and number:
        middle = rounded(number, precision.sig_figs)
        half = _half_unit(number, precision.sig_figs)
        if half >= width:
            return Near(value=decimal(middle), tolerance=decimal(half))
    return Near(value=decimal(number), tolerance=decimal(width))


def _half_unit(number: Fraction, figures: int) -> Fraction:
    return Fraction(10) ** (exponent(number) - figures + 1) * _HALF


def fit_number(fit: Fit, leaf: Leaf, typed: Typed) -> Leaf | None:
    """Return a question for a number whose precision is one absolute tolerance."""
    right = [near(text, typed.precision) for text in (typed.answer, *typed.also)]
    if any(one is None for one in right):
        fit.lost("no-finite-number", NOT_FINITE)
        return None
    found = [one for one in right if one is not None]
    first = found[0]
    if typed.precision is not None and typed.precision != Precision(absolute=typed.precision.absolute):
        fit.converted("tolerance", _TOLERANCE)
    if typed.precision is None and not _is_exact(typed.answer):
        fit.lost("endless", _ENDLESS)
    if Fraction(first.value) and max(Fraction(first.tolerance), abs(Fraction(first.value))) < _SMALLEST:
        fit.lost("tiny", _TINY)
    tolerances = {one.tolerance for one in found}
    if len(tolerances) > 1:
        fit.converted("tolerance", _TOLERANCE)
    wrong = []
    for known in typed.wrong:
        value = near(known.value, None)
        if value is None:
            fit.lost("wrong-no-number", _wrong_not_held(known.value))
        else:
            wrong.append(replace(known, value=value.value))
    precision = None if first.tolerance == "0" else Precision(absolute=first.tolerance)
    content = replace(
        typed, answer=first.value, also=tuple(one.value for one in found[1:]), precision=precision, wrong=tuple(wrong)
    )
    return replace(leaf, content=content)


def _is_exact(text: str) -> bool:
    number = number_in(text)
    return isinstance(number, Fraction) and has_end(number)


# ------------------------------------------------------------------------------------------------------- options


def plain_label(label: Label) -> str:
    """Return an option as plain text, maths as `\\(…\\)`."""
    return label.code.strip() if label.code else parsed_html(str(option_html(label.text))).text().strip()


def fit_match(fit: Fit, leaf: Leaf, match: Match) -> Leaf:
    """Return a match whose options are plain text, all in the order of the rows, and whose rows count each."""
    labels = [plain_label(option) for option in match.options]
    if any("\\(" in text or "\\[" in text for text in labels):
        fit.lost("maths-in-options", _MATHS_IN_OPTIONS)
    used = list(dict.fromkeys(row.option for row in match.rows))
    order = used + [place for place in range(len(labels)) if place not in used]
    rows = match.rows
    if any(row.wrong for row in rows):
        fit.lost("row-feedback", _ROW_FEEDBACK)
    if leaf.partial is Partial.NONE:
        fit.lost("all-or-nothing", ALL_OR_NOTHING)
    content = Match(
        rows=tuple(replace(row, option=order.index(row.option), wrong=()) for row in rows),
        options=tuple(Label(text=markdown_of_plain(labels[place])) for place in order),
        shuffle=match.shuffle,
    )
    return replace(leaf, content=content, partial=Partial.EACH)


def fit_order(fit: Fit, leaf: Leaf, order: Order) -> Leaf:
    """Return an order that is the only right one, without known wrong ones."""
    items = order.items
    if any(place - 1 not in item.after for place, item in enumerate(items) if place):
        fit.lost("several-orders", _SEVERAL_ORDERS)
    if order.wrong:
        fit.lost("order-feedback", _ORDER_FEEDBACK)
    chain = tuple(replace(item, after=(place - 1,) if place else ()) for place, item in enumerate(items))
    return replace(leaf, content=Order(items=chain))


def fit_choices(fit: Fit, leaf: Leaf, choices: Choices) -> Leaf:
    """Return options that are all shuffled or none: no format keeps one of them behind the others."""
    if not any(option.last for option in choices.options):
        return leaf
    if choices.shuffle:
        fit.converted("last", _LAST)
    options = tuple(replace(option, last=False) for option in choices.options)
    return replace(leaf, content=Choices(options=options, shuffle=False))


def has_feedback(known: Iterable[Known]) -> bool:
    """Return whether any known wrong answer has something to say."""
    return any(one.remark != NOTHING for one in known)


def _wrong_not_held(value: str) -> Text:
    return Text(
        en=f"the wrong answer {value[:40]!r}, which is no finite number, and its feedback",
        zh=f"错误答案 {value[:40]!r}（不是有限的数）及其反馈",
    )


NOT_FINITE = Text(
    en="the whole question: infinity and NaN are no numbers there", zh="整道题：该格式不把无穷和 NaN 当作数"
)
_TOLERANCE = Text(
    en="the precision is written as an absolute tolerance, for each variant its own",
    zh="精度改写为绝对容差，每个变体各自换算",
)
_ENDLESS = Text(
    en="the exact answer, which has no end in decimal: it is rounded, and nothing else is right",
    zh="精确答案：它不是有限小数，只能写成近似值，其他写法都判错",
)
_TINY = Text(
    en="the difference from 0: Moodle takes every number within 1e-14 of the answer for right",
    zh="与 0 的区别：Moodle 会把与答案相差 1e-14 以内的数都判为正确",
)
_MATHS_IN_OPTIONS = Text(
    en="the look of formulas in the options of a match: they are shown as TeX",
    zh="配对选项中公式的排版：只显示 TeX 源码",
)
_ROW_FEEDBACK = Text(en="what is said of a wrong option in a row", zh="某一行选错时的反馈")
ALL_OR_NOTHING = Text(
    en="all or nothing: what is partly right earns its share there", zh="“全对才得分”：该格式会按比例给部分分"
)
_SEVERAL_ORDERS = Text(
    en="all right orders but one: the others are marked wrong there", zh="只保留一种正确顺序，其他正确顺序会被判错"
)
_ORDER_FEEDBACK = Text(en="what is said of known wrong orders", zh="已知错误顺序的反馈")
_LAST = Text(
    en="options are not shuffled, so that the last one stays behind the others", zh="选项不再打乱，使最后一项保持在最后"
)
LINES = Text(en="the whole question: its answer has several lines", zh="整道题：答案有多行")
SPELLED = Text(
    en="all but the usual spellings of the answer: others are marked wrong there",
    zh="除常见写法以外的写法：在那边会被判错",
)
