"""When an exercise is given out and when it is due: read from a course's dates, and asked about at a moment.

A moment has an offset of its own (`2026-09-28T23:59:00+02:00`), or is local time in the course's time zone. Dates tell
people when; they keep nobody from checking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

from grader.errors import both
from grader.exercise.problems import closest, key_path, kind_of, problem, toml_literal
from grader.records import Text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

KEYS = ("release", "due")
YEARS = range(1970, 9000)  # at the ends of the calendar no other zone has that moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Moments with their zone, as the course shows them; None: not said."""

    release: datetime | None = None
    due: datetime | None = None

    def is_released(self, now: datetime) -> bool:
        """Return whether the exercise is given out by `now`."""
        return self.release is None or self.release <= now

    def is_late(self, now: datetime) -> bool:
        """Return whether it was due before `now`."""
        return self.due is not None and self.due < now


NO_DATES = Dates()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDates:
    """The dates of every exercise, and of those that have their own, by the name that the course's file uses."""

    common: Dates = NO_DATES
    own: tuple[tuple[str, Dates], ...] = ()
    zone: tzinfo | None = None  # of moments without an offset; None: the course names none


def read_zone(name: str | None) -> ZoneInfo | Text | None:
    """Return the time zone called `name`, None without a name, or what is wrong with the name."""
    if name is None:
        return None
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
    if not known:
        fix = Text(
            en="This machine has no time zones: run `pip install tzdata`, or give each date its offset.",
            zh="这台机器没有时区数据：请运行 `pip install tzdata`，或为每个日期写上时差。",
        )
    elif match := closest(name, known):
        fix = Text(en=f'Did you mean "{match}"?', zh=f'是不是想写 "{match}"？')
    else:
        fix = both('timezone = "Europe/Zurich"')
        fix = Text(en=f"For example: {fix.en}", zh=f"例如：{fix.zh}")
    expected = Text(en="the name of a time zone", zh="时区名称")
    return problem(("timezone",), name, expected=expected, got=both(toml_literal(name)), fix=fix)


def date_problems(table: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Text]:
    """Return what is wrong with a course's `[dates]`: keys, values that are no moments, an end before its beginning."""
    common = {key: value for key, value in table.items() if not isinstance(value, dict)}
    own = {key: value for key, value in table.items() if isinstance(value, dict)}
    for path, given in ((("dates",), common), *((("dates", name), value) for name, value in own.items())):
        found = [wrong for key, value in given.items() if (wrong := _problem((*path, key), value, zone))]
        yield from found
        if not found:
            yield from _out_of_order(path, {**common, **given}, zone)


def read_dates(table: Mapping[str, Any], zone: tzinfo | None) -> CourseDates:
    """Return the dates of a `[dates]` table that has no problem."""
    common = _dates(table, zone, NO_DATES)
    own = tuple((name, _dates(value, zone, common)) for name, value in table.items() if isinstance(value, dict))
    return CourseDates(common=common, own=own, zone=zone)


def _dates(table: Mapping[str, Any], zone: tzinfo | None, inherited: Dates) -> Dates:
    release, due = (table.get(key) for key in KEYS)
    return Dates(
        release=inherited.release if release is None else moment(release, zone),
        due=inherited.due if due is None else moment(due, zone),
    )


def moment(value: datetime, zone: tzinfo | None) -> datetime:
    """Return `value` with its offset, in the course's zone where it has one."""
    if value.tzinfo is not None:
        return value if zone is None else value.astimezone(zone)
    # In the hour that comes twice when clocks are set back, the later one is meant: nobody is late by a guess.
    return value.replace(tzinfo=zone, fold=1)


def _problem(path: tuple[str, ...], value: object, zone: tzinfo | None) -> Text | None:
    if path[-1] not in KEYS:
        match = closest(path[-1], KEYS)
        fix = Text(
            en=f"Did you mean {match}?" if match else "Dates of one exercise go under [dates.exercise03].",
            zh=f"是不是想写 {match}？" if match else "单个练习的日期写在 [dates.exercise03] 下。",
        )
        key, allowed = key_path(path), ", ".join(KEYS)
        return Text(
            en=f"{key}: unknown key. Allowed there: {allowed}. {fix.en}",
            zh=f"{key}：未知的键。可用：{allowed}。{fix.zh}",
        )
    expected = Text(en="a date with a time", zh="日期和时间")
    example = Text(en=f"For example: {path[-1]} = 2026-09-28T23:59:00", zh=f"例如：{path[-1]} = 2026-09-28T23:59:00")
    if isinstance(value, str):
        unquoted = Text(en="Remove the quotes.", zh="请去掉引号。") if _reads_as_moment(value) else example
        return problem(path, value, expected=expected, got=kind_of(value), fix=unquoted)
    if isinstance(value, date) and not isinstance(value, datetime):
        fix = Text(en=f"Add the time: {path[-1]} = {value}T23:59:00", zh=f"请加上时间：{path[-1]} = {value}T23:59:00")
        return problem(path, value, expected=expected, got=Text(en="a date alone", zh="只有日期"), fix=fix)
    if not isinstance(value, datetime):
        got = Text(en="a time alone", zh="只有时间") if isinstance(value, time) else kind_of(value)
        return problem(path, value, expected=expected, got=got, fix=example)
    if value.year not in YEARS:
        years = f"[{YEARS.start}, {YEARS.stop - 1}]"
        within = Text(en=f"a year in {years}", zh=f"{years} 内的年份")
        return problem(path, value, expected=within, got=both(str(value.year)), fix=example)
    return _local_problem(path, value, zone) if value.tzinfo is None else None


def _local_problem(path: tuple[str, ...], value: datetime, zone: tzinfo | None) -> Text | None:
    if zone is None:
        return problem(
            path,
            value,
            expected=Text(en="a time whose zone is known", zh="时区明确的时间"),
            got=Text(en="a local time", zh="本地时间"),
            fix=Text(
                en=f'Add timezone = "Europe/Zurich" above the first [table], or an offset: {value.isoformat()}+02:00.',
                zh=f'请在第一个 [表] 之前写 timezone = "Asia/Shanghai"，或加上时差：{value.isoformat()}+08:00。',
            ),
        )
    there = moment(value, zone)
    if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != value:
        expected = Text(en=f"a time that exists in {zone}", zh=f"{zone} 中存在的时间")
        got = Text(en="one that is skipped when clocks are set forward", zh="调快时钟时被跳过的时间")
        fix = Text(en="Choose an hour before or after.", zh="请改为早一小时或晚一小时。")
        return problem(path, value, expected=expected, got=got, fix=fix)
    return None


def _out_of_order(path: tuple[str, ...], given: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Text]:
    if any(key not in given or _problem((*path, key), given[key], zone) for key in KEYS):
        return  # told already, where it stands
    release, due = (moment(given[key], zone) for key in KEYS)
    if release >= due:
        yield problem(
            (*path, "due"),
            given["due"],
            expected=Text(en=f"a time after release = {release}", zh=f"晚于 release = {release} 的时间"),
            got=both(str(due)),
            fix=Text(en="Move one of them.", zh="请调整其中之一。"),
        )


def _reads_as_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) > len("2026-09-28")
