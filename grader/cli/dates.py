"""How a course's dates are told: when an exercise comes, when it is due, and that a check is late: it stops nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from grader.exercise import Dates
from grader.records import Text


def due_note(dates: Dates, now: datetime) -> Text | None:
    """Return what to say beside a check; None for an exercise without a due date."""
    if dates.due is None:
        return None
    when = moment_shown(dates.due)
    if dates.is_late(now):
        ago = _span(now - dates.due)
        return Text(
            en=f"Late: this was due {when}, {ago.en} ago. Checking works as before.",
            zh=f"已逾期：截止时间为 {when}，已过 {ago.zh}。仍可照常检查。",
        )
    left = _span(dates.due - now)
    return Text(en=f"Due {when}, in {left.en}.", zh=f"截止时间 {when}，还有 {left.zh}。")


def listed(dates: Dates, now: datetime, *, short: bool) -> Text:
    """Return the cell of a list; `short`: without the moment itself. Empty where there is nothing to say."""
    if dates.release is not None and not dates.is_released(now):
        return _cell(Text(en="comes in", zh="发布还有"), dates.release, dates.release - now, short=short)
    if dates.due is None:
        return Text(en="", zh="")
    if dates.is_late(now):
        ago = _span(now - dates.due)
        late = Text(en=f"due {ago.en} ago", zh=f"已逾期 {ago.zh}")
        when = moment_shown(dates.due)
        return late if short else Text(en=f"{late.en}, {when}", zh=f"{late.zh}，{when}")
    return _cell(Text(en="due in", zh="截止还有"), dates.due, dates.due - now, short=short)


def moment_shown(moment: datetime) -> str:
    """Return a moment as its course writes it, with the zone: `2026-09-28 23:59 (Europe/Zurich)`."""
    return f"{moment:%Y-%m-%d %H:%M} ({moment.tzinfo})"


def _cell(what: Text, moment: datetime, left: timedelta, *, short: bool) -> Text:
    span, when = _span(left), moment_shown(moment)
    soon = Text(en=f"{what.en} {span.en}", zh=f"{what.zh} {span.zh}")
    return soon if short else Text(en=f"{soon.en}, {when}", zh=f"{soon.zh}，{when}")


def _span(span: timedelta) -> Text:
    """Return a span in its largest unit, rounded down: who is told `in 2 days` has them."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    for size, en, zh in ((24 * 60, "day", "天"), (60, "hour", "小时"), (1, "minute", "分钟")):
        if minutes >= size:
            count = minutes // size
            return Text(en=f"{count} {en}{'' if count == 1 else 's'}", zh=f"{count} {zh}")
    return Text(en="less than a minute", zh="不到 1 分钟")
