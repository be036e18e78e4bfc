"""`dlgrade quiz extend`: more time, a later end or further attempts for one student."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_error, write_plain
from grader.cli.quiz.options import store_option
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.plaintext import printable
from grader.records import Text

if TYPE_CHECKING:
    from grader.taking.extending import Extended


@click.command(
    "extend",
    help=local(
        "Give STUDENT more than the others have of quiz ID. What is given replaces what was given before, and takes "
        "effect at once, also for an attempt that is open. An attempt whose time is over stays ended.",
        "给 STUDENT 在测验 ID 中比他人更多的时间或次数。新的设定取代旧的，立即生效，对进行中的作答也有效；"
        "已到时的作答不会恢复。",
    ),
)
@click.argument("name", metavar="ID")
@click.argument("student", metavar="STUDENT")
@click.option(
    "--until",
    metavar="WHEN",
    help=local(
        "The quiz closes then for this student: 2026-12-08T18:00+01:00.",
        "该学生的关闭时间，例如 2026-12-08T18:00+08:00。",
    ),
)
@click.option(
    "--minutes",
    type=float,
    metavar="N",
    help=local("So much longer for each attempt, and behind the close.", "每次作答延长的分钟数，关闭时间也相应推后。"),
)
@click.option(
    "--attempts",
    type=int,
    metavar="N",
    help=local("So many attempts more than the others.", "比他人多出的作答次数。"),
)
@store_option
@course_option
@language_option
def command(
    *,
    name: str,
    student: str,
    until: str | None,
    minutes: float | None,
    attempts: int | None,
    store: str | None,
    course: Path | None,
) -> int:
    """Grant it, and say what the student has now."""
    from grader.cli.quiz.desk import open_desk
    from grader.quiz.finding import find_quiz
    from grader.taking.extending import More

    more = More(until=None if until is None else _moment(until), extra=_span(minutes), attempts=attempts)
    with open_desk(store=store, course=course, student=None) as at:
        quiz = find_quiz(at.course, name).read()
        extended = at.desk.extend(quiz, student, more, by=at.student)
    write_plain("\n".join(say(line) for line in _lines(quiz.id, extended)))
    for warning in _warnings(extended):
        write_error(say(warning))
    return EXIT_FULL_SCORE


def _moment(written: str) -> datetime:
    """Return a moment with its offset. Raises: UsageError."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        shown = printable(written, limit=60)
        raise UsageError(
            Text(
                en=f"--until {shown}: not a date and time with an offset.",
                zh=f"--until {shown}：不是带时区偏移的日期和时间。",
            ),
            remedy=Text(
                en="Write it as in quiz.yaml: 2026-12-08T18:00+01:00, or 2026-12-08T17:00Z.",
                zh="写法与 quiz.yaml 相同：2026-12-08T18:00+08:00，或 2026-12-08T10:00Z。",
            ),
        )
    return moment


def _span(minutes: float | None) -> timedelta | None:
    """Return minutes as a span. Raises: UsageError for what is none."""
    try:
        return None if minutes is None else timedelta(minutes=minutes)
    except (OverflowError, ValueError):  # inf, nan
        raise UsageError(
            Text(en="--minutes: not a number of minutes.", zh="--minutes：不是分钟数。"),
            remedy=Text(en="Write a number: --minutes 10.", zh="请写一个数：--minutes 10。"),
        ) from None


def _lines(quiz: str, extended: Extended) -> list[Text]:
    who = printable(extended.student, limit=200)
    lines = [Text(en=f"{who} now has, in {quiz}:", zh=f"{who} 在 {quiz} 中现有：")]
    if extended.extra:
        minutes = f"{extended.extra.total_seconds() / 60:g}"
        noun = "minute" if minutes == "1" else "minutes"
        lines.append(Text(en=f"  {minutes} {noun} more", zh=f"  多 {minutes} 分钟"))
    if extended.closes is not None:
        shown = _shown(extended.closes)
        lines.append(Text(en=f"  until {shown}, when it closes", zh=f"  关闭时间 {shown}"))
    if extended.attempts:
        noun = "attempt" if extended.attempts == 1 else "attempts"
        lines.append(Text(en=f"  {extended.attempts} {noun} more", zh=f"  多 {extended.attempts} 次作答"))
    if extended.deadline is not None:
        shown = _shown(extended.deadline)
        lines.append(Text(en=f"  an open attempt, until {shown}", zh=f"  一次进行中的作答，截止 {shown}"))
    if len(lines) == 1:
        lines.append(Text(en="  what the others have", zh="  与他人相同"))
    return lines


def _warnings(extended: Extended) -> list[Text]:
    found = []
    if not extended.has_begun:
        found.append(
            Text(
                en="Nobody of that name has begun it yet: look for a slip if you thought so.",
                zh="还没有叫这个名字的人开始过：如果你以为有，请检查拼写。",
            )
        )
    if extended.was_over:
        found.append(
            Text(
                en="The quiz had closed for everybody, so others may have seen its answers. They are hidden again "
                "until this student's time is over.",
                zh="测验此前已对所有人关闭，其他人可能已看到答案。在该学生的时间结束之前，答案会重新隐藏。",
            )
        )
    return found


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M %z}"
