"""What GIFT can hold of a quiz."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from grader.quiz.exchange.fitting import (
    ALL_OR_NOTHING,
    LINES,
    SPELLED,
    Fit,
    fit_booklet,
    fit_choices,
    fit_match,
    fit_number,
)
from grader.quiz.exchange.leaf import Booklet, Choices, Leaf, Match, Typed
from grader.quiz.exchange.losses import Change, Fitted, FittedBooklet, Weight
from grader.quiz.exchange.moodle_fit import SHARES, asked_in_text
from grader.quiz.exchange.spellings import is_one_line
from grader.quiz.model import Partial, QuestionType
from grader.records import Language, Text

_ARROW = "->"  # makes pairs of whatever it stands in, and cannot be escaped


def fit(booklet: Booklet) -> FittedBooklet:
    """Return what GIFT can hold of a booklet, and every change that makes."""
    whole = []
    if booklet.about or booklet.time_limit_s is not None or booklet.shuffled:
        whole.append(Change(question="", kind="quiz-settings", text=_QUIZ_SETTINGS, weight=Weight.SETTING))
    plain = replace(booklet, about="", time_limit_s=None, shuffled=False)
    return fit_booklet(plain, partial(_fitted, language=booklet.language), whole)


def _fitted(leaf: Leaf, language: Language) -> Fitted:
    fit = Fit(leaf.id)
    new = _content(fit, leaf, language)
    if new is None:
        return Fitted(leaf=None, changes=tuple(fit.changes))
    if leaf.points != 1 or leaf.attempts != 1 or leaf.penalty:
        fit.setting("rules", _RULES)
    if leaf.hints:
        fit.lost("hints", _HINTS)
    bare = replace(new, points=1.0, attempts=1, penalty=0.0, hints=())
    return Fitted(leaf=bare, changes=tuple(fit.changes))


def _content(fit: Fit, leaf: Leaf, language: Language) -> Leaf | None:
    content = leaf.content
    if isinstance(content, Choices):
        return _choices(fit, leaf, content)
    if isinstance(content, Match):
        return _match(fit, leaf, content)
    if isinstance(content, Typed) and leaf.type is QuestionType.NUMBER:
        return _number(fit, leaf, content, language)
    if isinstance(content, Typed) and leaf.type in (QuestionType.SHAPE, QuestionType.CODE_OUTPUT):
        return _spelled(fit, leaf, content)
    fit.lost("no-such-type", _no_such_type(leaf.type))
    return None


def _choices(fit: Fit, leaf: Leaf, choices: Choices) -> Leaf | None:
    leaf = fit_choices(fit, leaf, choices)
    assert isinstance(leaf.content, Choices)
    if not leaf.content.shuffle:
        fit.lost("shuffle", _SHUFFLE)
    leaf = replace(leaf, content=replace(leaf.content, shuffle=True))
    if leaf.type is not QuestionType.MULTI:
        return replace(leaf, partial=Partial.NONE)
    right = sum(option.right for option in choices.options)
    if right not in SHARES:
        fit.lost("share", _SHARE)
        return None
    if leaf.partial is Partial.NONE:
        fit.lost("all-or-nothing", ALL_OR_NOTHING)
    return replace(leaf, partial=Partial.EACH)


def _match(fit: Fit, leaf: Leaf, match: Match) -> Leaf | None:
    fitted = fit_match(fit, leaf, match)
    content = fitted.content
    assert isinstance(content, Match)
    if not content.shuffle:
        fit.lost("shuffle", _SHUFFLE)
    return replace(fitted, content=replace(content, shuffle=True))


def _number(fit: Fit, leaf: Leaf, typed: Typed, language: Language) -> Leaf | None:
    asked = asked_in_text(fit, leaf, typed, language)
    assert isinstance(asked.content, Typed)
    return fit_number(fit, asked, replace(asked.content, unit=""))


def _spelled(fit: Fit, leaf: Leaf, typed: Typed) -> Leaf | None:
    if not all(is_one_line(answer) for answer in (typed.answer, *typed.also)):
        fit.lost("lines", LINES)
        return None
    if any(_ARROW in answer for answer in (typed.answer, *typed.also)):
        fit.lost("arrow", _ARROWS)
        return None
    fit.lost("spelled", SPELLED)
    if leaf.type is QuestionType.CODE_OUTPUT:
        fit.lost("case", _CASE)
    kept = tuple(known for known in typed.wrong if is_one_line(known.value) and _ARROW not in known.value)
    if len(kept) < len(typed.wrong):
        fit.lost("wrong-lines", _WRONG_LINES)
    return replace(leaf, content=replace(typed, wrong=kept))


def _no_such_type(kind: QuestionType) -> Text:
    return Text(en=f"the whole question: GIFT has no type like {kind}", zh=f"整道题：GIFT 没有 {kind} 这样的题型")


_QUIZ_SETTINGS = Text(
    en="what stands before the first question, time limit and the order of questions are set in the quiz there",
    zh="卷首说明、限时和题目顺序要在那边的测验中设置",
)
_RULES = Text(en="points, tries and penalties are set there", zh="分值、可答次数和扣分要在那边设置")
_HINTS = Text(en="hints", zh="提示")
_SHUFFLE = Text(en="the order of options: they are shuffled there", zh="选项的固定顺序：在那边会被打乱")
_SHARE = Text(
    en="the whole question: each right option is worth a share that Moodle does not know",
    zh="整道题：每个正确选项的比例不在 Moodle 允许的分数之列",
)
_ARROWS = Text(
    en="the whole question: an arrow -> in an answer means a pair", zh="整道题：答案中的箭头 -> 会被当作配对"
)
_WRONG_LINES = Text(
    en="known wrong answers of several lines or with an arrow ->", zh="多行的或含箭头 -> 的已知错误答案"
)
_CASE = Text(en="upper and lower case are the same there", zh="在那边不区分大小写")
