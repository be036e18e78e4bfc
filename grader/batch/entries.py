"""Turns `EXERCISE… SUBMISSIONS…` into entries: one for each student, exercise and attempt.

Theory of operation. Only names are read here, with the tables that the instructor names, and of an archive its members'
names where several exercises are asked for; what is in a file is `collect`'s to read, under its caps. Nothing is
dropped: what is no submission is noted with the reason, who handed in nothing is listed, who is on no roster is graded
under their own name. Nothing is guessed: what can be read in two ways is a question. What the one who grades wrote
(options, a roster, a table of times) is asked about at once, by an error; what a student can cause (two files, a time
that is none) costs that student's entry alone: it is in doubt and has no score, and every other one is graded.
The result depends on names only, never on the order in which a file system lists them.

    listing    a path of SUBMISSIONS  ->  the things in it (`finding` tells a student's folder from a class's)
    finding    a thing and an exercise  ->  what `collect` is to read for it
    matching   a thing  ->  a student of the roster
    times      when it was handed in;  attempts: which one of several it is
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.batch.attempts import Claim, in_order
from grader.batch.dating import dated, notes_on_times, with_given_times, without_doubtful_times
from grader.batch.finding import locate
from grader.batch.folders import examples, inner_contents, skipped, text_of
from grader.batch.handed import Entry, EntryOptions, Found, Handed, Missing
from grader.batch.listing import list_path
from grader.batch.matching import Match, Matcher
from grader.batch.repositories import Pinned, holds, pinned
from grader.batch.roster import Person, Roster, folded, read_roster
from grader.batch.table import quoted
from grader.batch.unfound import refuse_without_files
from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, HandedIn, Text

_BESIDE_NAMED = Text(en="the roster names others in this folder", zh="名单指明的是该文件夹中的其他项")
MAX_STRANGERS = 20  # that a note of its own is made of, with who was probably meant

__all__ = ["Entry", "EntryOptions", "Handed", "Missing", "find_entries"]


def find_entries(exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions | None = None) -> Handed:
    """Return what was handed in for `exercises` at `paths`, sorted by student, exercise and attempt.

    Raises: UsageError for a path that is not there or can be read in two ways, a table with a mistake, and where there
    is no entry that can be graded.
    """
    options = options or EntryOptions()
    _check(exercises, paths, options)
    roster = read_roster(options.roster, zone=options.zone) if options.roster else None
    found, empty, notes = _listed(exercises, paths, options, roster)
    matches = _matches(found, roster, notes)
    claims, unclaimed = _claims(exercises, found, matches, options)
    notes += _notes_on(claims, [one for one, _ in unclaimed], exercises, roster)
    ordered = _attempts([dated(claim, options) for claim in claims], notes)
    if not ordered:
        raise _no_entry(exercises, paths, found)
    refuse_without_files(ordered, paths)
    ordered = with_given_times(ordered, exercises, options, roster, notes)
    notes += notes_on_times(ordered, options)
    ordered = tuple(without_doubtful_times(claim, options) for claim in ordered)
    _refuse_if_none_is_clear(ordered)
    unclaimed += zip(empty, _matches(empty, roster, []), strict=True)
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
) -> tuple[list[Found], list[Found], list[Text]]:
    """Return what lies at the paths, folders with nothing in them, and what is to be said."""
    listings = [list_path(path, exercises, options) for path in paths]
    found = [one for listing in listings for one in listing.found]
    empty = [one for listing in listings for one in listing.empty]
    notes = [note for listing in listings for note in listing.notes]
    return _with_named_paths(found, paths, roster, notes), empty, notes


def _with_named_paths(
    found: list[Found], paths: Sequence[Path], roster: Roster | None, notes: list[Text]
) -> list[Found]:
    """Add what the roster itself says is an entry, where it lies deeper than entries are looked for."""
    listed = {one.entry for one in found}
    named: dict[str, Found] = {}
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
        named[str(inner)] = Found(path=place, entry=str(inner), student=person.id)
    opened = {str(parent) for entry in named for parent in PurePosixPath(entry).parents}
    for one in (one for one in found if one.entry in opened):
        kept = {*named, *opened}
        if beside := [item.name for item in inner_contents(one.path).items if f"{one.entry}/{item.name}" not in kept]:
            notes.append(skipped(one.path, beside, _BESIDE_NAMED))
    return [*(one for one in found if one.entry not in opened), *named.values()]


def _lies_below(path: Path, inner: PurePosixPath) -> bool:
    """Whether a path is there, and no folder on its way is a link: a student could have put one."""
    above = [path / parent for parent in inner.parents if parent.parts]
    return os.path.lexists(path / inner) and not any(folder.is_symlink() for folder in above)


def _plain(entry: str) -> str:
    return entry.replace("\\", "/").removeprefix("./").rstrip("/")


# --------------------------------------------------------------------------------------------- whose, and for what


def _matches(found: Sequence[Found], roster: Roster | None, notes: list[Text]) -> Sequence[Match]:
    if roster is None:
        return [Match(student=one.student, name=one.name, person=None) for one in found]
    matched = Matcher(roster).match_all(found)
    notes += matched.notes
    return matched.matches


def _claims(
    exercises: Sequence[Exercise], found: Sequence[Found], matches: Sequence[Match], options: EntryOptions
) -> tuple[list[Claim], list[tuple[Found, Match]]]:
    """Return what is somebody's entry for an exercise, and the things that have nothing for any."""
    claims: list[Claim] = []
    unclaimed: list[tuple[Found, Match]] = []
    for one, match in zip(found, matches, strict=True):
        asked = exercises if one.exercise is None else (one.exercise,)
        pins = pinned(one, match, asked, options)
        own = _at_commit(one, match, pins, asked) if pins else _in_place(one, match, asked)
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


def _at_commit(one: Found, match: Match, pins: Mapping[str, Pinned], asked: Sequence[Exercise]) -> list[Claim]:
    return [
        Claim(
            found=one,
            match=match,
            exercise=exercise,
            path=one.path,
            commit=pin.commit,
            at=pin.at,
            is_head=pin.is_head,
            undated=pin.undated,
            doubt=pin.doubt,
        )
        for exercise in asked
        if (pin := pins[exercise.name]).doubt is not None or len(asked) == 1 or holds(one, pin.commit, exercise)
    ]


def _notes_on(
    claims: Sequence[Claim],
    unclaimed: Sequence[Found],
    exercises: Sequence[Exercise],
    roster: Roster | None,
) -> list[Text]:
    notes = []
    if unclaimed:
        names = [one.entry for one in unclaimed]
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
        notes += [matcher.unknown(strangers[student], student) for student in listed[:MAX_STRANGERS]]
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


# --------------------------------------------------------------------------------------------- which attempt


def _attempts(claims: Sequence[Claim], notes: list[Text]) -> tuple[Claim, ...]:
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        student = claim.match.student
        groups.setdefault((folded(student), student, claim.exercise.name), []).append(claim)
    ordered = [
        in_order(sorted(groups[key], key=lambda claim: (claim.found.entry, str(claim.path)))) for key in sorted(groups)
    ]
    if left_out := [claim.found.entry for one in ordered for claim in one.left_out]:
        notes.append(
            Text(
                en=f"{len(left_out)} beside a student's own file for the exercise, left out: {examples(left_out)}",
                zh=f"{len(left_out)} 项与学生本题的文件并列，未采用：{examples(left_out)}",
            )
        )
    return tuple(claim for one in ordered for claim in one.attempts)


def _refuse_if_none_is_clear(claims: Sequence[Claim]) -> None:
    """Refuse a class of which nothing can be graded. Raises: UsageError with the first of the reasons."""
    doubts = [claim.doubt for claim in claims if claim.doubt is not None]
    if doubts and len(doubts) == len(claims):
        raise UsageError(doubts[0].problem, remedy=doubts[0].remedy)


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
        shown=_shown(claim),
        doubt=claim.doubt,
        is_head=claim.is_head,
        is_expected=roster is None or person is not None,
        due=person.due if person else None,
    )


def _shown(claim: Claim) -> str:
    """Return how messages name what is read: the entry as it was handed in, and where in it the exercise lies."""
    inner = claim.path.relative_to(claim.found.path).as_posix()
    return claim.found.entry if inner == "." else f"{claim.found.entry}/{text_of(inner)}"


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
