"""Turns `EXERCISE… SUBMISSIONS…` into entries: one for each student, exercise and attempt.

Theory of operation. Only names are read here, with the tables that the instructor names; where these do not say what
is for which exercise also an archive's members' names, a notebook's tags, and what a file without such a name defines.
What else is in a file is `collect`'s to read, under its caps. Nothing is dropped: what is no submission is noted with
the reason, who handed in nothing is listed, who is on no roster is graded under their own name. Nothing is guessed:
what can be read in two ways is a question. What the one who grades wrote (options, a roster, a table of times) is asked
about at once, by an error; what a student can cause (two files, a time that is none) costs that student's entry alone:
it is in doubt and has no score, and every other one is graded. The result depends on what was handed in only, never on
the order in which a file system lists it.

    listing    a path of SUBMISSIONS  ->  the things in it (`shape` tells a student's folder from a class's)
    finding    a thing and an exercise  ->  what `collect` is to read for it
    told_names a name that nothing explains  ->  a student, or a student and an exercise
    told_apart a file of a name that several exercises ask for  ->  those of which it defines something
    told_content    a thing that no name explains, where several exercises are asked for  ->  an exercise
    roster_entries  what the roster itself says is somebody's
    strangers  what is of nobody on the roster, and holds entries of some who are
    matching   a thing  ->  a student of the roster
    times      when it was handed in;  attempts: which one of several it is
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.batch.attempts import Claim, in_order
from grader.batch.contested import with_contested_in_doubt
from grader.batch.dating import dated, notes_on_times, with_given_times, without_doubtful_times
from grader.batch.finding import located
from grader.batch.folders import examples, text_of
from grader.batch.handed import Entry, EntryOptions, Found, Handed, Missing
from grader.batch.matching import Match, Matcher
from grader.batch.repositories import Pinned, holds, pinned
from grader.batch.roster import Roster, folded, read_roster
from grader.batch.roster_entries import by_the_roster, with_rosters_entries, without_their_entry
from grader.batch.several import list_paths
from grader.batch.strangers import refuse_only_strangers, with_folders_of_nobody_in_doubt
from grader.batch.told_apart import told_apart
from grader.batch.told_content import by_their_content, which_of_several
from grader.batch.told_names import by_their_names
from grader.batch.unfound import refuse_without_files
from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, HandedIn, Text
from grader.submission.seen import one_listing

MAX_STRANGERS = 20  # that a note of its own is made of, with who was probably meant

__all__ = ["Entry", "EntryOptions", "Handed", "Missing", "find_entries"]


def find_entries(exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions | None = None) -> Handed:
    """Return what was handed in for `exercises` at `paths`, sorted by student, exercise and attempt.

    Raises: UsageError for a path that is not there or can be read in two ways, a table with a mistake, and where there
    is no entry that can be graded.
    """
    options = options or EntryOptions()
    _check(exercises, paths, options)
    with one_listing():
        return _found_entries(exercises, paths, options)


def _found_entries(exercises: Sequence[Exercise], paths: Sequence[Path], options: EntryOptions) -> Handed:
    roster = read_roster(options.roster, zone=options.zone) if options.roster else None
    found, empty, notes = _listed(exercises, paths, options, roster)
    matches = _matches(found, roster, notes)
    claims, unclaimed = _claims(exercises, found, matches, options)
    claims = told_apart(claims)
    told = by_their_content(unclaimed, claims, exercises, options.others)
    notes += told.notes
    claims, unclaimed = by_the_roster([*claims, *told.claims], notes), list(told.unclaimed)
    if roster is not None:
        claims = without_their_entry(claims, found, roster)
    notes += _notes_on(claims, [one for one, _ in unclaimed], exercises, roster)
    ordered = _attempts([dated(claim, options) for claim in claims], notes)
    if not ordered:
        raise _no_entry(exercises, paths, found)
    refuse_without_files(ordered, paths)
    ordered = with_given_times(ordered, exercises, options, roster, notes)
    notes += notes_on_times(ordered, options)
    ordered = tuple(without_doubtful_times(claim, options) for claim in ordered)
    _refuse_if_none_is_clear(ordered)
    nothing = _matches(empty, roster, [])
    refuse_only_strangers([*((one.found, one.match) for one in claims), *unclaimed], nothing, roster, options)
    unclaimed += zip(empty, nothing, strict=True)
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
    listings = list_paths(paths, exercises, options, roster)
    found = [one for listing in listings for one in listing.found]
    empty = [one for listing in listings for one in listing.empty]
    told = by_their_names(found, empty, exercises, options.others, roster)
    found, empty = list(told.found), list(told.empty)
    notes = [*(note for listing in listings for note in listing.notes), *told.notes]
    if roster is not None:
        named = with_rosters_entries(found, paths, roster)
        open_ones = with_contested_in_doubt(named.found, roster)
        found, notes = with_folders_of_nobody_in_doubt(open_ones, exercises, roster), [*notes, *named.notes]
    return found, empty, notes


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
        Claim(
            found=one,
            match=match,
            exercise=exercise,
            path=place.path,
            doubt=one.doubt or (which_of_several(one, place.several) if place.several else None),
            refused=place.refused,
        )
        for exercise in asked
        if (place := located(one.path, exercise, alone=len(asked) == 1)) is not None
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
            doubt=one.doubt or pin.doubt,
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
        names = list(dict.fromkeys(one.entry for one in unclaimed))
        asked = ", ".join(exercise.name for exercise in exercises)
        notes.append(
            Text(
                en=f"{len(names)} without a file for any of {asked}: {examples(names)}. "
                "Where a file's name says the exercise: --names '{student}_{exercise}'. Of a notebook, tag the cells "
                "with the exercise's id.",
                zh=f"{len(names)} 项中没有 {asked} 的文件：{examples(names)}。"
                "若文件名中写有练习名：--names '{student}_{exercise}'。笔记本请用练习编号给单元格加标签。",
            )
        )
    if roster:
        matcher = Matcher(roster)
        strangers = {
            claim.match.student: claim.found for claim in claims if claim.match.person is None and not claim.found.doubt
        }
        listed = sorted(strangers)
        notes += [matcher.unknown(strangers[student], student) for student in listed[:MAX_STRANGERS]]
        if more := listed[MAX_STRANGERS:]:
            notes.append(
                Text(
                    en=f"{len(more)} more {'is' if len(more) == 1 else 'are'} not on the roster: {examples(more)}",
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
        refused=claim.refused,
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
    names |= {match.student: match.name for one, match in unclaimed if one.doubt is None}
    names |= {claim.match.student: claim.match.name for claim in claims if claim.found.doubt is None}
    have = {(claim.match.student, claim.exercise.name) for claim in claims}
    empty = {match.student: one.entry for one, match in reversed(unclaimed) if one.doubt is None}
    return tuple(
        Missing(student=student, name=names[student], exercise=exercise, nothing_in=empty.get(student, ""))
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
