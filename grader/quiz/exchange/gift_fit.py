"""What GIFT can hold of a quiz."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from grader.quiz.exchange.fitting import Fit, fit_booklet, fit_choices, fit_match, fit_number
from grader.quiz.exchange.losses import Change, Fitted, FittedBooklet, Weight
from grader.quiz.exchange.moodle_fit import SHARES, asked_in_text
from grader.quiz.exchange.sheet import Booklet, Choices, Match, Sheet, Typed
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


def _fitted(sheet: Sheet, language: Language) -> Fitted:
    fit = Fit(sheet.id)
    new = _content(fit, sheet, language)
    if new is None:
        return Fitted(sheet=None, changes=tuple(fit.changes))
    if sheet.points != 1 or sheet.attempts != 1 or sheet.penalty:
        fit.setting("rules", _RULES)
    if sheet.hints:
        fit.lost("hints", _HINTS)
    bare = replace(new, points=1.0, attempts=1, penalty=0.0, hints=())
    return Fitted(sheet=bare, changes=tuple(fit.changes))


def _content(fit: Fit, sheet: Sheet, language: Language) -> Sheet | None:
    content = sheet.content
    if isinstance(content, Choices):
        return _choices(fit, sheet, content)
    if isinstance(content, Match):
        return _match(fit, sheet, content)
    if isinstance(content, Typed) and sheet.type is QuestionType.NUMBER:
        return _number(fit, sheet, content, language)
    if isinstance(content, Typed) and sheet.type in (QuestionType.SHAPE, QuestionType.CODE_OUTPUT):
        return _spelled(fit, sheet, content)
    fit.lost("no-such-type", _no_such_type(sheet.type))
    return None


def _choices(fit: Fit, sheet: Sheet, choices: Choices) -> Sheet | None:
    sheet = fit_choices(fit, sheet, choices)
    assert isinstance(sheet.content, Choices)
    if not sheet.content.shuffle:
        fit.lost("shuffle", _SHUFFLE)
    sheet = replace(sheet, content=replace(sheet.content, shuffle=True))
    if sheet.type is not QuestionType.MULTI:
        return replace(sheet, partial=Partial.NONE)
    right = sum(option.right for option in choices.options)
    if right not in SHARES:
        fit.lost("share", _SHARE)
        return None
    if sheet.partial is Partial.NONE:
        fit.lost("all-or-nothing", _ALL_OR_NOTHING)
    return replace(sheet, partial=Partial.EACH)


def _match(fit: Fit, sheet: Sheet, match: Match) -> Sheet | None:
    fitted = fit_match(fit, sheet, match)
    content = fitted.content
    assert isinstance(content, Match)
    if not content.shuffle:
        fit.lost("shuffle", _SHUFFLE)
    return replace(fitted, content=replace(content, shuffle=True))


def _number(fit: Fit, sheet: Sheet, typed: Typed, language: Language) -> Sheet | None:
    asked = asked_in_text(fit, sheet, typed, language)
    assert isinstance(asked.content, Typed)
    return fit_number(fit, asked, replace(asked.content, unit=""))


def _spelled(fit: Fit, sheet: Sheet, typed: Typed) -> Sheet | None:
    if not all(is_one_line(answer) for answer in (typed.answer, *typed.also)):
        fit.lost("lines", _LINES)
        return None
    if any(_ARROW in answer for answer in (typed.answer, *typed.also)):
        fit.lost("arrow", _ARROWS)
        return None
    fit.lost("spelled", _SPELLED)
    if sheet.type is QuestionType.CODE_OUTPUT:
        fit.lost("case", _CASE)
    kept = tuple(known for known in typed.wrong if is_one_line(known.value) and _ARROW not in known.value)
    if len(kept) < len(typed.wrong):
        fit.lost("wrong-lines", _WRONG_LINES)
    return replace(sheet, content=replace(typed, wrong=kept))


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
_ALL_OR_NOTHING = Text(
    en="all or nothing: what is partly right earns its share there", zh="“全对才得分”：该格式会按比例给部分分"
)
_LINES = Text(en="the whole question: its answer has several lines", zh="整道题：答案有多行")
_ARROWS = Text(
    en="the whole question: an arrow -> in an answer means a pair", zh="整道题：答案中的箭头 -> 会被当作配对"
)
_WRONG_LINES = Text(
    en="known wrong answers of several lines or with an arrow ->", zh="多行的或含箭头 -> 的已知错误答案"
)
_SPELLED = Text(
    en="all but the usual spellings of the answer: others are marked wrong there",
    zh="除常见写法以外的写法：在那边会被判错",
)
_CASE = Text(en="upper and lower case are the same there", zh="在那边不区分大小写")
