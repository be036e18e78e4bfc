"""What the roster itself says is somebody's entry: found wherever it lies, a team's by each of its students.

It goes before every other reading of a name: whoever grades wrote it. A student may only share or lose an entry by it
where that is said.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader.batch.attempts import Claim
from grader.batch.folders import examples, inner_contents, skipped, text_of
from grader.batch.handed import Doubt, Found
from grader.batch.matching import By
from grader.batch.roster import Person, Roster, plain_entry
from grader.batch.table import quoted
from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.exercise.problems import closest
from grader.records import Text

_BESIDE_NAMED = Text(en="the roster names others in this folder", zh="名单指明的是该文件夹中的其他项")

_Owners = Mapping[str, Sequence[Person]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What was found, with whose it is where the roster says it, and what is to be said of that."""

    found: tuple[Found, ...]
    notes: tuple[Text, ...] = ()


def with_rosters_entries(found: Sequence[Found], paths: Sequence[Path], roster: Roster) -> Named:
    """Return what was found, and what the roster names deeper than entries are looked for; what two share, for each.

    Raises: UsageError for an entry that leads out of the folder of submissions.
    """
    owners: dict[str, list[Person]] = {}
    for person in roster.people:
        if person.entry:
            owners.setdefault(plain_entry(person.entry), []).append(person)
    if not owners:
        return Named(found=tuple(found))
    notes: list[Text] = []
    deeper = _deeper(owners, {one.entry for one in found}, paths, roster, notes)
    kept = [*_without_opened(found, deeper, owners, notes), *deeper]
    here = {one.entry for one in kept}
    teams = {entry: people for entry, people in owners.items() if len(people) > 1 and entry in here}
    notes += [_shared(teams)] if teams else []
    return Named(found=tuple(_owned(kept, owners)), notes=tuple(notes))


def without_their_entry(claims: Sequence[Claim], found: Sequence[Found], roster: Roster) -> list[Claim]:
    """Return the claims, in doubt where the roster names something else for their student, and that is not there."""
    there = {one.owner for one in found}
    absent = {person.id: person for person in roster.people if person.entry and person.id not in there}
    return [
        replace(one, doubt=one.doubt or _not_the_named(absent[one.match.student], one, found, roster))
        if one.match.person is not None and one.match.student in absent
        else one
        for one in claims
    ]


def by_the_roster(claims: Sequence[Claim], notes: list[Text]) -> list[Claim]:
    """Return the claims without those of other entries, where the roster's own has a student's work for an exercise."""
    settled = {(one.match.student, one.exercise.name) for one in claims if one.match.by is By.ENTRY}
    beside = [
        one for one in claims if one.match.by is not By.ENTRY and (one.match.student, one.exercise.name) in settled
    ]
    if beside:
        shown = examples(list(dict.fromkeys(one.found.entry for one in beside)))
        notes.append(
            Text(
                en=f"{len(beside)} beside what the roster names for their student, left out: {shown}",
                zh=f"{len(beside)} 项与名单为该学生指明的项并列，未采用：{shown}",
            )
        )
    return [one for one in claims if one not in beside]


def _deeper(owners: _Owners, listed: set[str], paths: Sequence[Path], roster: Roster, notes: list[Text]) -> list[Found]:
    """Return what the roster names that was not listed, once each; a note is made of what is not there."""
    deeper = []
    for entry, people in owners.items():
        if entry in listed:
            continue
        inner = PurePosixPath(people[0].entry.replace("\\", "/"))  # as the file system may have it
        if inner.is_absolute() or ".." in inner.parts:
            raise _leads_out(roster, people[0])
        place = next((place for path in paths if (place := _below(path, inner)) is not None), None)
        if place is None:
            notes += [_not_there(roster, person) for person in people]
        else:
            deeper.append(Found(path=place, entry=entry, student=people[0].id))
    return deeper


def _below(folder: Path, inner: PurePosixPath) -> Path | None:
    """Return what a path leads to, each name in whichever Unicode form it lies there; None: nothing, or a folder on its
    way is a link, which a student could have put there."""
    for depth, part in enumerate(inner.parts):
        if depth and folder.is_symlink():
            return None
        place = folder / part
        if not os.path.lexists(place):
            alike = [item.path for item in inner_contents(folder).items if text_of(item.name) == text_of(part)]
            if len(alike) != 1:
                return None
            place = alike[0]
        folder = place
    return folder


def _without_opened(found: Sequence[Found], deeper: Sequence[Found], owners: _Owners, notes: list[Text]) -> list[Found]:
    """Return what was found, without folders that the roster looks into, and without parts of what it names whole."""
    named = {one.entry for one in deeper}
    opened = {str(parent) for entry in named for parent in PurePosixPath(entry).parents} - owners.keys()
    for one in (one for one in found if one.entry in opened):
        known = {*owners, *opened}
        names = [item.name for item in inner_contents(one.path).items]
        if beside := [name for name in names if f"{one.entry}/{text_of(name)}" not in known]:
            notes.append(skipped(one.path, beside, _BESIDE_NAMED))
    return [
        one
        for one in found
        if one.entry not in opened
        and (one.entry in owners or not any(str(parent) in named for parent in PurePosixPath(one.entry).parents))
    ]


def _owned(found: Sequence[Found], owners: _Owners) -> list[Found]:
    """Return the same, what the roster names once for each who has it."""
    owned: list[Found] = []
    told: set[tuple[Path, str, int | None]] = set()
    for one in found:
        people = owners.get(one.entry)
        what = (one.path, one.exercise.name if one.exercise is not None else "", one.attempt)
        if people is None:
            owned.append(one)
        elif what not in told:  # of a platform's group each member was listed: what the roster says counts
            told.add(what)
            owned += [replace(one, student=own.id, name=own.name, ids=(), owner=own.id) for own in people]
    return owned


# --------------------------------------------------------------------------------------------- what is said


def _shared(teams: _Owners) -> Text:
    shown = examples([f"{entry} ({', '.join(one.id for one in people)})" for entry, people in teams.items()])
    return Text(
        en=f"{len(teams)} named by the roster for several students, each of whom is graded for it: {shown}",
        zh=f"名单中有 {len(teams)} 项由多名学生共有，每人各自按它评分：{shown}",
    )


def _leads_out(roster: Roster, person: Person) -> UsageError:
    shown = show_path(roster.path)
    return UsageError(
        Text(
            en=f"{shown}: line {person.line}: {quoted(person.entry)} leads out of the folder of submissions.",
            zh=f"{shown}：第 {person.line} 行：{quoted(person.entry)} 指向提交文件夹之外。",
        ),
        remedy=Text(en="Write the path from SUBMISSIONS on.", zh="请写提交文件夹之下的路径。"),
    )


def _not_the_named(person: Person, claim: Claim, found: Sequence[Found], roster: Roster) -> Doubt:
    shown, named, other = show_path(roster.path), quoted(text_of(person.entry)), show_name(claim.found.entry)
    near = closest(text_of(person.entry), [one.entry for one in found if one.entry != claim.found.entry])
    en = f" Did you mean {show_name(near)}?" if near else ""
    zh = f"是不是 {show_name(near)}？" if near else ""
    student = quoted(person.id)
    return Doubt(
        problem=Text(
            en=f"{shown}: line {person.line}: {named}, which {student} is to be graded for, is not in the folder of "
            f"submissions. There is {other}: is it meant?{en}",
            zh=f"{shown}：第 {person.line} 行：{student} 应按 {named} 评分，而提交文件夹中没有它。"
            f"有 {other}：是指它吗？{zh}",
        ),
        remedy=Text(
            en=f"Whoever grades: write {other} into the column entry, or what else is meant, or put {named} there; "
            "then go on with --resume.",
            zh=f"请评分的老师在 entry 列中写 {other} 或所指的另一项，或补上 {named}，然后用 --resume 继续。",
        ),
    )


def _not_there(roster: Roster, person: Person) -> Text:
    shown, entry = show_path(roster.path), quoted(text_of(person.entry))
    return Text(
        en=f"{shown}: line {person.line}: {entry} is not in the folder of submissions.",
        zh=f"{shown}：第 {person.line} 行：提交文件夹中没有 {entry}。",
    )
