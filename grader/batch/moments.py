"""Reads moments as people and platforms write them: ISO 8601, with an offset or in the course's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from grader.batch.table import Table, quoted, wrong
from grader.exercise.dates import YEARS, moment
from grader.records import Text

# 2026-09-28 23:59, with T or a space, seconds or none, "Z", "UTC", "+02:00" or "+0200" behind it or nothing; and
# 2026/9/28 23:59, which Excel makes of it.
_MOMENT = re.compile(
    r"(?P<day>\d{4}-?\d{2}-?\d{2}|\d{4}[-/]\d{1,2}[-/]\d{1,2})[T _]"
    r"(?P<time>\d{1,2}[:.-]?\d{2}(?:[:.-]?\d{2}(?:\.\d{1,9})?)?)"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[A-Z][a-z]+(?:/[A-Za-z_]+)+)?"
)
# Moodle's tables: "Wednesday, 12 March 2025, 10:15 AM", "12 March 2025, 22:15", "2025年03月12日 星期三 10:15".
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LONG = re.compile(
    r"(?:[A-Za-z]+, )?(?P<day>\d{1,2}) (?P<month>[A-Za-z]+) (?P<year>\d{4}), "
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>[AaPp])[Mm])?"
)
_HAN = re.compile(
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日\s*(?:[,，]?\s*(?:星期|周).)?\s*[,，]?\s*"
    r"(?P<half>上午|下午)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})"
)
PATTERN = r"\d{4}-?\d{2}-?\d{2}[T_ ]\d{2}[:.-]?\d{2}(?:[:.-]?\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?"


def moment_in(text: str, zone: tzinfo | None) -> datetime | Text:
    """Return the moment that `text` says, with its offset, or what is wrong with it."""
    text = _written_out(text.strip()) or text
    match = _MOMENT.fullmatch(text.strip())
    value = None if match is None else _local(match)
    if match is None or value is None or value.year not in YEARS:
        return Text(
            en=f"{quoted(text)} is not a time.",
            zh=f"{quoted(text)} 不是时间。",
        )
    named = match["zone"] or ""
    if named in ("Z", "UTC", "GMT"):
        return value.replace(tzinfo=UTC)
    if named[:1] in ("+", "-"):
        return datetime.strptime(f"{value:%Y-%m-%dT%H:%M:%S.%f}{named}", "%Y-%m-%dT%H:%M:%S.%f%z")
    if named:
        from grader.exercise.dates import read_zone

        place = read_zone(named)
        return place if isinstance(place, Text) else moment(value, place)
    if zone is None:
        return Text(
            en=f"{quoted(text)} is a local time, and the course names no time zone.",
            zh=f"{quoted(text)} 是本地时间，而课程没有写明时区。",
        )
    return moment(value, zone)


def read_moment(table: Table, line: int, text: str, zone: tzinfo | None) -> datetime:
    """Return the moment in a table's cell. Raises: UsageError."""
    value = moment_in(text, zone)
    if isinstance(value, Text):
        raise wrong(table.path, value, ZONE_FIX, line=line)
    return value


ZONE_FIX = Text(
    en='Write it as 2026-09-28T23:59:00+02:00; without the offset, with timezone = "Europe/Zurich" in dlgrade.toml.',
    zh='请写成 2026-09-28T23:59:00+08:00；不写时差时，请在 dlgrade.toml 中写 timezone = "Asia/Shanghai"。',
)


def _written_out(text: str) -> str:
    """Return a date in words as ISO 8601 in local time; "": it is none."""
    match = _LONG.fullmatch(text) or _HAN.fullmatch(text)
    if match is None:
        return ""
    name = match["month"].casefold()
    months = [number for number, month in enumerate(_MONTHS, 1) if len(name) > 2 and month.startswith(name)]
    month = int(name) if name.isdigit() else months[0] if len(months) == 1 else 0
    half, hour = (match["half"] or "").casefold(), int(match["hour"])
    if half in ("a", "p"):
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half == "p" else 0)
    elif half == "下午" and hour < 12:
        hour += 12
    return f"{match['year']}-{month:02}-{int(match['day']):02} {hour:02}:{match['minute']}"


def _local(match: re.Match[str]) -> datetime | None:
    day = "".join(f"{part:0>2}" for part in re.split("[-/]", match["day"]))
    main, _, fraction = _split_fraction(match["time"])
    digits = re.sub(r"[:.-]", "", main)
    if len(digits) in (3, 5):
        digits = "0" + digits
    try:
        value = datetime.strptime(day + digits, "%Y%m%d%H%M%S" if len(digits) == 6 else "%Y%m%d%H%M")
    except ValueError:
        return None
    return value.replace(microsecond=int(f"{fraction:0<6}"[:6])) if fraction else value


def _split_fraction(time: str) -> tuple[str, str, str]:
    seconds = re.fullmatch(r"(\d{1,2}[:.-]?\d{2}[:.-]?\d{2})\.(\d+)", time)
    return (seconds[1], ".", seconds[2]) if seconds else (time, "", "")
