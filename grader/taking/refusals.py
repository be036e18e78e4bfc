"""Why something is refused at the desk: each is a UsageError with its reason, so that a UI can go on sensibly."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from grader.errors import UsageError
from grader.plaintext import printable
from grader.records import Text

MAX_NAME = 200


class Reason(StrEnum):
    """Why."""

    NOT_OPEN_YET = "not-open-yet"
    CLOSED = "closed"  # it cannot be started any more
    NO_ATTEMPTS_LEFT = "no-attempts-left"
    TIME_OVER = "time-over"  # of the attempt: look at its result
    SUBMITTED = "submitted"  # the attempt was handed in, perhaps in another window: look at its result
    DONE = "done"  # the question takes nothing more
    NO_HINT = "no-hint"
    TOO_LARGE = "too-large"
    NO_SUCH_ATTEMPT = "no-such-attempt"
    NO_SUCH_PLACE = "no-such-place"
    BAD_NAME = "bad-name"
    NOT_AN_ANSWER = "not-an-answer"  # no answer of any form: a UI's mistake
    NOT_NOW = "not-now"  # it may not be practised at present
    GONE = "gone"  # the course has it no more


class Refused(UsageError):
    """The desk does not do it; nothing was changed."""

    def __init__(self, reason: Reason, problem: Text, *, remedy: Text | str = "") -> None:
        super().__init__(problem, remedy=remedy)
        self.reason = reason


def no_such_attempt() -> Refused:
    """Return what to raise for the id of an attempt that nobody began."""
    return Refused(
        Reason.NO_SUCH_ATTEMPT,
        Text(en="There is no such attempt.", zh="没有这次作答。"),
        remedy=Text(en="Begin one: dlgrade quiz ID.", zh="请开始一次作答：dlgrade quiz ID。"),
    )


def no_such_place(place: int, count: int) -> Refused:
    """Return what to raise for a question that the attempt has not."""
    return Refused(
        Reason.NO_SUCH_PLACE,
        Text(en=f"There is no question {place}.", zh=f"没有第 {place} 题。"),
        remedy=Text(en=f"There are {count}, from 1.", zh=f"共 {count} 题，从 1 开始编号。"),
    )


def not_open_yet(quiz: str, opens: str) -> Refused:
    """Return what to raise before a quiz opens."""
    return Refused(
        Reason.NOT_OPEN_YET,
        Text(en=f"{quiz} opens on {opens}.", zh=f"{quiz} 将于 {opens} 开放。"),
        remedy=Text(en="Come back then.", zh="届时再来。"),
    )


def closed(quiz: str, closes: str) -> Refused:
    """Return what to raise where a quiz has closed for this student."""
    return Refused(
        Reason.CLOSED,
        Text(en=f"{quiz} closed on {closes}.", zh=f"{quiz} 已于 {closes} 关闭。"),
        remedy=Text(
            en="Your teacher can give you more time: dlgrade quiz extend.",
            zh="老师可以给你延长时间：dlgrade quiz extend。",
        ),
    )


def no_attempts_left(quiz: str, allowed: int) -> Refused:
    """Return what to raise where a student has taken a quiz as often as allowed."""
    times = "once" if allowed == 1 else f"{allowed} times"
    return Refused(
        Reason.NO_ATTEMPTS_LEFT,
        Text(en=f"{quiz} can be taken {times}, and you have.", zh=f"{quiz} 最多可做 {allowed} 次，你已做满。"),
        remedy=Text(
            en="Your best attempt counts. `dlgrade quiz practice` asks its questions with other numbers.",
            zh="以最好的一次计分。`dlgrade quiz practice` 会换一组数字再出这些题。",
        ),
    )


def has_ended(*, timed_out: bool) -> Refused:
    """Return what to raise for a change to an attempt that has ended."""
    if timed_out:
        return Refused(
            Reason.TIME_OVER,
            Text(en="The time of this attempt is over.", zh="本次作答时间已到。"),
            remedy=Text(en="What you had saved by then counts.", zh="此前已保存的答案有效。"),
        )
    return Refused(
        Reason.SUBMITTED,
        Text(en="This attempt was handed in.", zh="本次作答已交卷。"),
        remedy=Text(en="Look at its result.", zh="请查看结果。"),
    )


def is_done(place: int) -> Refused:
    """Return what to raise for a further answer to a question that takes none."""
    return Refused(
        Reason.DONE,
        Text(en=f"Question {place} takes no more answers.", zh=f"第 {place} 题不再接受作答。"),
        remedy=Text(en="Go on with another one.", zh="请做其他题。"),
    )


def no_hint(place: int) -> Refused:
    """Return what to raise where all hints were given."""
    return Refused(
        Reason.NO_HINT,
        Text(en=f"Question {place} has no further hint.", zh=f"第 {place} 题没有更多提示了。"),
        remedy=Text(en="Give the answer that you hold most likely.", zh="请写出你认为最可能的答案。"),
    )


def bad_name(name: str) -> Refused:
    """Return what to raise for what is no name of a student."""
    shown = printable(name, limit=40)
    return Refused(
        Reason.BAD_NAME,
        Text(en=f"{shown!r} is no name of a student.", zh=f"{shown!r} 不能用作学生姓名。"),
        remedy=Text(
            en="Use 1 to 200 characters that can be seen, blanks not first or last.",
            zh="请使用 1 到 200 个可见字符，首尾不要有空格。",
        ),
    )


def checked_name(student: str) -> str:
    """Return a student's name in the one form in which it is stored. Raises: Refused."""
    name = unicodedata.normalize("NFC", student)
    if not 0 < len(name) <= MAX_NAME or name != name.strip() or printable(name, limit=MAX_NAME) != name:
        raise bad_name(student)
    return name
