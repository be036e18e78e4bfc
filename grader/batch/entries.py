"""Turns `EXERCISE… SUBMISSIONS…` into entries: one for each student, exercise and attempt.

Theory of operation. Only names are read here, with the tables that the instructor names, and of an archive its members'
names where several exercises are asked for; what is in a file is `collect`'s to read, under its caps. Nothing is
dropped: what is no submission is noted with the reason, who handed in nothing is listed, who is on no roster is graded
under their own name. Nothing is guessed: what can be read in two ways is an error that says how to say which is meant.
The result depends on names only, never on the order in which a file system lists them.

    listing    a path of SUBMISSIONS  ->  the things in it (`finding` tells a student's folder from a class's)
    finding    a thing and an exercise  ->  what `collect` is to read for it
    matching   a thing  ->  a student of the roster
    times      when it was handed in;  attempts: which one of several it is
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader.batch.attempts import Claim, in_order
from grader.batch.finding import locate
from grader.batch.folders import examples, text_of
from grader.batch.handed import Entry, EntryOptions, Found, Handed, Missing
from grader.batch.listing import list_path
from grader.batch.matching import Match, Matcher
from grader.batch.repositories import Pinned, holds, pinned
from grader.batch.roster import Person, Roster, folded, read_roster
from grader.batch.table import quoted
from grader.batch.times import GIT, MTIME, TimeRow, layout_time, modified_at, read_times
from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, HandedIn, Text

MAX_STRANGERS = 20  # that a note of its own is made of, with who was probably meant

__all__ = ["Entry", "EntryOptions", "Handed", "Missing", "find_entries"]


def find_entries(exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions | None = None) -> Handed:
    """Return what was handed in for `exercises` at `paths`, sorted by student, exercise and attempt.

    Raises: UsageError for a path that is not there or can be read in two ways, a table with a mistake, two entries of
    one student that nothing tells apart, and where there is no entry at all.
    """
    options = options or EntryOptions()
    _check(exercises, paths, options)
    roster = read_roster(options.roster, zone=options.zone) if options.roster else None
    found, notes = _listed(exercises, paths, options, roster)
    claims, unclaimed = _claims(exercises, found, options, roster)
    notes += _notes_on(claims, unclaimed, exercises, roster)
    claims = _dated(claims, options)
    ordered = _attempts(claims)
    if not ordered:
        raise _no_entry(exercises, paths, found)
    ordered = _given_times(ordered, exercises, options, roster, notes)
    return Handed(
        entries=tuple(_entry(claim, roster) for claim in ordered),
        missing=_missing(ordered, exercises, roster, unclaimed),
        notes=(*(roster.notes if roster else ()), *notes),
        roster=roster,
    )


def _check(exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions) -> None:
    if not exercises or not paths:
        raise UsageError(
            Text(en="Name an exercise, and where the submissions are.", zh="请给出练习名称和提交所在的位置。"),
            remedy=Text(
                en="For example: dlgrade grade softmax submissions/", zh="例如：dlgrade grade softmax submissions/"
            ),
        )
    if options.student and (len(paths) > 1 or options.names):
        other = "--names" if options.names else ", ".join(show_path(path) for path in paths[:3])
        raise UsageError(
            Text(
                en=f"--student {show_name(options.student)}: it names one student, and does not go with {other}.",
                zh=f"--student {show_name(options.student)}：它指明一名学生，不能与 {other} 同用。",
            ),
            remedy=Text(en="Give that student's one path.", zh="请只给出该学生的一个路径。"),
        )


# --------------------------------------------------------------------------------------------- what lies there


def _listed(
    exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions, roster: Roster | None
) -> tuple[list[Found], list[Text]]:
    listings = [list_path(path, exercises, options) for path in paths]
    found = [one for listing in listings for one in listing.found]
    notes = [note for listing in listings for note in listing.notes]
    return _with_named_paths(found, paths, roster, notes), notes


def _with_named_paths(
    found: list[Found], paths: Sequence[Path], roster: Roster | None, notes: list[Text]
) -> list[Found]:
    """Add what the roster itself says is an entry, where it lies deeper than entries are looked for."""
    listed = {one.entry for one in found}
    for person in roster.people if roster else ():
        if not person.entry or _plain(person.entry) in listed:
            continue
        inner = PurePosixPath(_plain(person.entry))
        if inner.is_absolute() or ".." in inner.parts:
            raise _leads_out(roster, person)
        place = next((path / inner for path in paths if _lies_below(path, inner)), None)
        if place is None:
            notes.append(_not_there(roster, person))
            continue
        above = {str(parent) for parent in inner.parents}
        found = [one for one in found if one.entry not in above]
        found.append(Found(path=place, entry=str(inner), student=person.id))
    return found


def _lies_below(path: Path, inner: PurePosixPath) -> bool:
    """Whether a path is there, and no folder on its way is a link: a student could have put one."""
    above = [path / parent for parent in inner.parents if parent.parts]
    return os.path.lexists(path / inner) and not any(folder.is_symlink() for folder in above)


def _plain(entry: str) -> str:
    return entry.replace("\\", "/").removeprefix("./").rstrip("/")


# --------------------------------------------------------------------------------------------- whose, and for what


def _claims(
    exercises: Sequence[Exercise], found: Sequence[Found], options: EntryOptions, roster: Roster | None
) -> tuple[list[Claim], list[tuple[Found, Match]]]:
    """Return what is somebody's entry for an exercise, and the things that have nothing for any."""
    matcher = Matcher(roster) if roster else None
    claims: list[Claim] = []
    unclaimed: list[tuple[Found, Match]] = []
    for one in found:
        match = matcher.match(one) if matcher else Match(student=one.student, name=one.name, person=None)
        asked = exercises if one.exercise is None else (one.exercise,)
        pin = pinned(one, match, options)
        own = _at_commit(one, match, pin, asked) if pin else _in_place(one, match, asked)
        claims += own
        if not own:
            unclaimed.append((one, match))
    return claims, unclaimed


def _in_place(one: Found, match: Match, asked: Sequence[Exercise]) -> list[Claim]:
    return [
        Claim(found=one, match=match, exercise=exercise, path=place)
        for exercise in asked
        if (place := locate(one.path, exercise, alone=len(asked) == 1)) is not None
    ]


def _at_commit(one: Found, match: Match, pin: Pinned, asked: Sequence[Exercise]) -> list[Claim]:
    return [
        Claim(found=one, match=match, exercise=exercise, path=one.path, commit=pin.commit, at=pin.at)
        for exercise in holds(one, pin.commit, asked)
    ]


def _notes_on(
    claims: Sequence[Claim],
    unclaimed: Sequence[tuple[Found, Match]],
    exercises: Sequence[Exercise],
    roster: Roster | None,
) -> list[Text]:
    notes = []
    if unclaimed:
        names = [one.entry for one, _ in unclaimed]
        asked = ", ".join(exercise.name for exercise in exercises)
        notes.append(
            Text(
                en=f"{len(names)} without a file for any of {asked}: {examples(names)}. "
                "Where a file's name says the exercise: --names '{student}_{exercise}'.",
                zh=f"{len(names)} 项中没有 {asked} 的文件：{examples(names)}。"
                "若文件名中写有练习名：--names '{student}_{exercise}'。",
            )
        )
    if roster:
        matcher = Matcher(roster)
        strangers = {claim.match.student: claim.found for claim in claims if claim.match.person is None}
        listed = sorted(strangers)
        notes += [matcher.unknown(strangers[student]) for student in listed[:MAX_STRANGERS]]
        if more := listed[MAX_STRANGERS:]:
            notes.append(
                Text(
                    en=f"{len(more)} more are not on the roster: {examples(more)}",
                    zh=f"另有 {len(more)} 个不在名单上：{examples(more)}",
                )
            )
        return notes
    spelled: dict[str, set[str]] = {}
    for claim in claims:
        spelled.setdefault(folded(claim.match.student), set()).add(claim.match.student)
    notes += [_alike(sorted(ids)) for _, ids in sorted(spelled.items()) if len(ids) > 1]
    return notes


def _alike(ids: list[str]) -> Text:
    shown = examples(ids)
    return Text(
        en=f"names that differ in case or writing only, taken as different students: {shown}",
        zh=f"仅大小写或写法不同的名称，视为不同的学生：{shown}",
    )


# --------------------------------------------------------------------------------------------- when, and which attempt


def _dated(claims: Sequence[Claim], options: EntryOptions) -> list[Claim]:
    if options.times == GIT:
        return list(claims)
    if options.times == MTIME:
        return [replace(claim, at=modified_at(claim.path, claim.exercise)) for claim in claims]
    return [replace(claim, at=layout_time(claim.found.at, claim.found.entry, options.zone)) for claim in claims]


def _attempts(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        student = claim.match.student
        groups.setdefault((folded(student), student, claim.exercise.name), []).append(claim)
    return tuple(
        claim
        for key in sorted(groups)
        for claim in in_order(sorted(groups[key], key=lambda claim: (claim.found.entry, str(claim.path))))
    )


def _given_times(
    claims: Sequence[Claim],
    exercises: Sequence[Exercise],
    options: EntryOptions,
    roster: Roster | None,
    notes: list[Text],
) -> tuple[Claim, ...]:
    """Return the attempts with the times of `--times FILE.csv`, where one is given."""
    if options.times in ("", GIT, MTIME):
        return tuple(claims)
    rows = read_times(Path(options.times), (*exercises, *options.others), zone=options.zone)
    matcher = Matcher(roster) if roster else None
    times: dict[str, list[TimeRow]] = {}
    for row in rows:
        found = Found(path=Path(), entry="", student=row.student)
        student = matcher.match(found).student if matcher else row.student
        times.setdefault(folded(student), []).append(row)
    handed = {folded(claim.match.student) for claim in claims}
    known = handed | {folded(person.id) for person in (roster.people if roster else ())}
    if strangers := [times[student][0].student for student in sorted(times) if student not in known]:
        shown = show_path(Path(options.times))
        notes.append(
            Text(
                en=f"{shown}: times of {len(strangers)} who handed in nothing: {examples(strangers)}",
                zh=f"{shown}：有 {len(strangers)} 人的时间，但他们没有提交：{examples(strangers)}",
            )
        )
    several = {(one.match.student, one.exercise.name) for one in claims if one.attempt > 1}
    return tuple(_timed(claim, times, options, several) for claim in claims)


def _timed(
    claim: Claim, times: dict[str, list[TimeRow]], options: EntryOptions, several: set[tuple[str, str]]
) -> Claim:
    fits = [
        row
        for row in times.get(folded(claim.match.student), ())
        if row.exercise in (None, claim.exercise) and row.attempt in (None, claim.attempt)
    ]
    # The row that says most wins: one for every exercise stands in where there is none of its own.
    best = max(fits, key=lambda row: (row.exercise is not None, row.attempt is not None), default=None)
    if best is None:
        return claim
    if best.attempt is None and (claim.match.student, claim.exercise.name) in several:
        student, shown = quoted(claim.match.student), show_path(Path(options.times))
        raise UsageError(
            Text(
                en=f"{shown}: line {best.line}: {student} has several attempts; which one is this the time of?",
                zh=f"{shown}：第 {best.line} 行：{student} 有多次提交；这是哪一次的时间？",
            ),
            remedy=Text(en="Add a column attempt, counted from 1.", zh="请增加 attempt 列，从 1 计数。"),
        )
    return replace(claim, at=best.at.isoformat())


# --------------------------------------------------------------------------------------------- the result


def _entry(claim: Claim, roster: Roster | None) -> Entry:
    person = claim.match.person
    return Entry(
        handed_in=HandedIn(
            student=claim.match.student,
            name=claim.match.name,
            entry=claim.found.entry,
            at=claim.at,
            commit=claim.commit,
            attempt=claim.attempt,
        ),
        exercise=claim.exercise,
        path=claim.path,
        is_expected=roster is None or person is not None,
        due=person.due if person else None,
    )


def _missing(
    claims: Sequence[Claim],
    exercises: Sequence[Exercise],
    roster: Roster | None,
    unclaimed: Sequence[tuple[Found, Match]],
) -> tuple[Missing, ...]:
    """Return who has no entry: of the roster, and of those who handed in something else."""
    names = {person.id: person.name for person in (roster.people if roster else ())}
    names |= {match.student: match.name for _, match in unclaimed}
    names |= {claim.match.student: claim.match.name for claim in claims}
    have = {(claim.match.student, claim.exercise.name) for claim in claims}
    return tuple(
        Missing(student=student, name=names[student], exercise=exercise)
        for student in sorted(names, key=lambda student: (folded(student), student))
        for exercise in sorted(exercises, key=lambda exercise: exercise.name)
        if (student, exercise.name) not in have
    )


def _no_entry(exercises: Sequence[Exercise], paths: Sequence[Path], found: Sequence[Found]) -> UsageError:
    shown = ", ".join(show_path(path) for path in paths[:3])
    asked = ", ".join(exercise.name for exercise in exercises)
    there = examples([one.entry for one in found]) or "-"
    return UsageError(
        Text(
            en=f"{shown}: no submission for {asked}. Looked at: {there}.",
            zh=f"{shown}：没有 {asked} 的提交。查看过：{there}。",
        ),
        remedy=Text(
            en="Name the folder with one entry a student; where the names say more, give their pattern: "
            "--names '{student}_{exercise}'.",
            zh="请给出每名学生一项的文件夹；若名称中另有含义，请写出格式：--names '{student}_{exercise}'。",
        ),
    )


def _leads_out(roster: Roster | None, person: Person) -> UsageError:
    assert roster is not None
    shown = show_path(roster.path)
    return UsageError(
        Text(
            en=f"{shown}: line {person.line}: {quoted(person.entry)} leads out of the folder of submissions.",
            zh=f"{shown}：第 {person.line} 行：{quoted(person.entry)} 指向提交文件夹之外。",
        ),
        remedy=Text(en="Write the path from SUBMISSIONS on.", zh="请写提交文件夹之下的路径。"),
    )


def _not_there(roster: Roster | None, person: Person) -> Text:
    assert roster is not None
    shown, entry = show_path(roster.path), quoted(text_of(person.entry))
    return Text(
        en=f"{shown}: line {person.line}: {entry} is not in the folder of submissions.",
        zh=f"{shown}：第 {person.line} 行：提交文件夹中没有 {entry}。",
    )
