"""What is handed in by nobody of the roster: told before somebody who is on it counts as missing for that.

One stranger is graded under the entry's own name, and said. A class of nothing but strangers was read in the wrong way.
So was a folder that nobody on the roster is called like, and that holds entries of some who are (`late/zoe.py`,
`section1/`): it is in doubt. So is one in which no exercise's own file has its one place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from grader.batch.finding import holds, locate
from grader.batch.folders import examples, inner_contents, text_of
from grader.batch.handed import Doubt, EntryOptions, Found
from grader.batch.matching import Match, Matcher
from grader.batch.names import stem_of
from grader.batch.roster import Roster
from grader.errors import UsageError
from grader.exercise.paths import is_folder, show_name, show_path
from grader.records import Exercise, Text
from grader.submission.folder import deeper_homes

_CLASS = 2  # strangers, and nobody else
_LOOKED_INTO = 100  # folders in one of nobody's


def with_folders_of_nobody_in_doubt(
    found: Sequence[Found], exercises: Sequence[Exercise], roster: Roster
) -> list[Found]:
    """Return what was found, with a doubt on folders that nobody on the roster is called like, as said above."""
    matcher = Matcher(roster)
    kept = []
    for one in found:
        if one.doubt is None and _is_called_by_its_folder(one) and matcher.match(one).person is None:
            whose = list(islice(_called_in(one, matcher), 2))
            if whose or not _has_one_place(one, exercises):
                one = _in_doubt(one, whose, exercises)
        kept.append(one)
    return kept


def refuse_only_strangers(
    handed: Sequence[tuple[Found, Match]], empty: Sequence[Match], roster: Roster | None, options: EntryOptions
) -> None:
    """Refuse a class of which nobody is on the roster, by whatever is handed in. Raises: UsageError."""
    if roster is None or any(match.person is not None for match in (*(match for _, match in handed), *empty)):
        return
    strangers = {one.entry: match.student for one, match in handed if one.doubt is None}
    if len(strangers) < _CLASS:
        return
    by = f" (--names {show_name(options.names)})" if options.names else ""
    read = examples([f"{entry} ({student})" for entry, student in sorted(strangers.items())])
    shown, people = show_path(roster.path), examples([person.id for person in roster.people])
    raise UsageError(
        Text(
            en=f"{shown}: nobody who handed in is on the roster. Read{by}: {read}. On the roster: {people}.",
            zh=f"{shown}：提交者无一在名单上。读作{by}：{read}。名单上有：{people}。",
        ),
        remedy=Text(
            en="Say where the student stands in these names, --names '{student}_{exercise}' or the platform; or write "
            "what they say into a column of the roster: id, email, login, GitHub username, or the path as entry. "
            "Without --roster all are graded under the names that were read.",
            zh="请用 --names '{student}_{exercise}' 或平台名说明学生在名称中的位置；或把名称中的写法填入名单的某一列："
            "id、email、login、GitHub username，或在 entry 列写路径。不用 --roster 则都按所读的名称评分。",
        ),
    )


def _is_called_by_its_folder(one: Found) -> bool:
    """Whether a folder's own name, and nothing that a platform wrote, says whose it is."""
    is_plain = not (one.ids or one.is_login or one.owner)
    is_own = is_plain and text_of(one.path.name) in (one.student, f"{one.student}.git")
    return is_own and not one.path.is_symlink() and is_folder(one.path)


def _called_in(one: Found, matcher: Matcher) -> Iterator[str]:
    """Yield what lies in a folder, or in one right below, and is called like somebody on the roster."""
    top = inner_contents(one.path).items
    below = (item for folder in top[:_LOOKED_INTO] if folder.is_folder for item in inner_contents(folder.path).items)
    for item in (*top, *below):
        name = text_of(stem_of(item.name))
        if matcher.match(Found(path=item.path, entry="", student=name)).person is not None:
            yield item.path.relative_to(one.path.parent).as_posix()


def _has_one_place(one: Found, exercises: Sequence[Exercise]) -> bool:
    """Whether an exercise's own file lies in a folder, by its name, and in one place."""
    for exercise in exercises if one.exercise is None else (one.exercise,):
        place = locate(one.path, exercise, alone=False)
        if place is not None and (place != one.path or holds(inner_contents(place), exercise)):
            return True
        below = [item for item in inner_contents(one.path).items if item.is_folder]
        homes = [item for item in below if holds(inner_contents(item.path), exercise)]
        if len(homes) + len(deeper_homes(exercise, one.path)) == 1:
            return True
    return False


def _in_doubt(one: Found, whose: Sequence[str], exercises: Sequence[Exercise]) -> Found:
    shown = show_name(one.entry)
    en = f" In it lies {' and '.join(map(show_name, whose))}, called like a student." if whose else ""
    zh = f"其中有名称与学生相同的 {'、'.join(map(show_name, whose))}。" if whose else ""
    doubt = Doubt(
        problem=Text(
            en=f"{shown}: whose is it? Nobody on the roster is called so.{en}",
            zh=f"{shown}：是谁的？名单上没有这个名称。{zh}",
        ),
        remedy=Text(
            en="Whoever grades: where it is one student's, write it into the column entry of the roster, beside them; "
            f"where it holds the entries of several, write each of them there ({shown}/…), or move them up; then go on "
            "with --resume. Where the whole class lies in such folders, begin anew with these as SUBMISSIONS.",
            zh="请评分的老师：若是一名学生的，把它写进名单的 entry 列中该学生一行；若其中是多人的提交，把每一项"
            f"（{shown}/…）写进 entry 列，或移到上一层；然后用 --resume 继续。若全班都在这样的文件夹中，"
            "请直接以这些文件夹作为 SUBMISSIONS 重新开始。",
        ),
    )
    exercise = one.exercise or exercises[0]
    return replace(one, student=f"{one.entry} (?)", exercise=exercise, is_bare=False, doubt=doubt)
