"""What Moodle's question types can hold of a quiz."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import lcm

from grader.quiz.exchange.fitting import (
    ALL_OR_NOTHING,
    LINES,
    NOT_FINITE,
    SPELLED,
    Fit,
    fit_booklet,
    fit_choices,
    fit_match,
    fit_number,
    fit_order,
    has_feedback,
    near,
)
from grader.quiz.exchange.leaf import Booklet, Choices, Leaf, Match, Order, Parts, Typed
from grader.quiz.exchange.losses import Change, Fitted, FittedBooklet, Weight
from grader.quiz.exchange.spellings import is_one_line
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import read_matrix
from grader.quiz.marking.precision import Special
from grader.quiz.model import Partial, Precision, QuestionType
from grader.records import Language, Text

SHARES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20)  # of a hundred, as Moodle knows them: 33.33333 and so on
_IN_CLOZE = frozenset({QuestionType.CHOICE, QuestionType.NUMBER, QuestionType.SHAPE, QuestionType.CODE_OUTPUT})


def fit(booklet: Booklet) -> FittedBooklet:
    """Return what Moodle XML can hold of a booklet, and every change that makes."""
    whole = []
    if booklet.time_limit_s is not None or booklet.shuffled:
        whole.append(Change(question="", kind="quiz-settings", text=_QUIZ_SETTINGS, weight=Weight.SETTING))
    plain = replace(booklet, time_limit_s=None, shuffled=False)
    return fit_booklet(plain, partial(_fitted, language=booklet.language), whole)


def _fitted(leaf: Leaf, language: Language) -> Fitted:
    fit = Fit(leaf.id)
    new = _content(fit, leaf, language)
    if new is None:
        return Fitted(leaf=None, changes=tuple(fit.changes))
    attempts = 1 + len(new.hints)
    if new.attempts != attempts:
        fit.setting("attempts", _ATTEMPTS)
    return Fitted(leaf=replace(new, attempts=attempts), changes=tuple(fit.changes))


def _content(fit: Fit, leaf: Leaf, language: Language) -> Leaf | None:
    content = leaf.content
    if isinstance(content, Choices):
        return _choices(fit, leaf, content)
    if isinstance(content, Order):
        return _order(fit, leaf, content)
    if isinstance(content, Match):
        return fit_match(fit, leaf, content)
    if isinstance(content, Parts):
        return _parts(fit, leaf, content, language)
    return _typed(fit, leaf, content, language)


def _choices(fit: Fit, leaf: Leaf, choices: Choices) -> Leaf | None:
    leaf = fit_choices(fit, leaf, choices)
    if leaf.type is not QuestionType.MULTI:
        return replace(leaf, partial=Partial.NONE)
    right = sum(option.right for option in choices.options)
    if right not in SHARES:
        fit.lost("share", _share(right))
        return None
    if leaf.partial is Partial.NONE:
        fit.lost("all-or-nothing", ALL_OR_NOTHING)
    return replace(leaf, partial=Partial.EACH)


def _order(fit: Fit, leaf: Leaf, order: Order) -> Leaf:
    if leaf.partial is Partial.LCS:
        fit.lost("lcs", _LCS)
    return fit_order(fit, leaf, order)


def _typed(fit: Fit, leaf: Leaf, typed: Typed, language: Language) -> Leaf | None:
    if leaf.type is QuestionType.NUMBER:
        asked = asked_in_text(fit, leaf, typed, language)
        content = asked.content
        assert isinstance(content, Typed)
        return fit_number(fit, asked, content)
    if leaf.type is QuestionType.MATRIX:
        return _matrix(fit, leaf, typed)
    if leaf.type is QuestionType.EXPRESSION:
        fit.lost("formula", _FORMULA)
        return None
    return _spelled(fit, leaf, typed)


def asked_in_text(fit: Fit, leaf: Leaf, typed: Typed, language: Language) -> Leaf:
    """Return the question with what its form of answer says written into its text."""
    said = []
    figures = typed.precision.sig_figs if typed.precision is not None else None
    if typed.whole:
        said.append(_WHOLE)
    elif figures is not None:
        many = "significant figure" if figures == 1 else "significant figures"
        said.append(Text(en=f"{figures} {many} are enough.", zh=f"保留 {figures} 位有效数字即可。"))
    if typed.unit:
        said.append(Text(en=f"In {typed.unit}.", zh=f"单位：{typed.unit}。"))
    if not said:
        return leaf
    fit.converted("asked", _ASKED)
    gap = "" if language is Language.ZH else " "
    text = f"{leaf.text.rstrip()}\n\n" + gap.join(one.within(language) for one in said)
    return replace(leaf, text=text, content=replace(typed, whole=False))


def _spelled(fit: Fit, leaf: Leaf, typed: Typed) -> Leaf | None:
    if not all(is_one_line(answer) for answer in (typed.answer, *typed.also)):
        fit.lost("lines", LINES)
        return None
    fit.lost("spelled", SPELLED)
    kept = tuple(known for known in typed.wrong if is_one_line(known.value))
    if len(kept) < len(typed.wrong):
        fit.lost("wrong-lines", _WRONG_LINES)
    return replace(leaf, content=replace(typed, wrong=kept))


def _matrix(fit: Fit, leaf: Leaf, typed: Typed) -> Leaf | None:
    reading = read_matrix(typed.answer)
    assert isinstance(reading, Reading), "drawing lets no other answer pass"
    cells = [cell for row in reading.value.rows for cell in row]
    if any(isinstance(cell, Special) for cell in cells):
        fit.lost("no-finite-number", NOT_FINITE)
        return None
    found = [near(str(cell), typed.precision) for cell in cells]
    tolerances = {one.tolerance for one in found if one is not None}
    if typed.also:
        fit.lost("also", _ALSO_TABLES)
    if has_feedback(typed.wrong):
        fit.lost("table-feedback", _TABLE_FEEDBACK)
    if leaf.partial is Partial.NONE:
        fit.lost("all-or-nothing", ALL_OR_NOTHING)
    width = min(tolerances, key=Fraction)
    if len(tolerances) > 1:
        fit.lost("cell-tolerance", _cell_tolerance(width))
    values = [one.value for one in found if one is not None]
    rows = [values[at : at + typed.columns] for at in range(0, len(values), typed.columns)]
    answer = "[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]"
    precision = None if width == "0" else Precision(absolute=width)
    content = Typed(answer=answer, precision=precision, rows=typed.rows, columns=typed.columns)
    _points(fit, leaf, Fraction(len(values)))
    return replace(leaf, content=content, partial=Partial.EACH, points=float(len(values)))


def _parts(fit: Fit, leaf: Leaf, parts: Parts, language: Language) -> Leaf | None:
    strange = [part.type.value for part in parts.parts if part.type not in _IN_CLOZE]
    if strange:
        fit.lost("parts", _not_together(strange[0]))
        return None
    fitted = []
    for part in parts.parts:
        new = _content(fit, part, language)
        if new is None:
            return None
        if part.hints or part.explanation or not set(part.topics) <= set(leaf.topics):
            fit.lost("part-hints", _PART_HINTS)
        fitted.append(replace(new, hints=(), explanation="", topics=(), attempts=1, penalty=0.0))
    shares = [Fraction(repr(part.points)) for part in fitted]
    scale = lcm(*(share.denominator for share in shares))
    weighed = tuple(replace(part, points=float(share * scale)) for part, share in zip(fitted, shares, strict=True))
    total = sum(shares, Fraction(0)) * scale
    _points(fit, leaf, total)
    return replace(leaf, content=Parts(parts=weighed), points=float(total))


def _points(fit: Fit, leaf: Leaf, total: Fraction) -> None:
    if Fraction(repr(leaf.points)) != total:
        fit.setting("points", _points_there(leaf.points, float(total)))


def _share(right: int) -> Text:
    return Text(
        en=f"the whole question: of {right} right options each is worth a share that Moodle does not know",
        zh=f"整道题：{right} 个正确选项各占的比例不在 Moodle 允许的分数之列",
    )


def _not_together(kind: str) -> Text:
    return Text(
        en=f"the whole question: Moodle has no part of the type {kind} in one of several parts",
        zh=f"整道题：Moodle 的填空题中不能有 {kind} 类型的小题",
    )


def _cell_tolerance(width: str) -> Text:
    return Text(
        en=f"a tolerance of its own for each cell: the narrowest, {width}, holds for all",
        zh=f"各格各自的容差：统一采用最小的 {width}",
    )


def _points_there(points: float, total: float) -> Text:
    return Text(
        en=f"its points there are {total:g}, the sum of its parts; give it {points:g} in the quiz",
        zh=f"在那里它的分值是各部分之和 {total:g}；请在测验中把它设为 {points:g} 分",
    )


_QUIZ_SETTINGS = Text(
    en="time limit and the order of questions are set in the quiz there", zh="限时和题目顺序要在那边的测验中设置"
)
_ATTEMPTS = Text(
    en="the number of tries is set in the quiz there; with hints, there is one more than hints",
    zh="可答次数要在那边的测验中设置；有提示时，次数为提示数加一",
)
_LCS = Text(
    en="how much is taken off: Moodle counts the longest run in the right order, not what would have to be moved",
    zh="扣分方式：Moodle 按最长的有序部分计分，而不是按需要移动的项数",
)
_FORMULA = Text(
    en="the whole question: formulas are compared by their letters there", zh="整道题：那边只会逐字比较公式"
)
_WRONG_LINES = Text(en="known wrong answers of several lines", zh="多行的已知错误答案")
_ALSO_TABLES = Text(en="further right tables", zh="其他正确的表格")
_TABLE_FEEDBACK = Text(en="what is said of known wrong tables", zh="已知错误表格的反馈")
_PART_HINTS = Text(en="hints, explanations and topics of parts", zh="各小题自己的提示、解析和主题")
_WHOLE = Text(en="A whole number.", zh="答案是整数。")
_ASKED = Text(
    en="what is asked for beside the number (unit, figures, a whole one) is written into the text",
    zh="对数的要求（单位、位数、整数）写进了题面",
)
