"""Numbers and times as a quiz says them: points, shares, what is left, when something will be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from grader.cli.language import local
from grader.quiz.model import When
from grader.quiz.rendering.styled import Span, Style
from grader.taking.views import Disclosure


def joined(facts: Sequence[str], style: Style = Style.PLAIN) -> tuple[Span, ...]:
    """Return facts beside each other, with a dot between them: a line that is too long is broken behind a dot alone."""
    spans: list[Span] = []
    for place, fact in enumerate(facts):
        is_last = place == len(facts) - 1
        spans += [Span(fact if is_last else f"{fact} ·", style, whole=True), *([] if is_last else [Span(" ", style)])]
    return tuple(spans)


def number(value: Fraction) -> str:
    """Return a number of points with at most two decimals: 1, 0.67."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def points(value: Fraction) -> str:
    """Return points with their noun."""
    shown = number(value)
    return local(f"{shown} point" if shown == "1" else f"{shown} points", f"{shown} 分")


def questions(count: int) -> str:
    """Return how many questions."""
    return local("1 question" if count == 1 else f"{count} questions", f"{count} 题")


def score(earned: Fraction, whole: Fraction) -> str:
    """Return a score: 15.5 / 18 points (86%). Rounded down, so that 100% is everything."""
    share = int(100 * earned / whole) if whole else 100
    return local(
        f"{number(earned)} / {number(whole)} points ({share}%)", f"{number(earned)} / {number(whole)} 分（{share}%）"
    )


def duration(seconds: float) -> str:
    """Return a length of time: 1 h 20 min, 12 min, 45 s."""
    whole = max(int(seconds), 0)
    if whole < 90:
        return local(f"{whole} s", f"{whole} 秒")
    hours, minutes = divmod(round(whole / 60), 60)
    if not hours:
        return local(f"{minutes} min", f"{minutes} 分钟")
    rest = local(f" {minutes} min", f" {minutes} 分钟") if minutes else ""
    return local(f"{hours} h", f"{hours} 小时") + rest


def moment(at: datetime) -> str:
    """Return a date and time where this computer is."""
    here = at.astimezone()
    return f"{here:%Y-%m-%d %H:%M} {here.tzname() or ''}".rstrip()


def later(disclosure: Disclosure) -> str:
    """Return when something that is not shown yet will be."""
    match disclosure.when:
        case When.NEVER:
            return local("not shown in this quiz", "本测验不公布")
        case When.AFTER_CLOSE if disclosure.at is not None:
            return local(f"shown after {moment(disclosure.at)}", f"将于 {moment(disclosure.at)} 之后公布")
        case When.AFTER_CLOSE:
            return local("shown when the quiz is closed for everybody", "所有人截止后公布")
    return local("shown when you have handed in", "交卷后公布")
