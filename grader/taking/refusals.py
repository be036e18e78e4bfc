"""Why something is refused at the desk: each is a UsageError with its reason, so that a UI can go on sensibly."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from grader.errors import UsageError
from grader.plaintext import printable
from grader.records import Text

MAX_NAME = 200
_MAX_ID = 40


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


def is_id(found: object) -> bool:
    """Say whether something can be the id of an attempt or a review: a database is not asked for anything else."""
    return isinstance(found, str) and len(found) <= _MAX_ID and found.isascii() and found.isprintable()


def no_such_place(place: object, count: int) -> Refused:
    """Return what to raise for a question that the attempt has not."""
    is_short = type(place) is int and abs(place) < 10**6
    return Refused(
        Reason.NO_SUCH_PLACE,
        Text(en=f"There is no question {place}.", zh=f"没有第 {place} 题。")
        if is_short
        else Text(en="There is no such question.", zh="没有这道题。"),
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


def is_done(place: int, *, most: int | None = None) -> Refused:
    """Return what to raise for a further answer to a question that takes none; `most`: as it has so many."""
    if most is not None:
        return Refused(
            Reason.DONE,
            Text(
                en=f"Question {place} was answered {most} times, and no more tries are taken.",
                zh=f"第 {place} 题已作答 {most} 次，不再接受更多次数。",
            ),
            remedy=Text(en="Your best try counts. Go on with another one.", zh="以最好的一次计分。请做其他题。"),
        )
    return Refused(
        Reason.DONE,
        Text(en=f"Question {place} takes no more answers.", zh=f"第 {place} 题不再接受作答。"),
        remedy=Text(en="Go on with another one.", zh="请做其他题。"),
    )


def no_hint(place: int, *, given: int) -> Refused:
    """Return what to raise where all hints were given, or there never was one."""
    said = Text(en=f"Question {place} has no further hint.", zh=f"第 {place} 题没有更多提示了。")
    return Refused(
        Reason.NO_HINT,
        said if given else Text(en=f"Question {place} has no hint.", zh=f"第 {place} 题没有提示。"),
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


def not_an_answer() -> Refused:
    """Return what to raise for what is no answer of any form."""
    return Refused(
        Reason.NOT_AN_ANSWER,
        Text(en="This is no answer to any question.", zh="这不是任何题目的答案。"),
        remedy=Text(
            en="An answer is a text, a list of texts, or an object with one for each row or part.",
            zh="答案应为文本、文本列表，或按行、按小题给出答案的对象。",
        ),
    )


def no_such_row(name: str) -> Refused:
    """Return what to raise for an answer that names a row or a part that its question has not."""
    shown = printable(name, limit=40)
    return Refused(
        Reason.NOT_AN_ANSWER,
        Text(en=f"This question has no row or part {shown!r}.", zh=f"本题没有名为 {shown!r} 的行或小题。"),
        remedy=Text(en="Use the names that the question is shown with.", zh="请使用题目给出的名称。"),
    )


def too_many_options(count: int) -> Refused:
    """Return what to raise for a list that is longer than what there is to choose from."""
    return Refused(
        Reason.NOT_AN_ANSWER,
        Text(
            en=f"This question has {count} options, and the answer names more.",
            zh=f"本题只有 {count} 个选项，答案中却更多。",
        ),
        remedy=Text(en="Name each option once at most.", zh="每个选项最多写一次。"),
    )


def checked_name(student: str) -> str:
    """Return a student's name in the one form in which it is stored. Raises: Refused."""
    if not isinstance(student, str):
        raise bad_name(type(student).__name__)
    name = unicodedata.normalize("NFC", student)
    if not 0 < len(name) <= MAX_NAME or name != name.strip() or printable(name, limit=MAX_NAME) != name:
        raise bad_name(student)
    return name
