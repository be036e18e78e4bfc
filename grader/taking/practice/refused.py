"""What is refused in practice, and why."""

from __future__ import annotations

from collections.abc import Mapping

from grader.errors import AuthorError, GraderError, QuestionFault
from grader.records import Text
from grader.taking.practice.allowed import Held
from grader.taking.practice.plan import Item
from grader.taking.refusals import Reason, Refused

_REASONS: Mapping[Held, Reason] = {Held.NOT_OPEN: Reason.NOT_OPEN_YET}
HELD: Mapping[Held, Text] = {
    Held.NOT_OPEN: Text(en="{what} cannot be practised before it opens.", zh="{what} 开放之前不能练习。"),
    Held.TIMED: Text(
        en="{what} cannot be practised while your attempt at it is running against the clock.",
        zh="{what} 正在限时作答，期间不能练习。",
    ),
    Held.ASKED_NOW: Text(
        en="{what} cannot be practised while an open attempt asks it.", zh="{what} 在未交卷的作答中，暂不能练习。"
    ),
    Held.FEEDBACK: Text(
        en="{what} cannot be practised before its answers may be known.", zh="{what} 的答案公布之前不能练习。"
    ),
    Held.COUNTED: Text(
        en="{what} cannot be practised while you have attempts left that count: its answer is the same every time.",
        zh="{what} 的答案每次都相同，在你还有计分作答机会时不能练习。",
    ),
}
_LATER = Text(en="Practise something else meanwhile.", zh="请先练习其他题。")


def held(item: Item, why: Held) -> Refused:
    """Return what to raise for what may not be practised now."""
    what = item.quiz if why in (Held.NOT_OPEN, Held.TIMED) else f"{item.quiz}/{item.question}"
    text = HELD[why]
    problem = Text(en=text.en.format(what=what), zh=text.zh.format(what=what))
    return Refused(_REASONS.get(why, Reason.NOT_NOW), problem, remedy=_LATER)


def gone(item: Item) -> Refused:
    """Return what to raise for a question that the course has no more."""
    what = f"{item.quiz}/{item.question}"
    return Refused(
        Reason.GONE,
        Text(en=f"The course has no question {what}.", zh=f"课程中没有题目 {what}。"),
        remedy=Text(
            en="What is remembered of a question that was removed is kept, should it come back.",
            zh="题目若被移除，其学习记录仍会保留，恢复后可继续。",
        ),
    )


def no_such_review() -> Refused:
    """Return what to raise for the id of a review that this student never began."""
    return Refused(
        Reason.NO_SUCH_ATTEMPT,
        Text(en="There is no such question in practice.", zh="练习中没有这道题。"),
        remedy=Text(en="Begin again: dlgrade quiz practice.", zh="请重新开始：dlgrade quiz practice。"),
    )


def cannot_draw(item: Item, error: GraderError) -> GraderError:
    """Return what to raise where a question cannot be drawn: whose fault it is, and no word of what is secret."""
    what = f"{item.quiz}/{item.question}"
    remedy = Text(
        en=f"Tell your teacher; `dlgrade quiz lint {item.quiz}` says more.",
        zh=f"请告知老师；`dlgrade quiz lint {item.quiz}` 会给出详情。",
    )
    if isinstance(error, AuthorError):
        problem = Text(en=f"{what} cannot be shown: its author made a mistake.", zh=f"无法显示 {what}：出题有误。")
        return AuthorError(problem, remedy=remedy)
    problem = Text(en=f"{what} cannot be shown: dlgrade itself failed.", zh=f"无法显示 {what}：dlgrade 自身出错。")
    return QuestionFault(problem, remedy=remedy)
