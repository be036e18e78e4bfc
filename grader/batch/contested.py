"""Entries of several accounts of a platform that read as one student's: in doubt, all of them.

A name on a platform, or an id that students type there, may be chosen. So of two accounts that go by alice's neither is
hers by that alone. Each would be nobody's, and she would count as missing, though she handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.batch.folders import examples
from grader.batch.handed import Doubt, Found
from grader.batch.matching import Matcher
from grader.batch.roster import Person, Roster
from grader.exercise.paths import show_name
from grader.records import Text


def with_contested_in_doubt(found: Sequence[Found], roster: Roster) -> list[Found]:
    """Return what was found, with a doubt on what several accounts claim, or several students are called like."""
    if not any(one.ids for one in found):
        return list(found)
    claims = Matcher(roster).contested(found)
    return [
        _in_doubt(one, claims[place], [found[other] for other, whose in claims.items() if whose == claims[place]])
        if place in claims and one.doubt is None
        else one
        for place, one in enumerate(found)
    ]


def _in_doubt(one: Found, whose: Sequence[Person], alike: Sequence[Found]) -> Found:
    shown, people = show_name(one.entry), examples([person.id for person in whose])
    others = examples([other.entry for other in alike if other.ids != one.ids])
    en = f" By their names or ids {others} may be, too." if others else ""
    zh = f"按姓名或编号，{others} 也可能是。" if others else ""
    doubt = Doubt(
        problem=Text(
            en=f"{shown}: is it of {people}?{en} A name or an id on the platform may be chosen.",
            zh=f"{shown}：是 {people} 的吗？{zh}平台上的姓名或编号可能是自选的。",
        ),
        remedy=Text(
            en="Whoever grades: see on the platform whose account it is, and write the entry into the column entry of "
            "the roster, beside that student; or give the roster a column with the platform's numbers. Then go on "
            "with --resume.",
            zh="请评分的老师在平台上查明是谁的账号，把该项写进名单的 entry 列中该学生一行，或在名单中加一列平台编号；"
            "然后用 --resume 继续。",
        ),
    )
    # All files of one account stay together, under what is nobody's name or number.
    return replace(one, student=f"{one.name or one.student} ({one.ids[0]}) (?)", name="", ids=(), doubt=doubt)
