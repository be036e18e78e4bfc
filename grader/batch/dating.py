"""Puts times to claims: from the layout or the repository, from files, or from the table of `--times`.

A time that a student wrote down and that is none leaves the entry in doubt where a due date hangs on it, else it is
noted; unless the table knows better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.attempts import Claim
from grader.batch.folders import examples
from grader.batch.handed import Doubt, EntryOptions, Found
from grader.batch.matching import Matcher
from grader.batch.repositories import DUE
from grader.batch.roster import Roster, folded
from grader.batch.table import quoted
from grader.batch.times import GIT, MTIME, TimeRow, layout_time, modified_at, read_times
from grader.exercise.paths import show_path
from grader.records import Exercise, Text


def dated(claim: Claim, options: EntryOptions) -> Claim:
    """Return the claim with the time that the layout, the repository or the file system knows.

    Raises: UsageError for a local time in a course without a time zone.
    """
    if options.times == GIT or (not options.times and claim.commit and _goes_by_git(claim, options)):
        return claim
    if options.times == MTIME:
        return replace(claim, at=modified_at(claim.path, claim.exercise), undated=None)
    if claim.found.undated is not None:
        return replace(claim, at="", undated=claim.found.undated)
    at = layout_time(claim.found.at, claim.found.entry, options.zone)
    return replace(claim, at="", undated=at) if isinstance(at, Doubt) else replace(claim, at=at, undated=None)


def with_given_times(
    claims: Sequence[Claim],
    exercises: Sequence[Exercise],
    options: EntryOptions,
    roster: Roster | None,
    notes: list[Text],
) -> tuple[Claim, ...]:
    """Return the attempts with the times of `--times FILE.csv`, where one is given. Raises: UsageError."""
    if options.times in ("", GIT, MTIME):
        return tuple(claims)
    table = _Times(
        read_times(Path(options.times), (*exercises, *options.others), zone=options.zone),
        Matcher(roster) if roster else None,
    )
    several = {(one.match.student, one.exercise.name) for one in claims if one.attempt > 1}
    timed = tuple(_timed(claim, table.of(claim), options, several) for claim in claims)
    if strangers := table.strangers(claims):
        shown = show_path(Path(options.times))
        notes.append(
            Text(
                en=f"{shown}: times of {len(strangers)} who handed in nothing: {examples(strangers)}",
                zh=f"{shown}：有 {len(strangers)} 人的时间，但他们没有提交：{examples(strangers)}",
            )
        )
    return timed


def without_doubtful_times(claim: Claim, options: EntryOptions) -> Claim:
    """Return the claim, in doubt where its time is not known and a due date hangs on it."""
    if claim.undated is None or claim.at or claim.doubt is not None or not _has_due(claim, options):
        return claim
    return replace(claim, doubt=claim.undated)


def notes_on_times(claims: Sequence[Claim], options: EntryOptions) -> list[Text]:
    """Return what is to be said about times that are none, and on which nothing hangs."""
    harmless = [one for one in claims if one.undated is not None and not one.at and not _has_due(one, options)]
    if not harmless:
        return []
    shown = examples([one.found.entry for one in harmless])
    return [
        Text(
            en=f"{len(harmless)} with a time that is none, taken as without one: {shown}",
            zh=f"{len(harmless)} 项所写的时间无效，视为没有时间：{shown}",
        )
    ]


def _goes_by_git(claim: Claim, options: EntryOptions) -> bool:
    """Whether the commit was chosen by its time: then that is when it was handed in."""
    named = "" if claim.match.person is None else claim.match.person.commit
    return (named or options.commit) == DUE


def _has_due(claim: Claim, options: EntryOptions) -> bool:
    own = None if claim.match.person is None else claim.match.person.due
    return own is not None or claim.exercise.name in options.dues


class _Times:
    """The rows of a table of times, by every id that each has; by a name only where no other row has it."""

    def __init__(self, rows: Sequence[TimeRow], matcher: Matcher | None) -> None:
        self._rows = rows
        self._by_key: dict[str, list[TimeRow]] = {}
        self._expected: set[int] = set()  # lines about students of the roster
        named: dict[str, list[TimeRow]] = {}
        for row in rows:
            keys = {folded(one) for one in (row.student, *row.ids)}
            if matcher is not None:
                match = matcher.match(Found(path=Path(), entry="", student=row.student, ids=row.ids, name=row.name))
                keys.add(folded(match.student))
                self._expected |= {row.line} if match.person is not None else set()
            for key in keys:
                self._by_key.setdefault(key, []).append(row)
            if row.name:
                named.setdefault(folded(row.name), []).append(row)
        for name, own in named.items():
            if len({row.student for row in own}) == 1:
                self._by_key.setdefault(name, own)

    def of(self, claim: Claim) -> Sequence[TimeRow]:
        """Return the rows about a claim's student, by the surest of what the claim says."""
        said = (claim.match.student, *claim.found.ids, claim.found.name)
        return next((self._by_key[folded(one)] for one in said if folded(one) in self._by_key), ())

    def strangers(self, claims: Sequence[Claim]) -> list[str]:
        """Return who has a time, no entry, and no place on the roster."""
        used = {row.line for claim in claims for row in self.of(claim)}
        return sorted({row.student for row in self._rows if row.line not in used | self._expected})


def _timed(claim: Claim, rows: Sequence[TimeRow], options: EntryOptions, several: set[tuple[str, str]]) -> Claim:
    fits = [row for row in rows if row.exercise in (None, claim.exercise) and row.attempt in (None, claim.attempt)]
    # The row that says most wins: one for every exercise stands in where there is none of its own.
    best = max(fits, key=lambda row: (row.exercise is not None, row.attempt is not None), default=None)
    if best is None:
        return claim
    if claim.is_one_of_several and claim.doubt is not None and best.attempt is not None:
        return replace(claim, doubt=_which_is_which(claim.doubt, rows, options))
    if best.attempt is None and (claim.match.student, claim.exercise.name) in several:
        return replace(claim, at="", doubt=claim.doubt or _time_of_which(claim, best, options))
    return replace(claim, at=best.at.isoformat())


def _which_is_which(doubt: Doubt, rows: Sequence[TimeRow], options: EntryOptions) -> Doubt:
    """Return the doubt about several entries, with why a table of times does not settle it."""
    shown = show_path(Path(options.times))
    numbers = ", ".join(str(number) for number in sorted({row.attempt for row in rows if row.attempt is not None}))
    return replace(
        doubt,
        problem=Text(
            en=f"{doubt.problem.en} {shown} has times of attempts {numbers}, but not which of these is which.",
            zh=f"{doubt.problem.zh}{shown} 中有第 {numbers} 次提交的时间，但没有说明哪一份是哪一次。",
        ),
    )


def _time_of_which(claim: Claim, row: TimeRow, options: EntryOptions) -> Doubt:
    student, shown = quoted(claim.match.student), show_path(Path(options.times))
    return Doubt(
        problem=Text(
            en=f"{shown}: line {row.line}: {student} has several attempts; which one is this the time of?",
            zh=f"{shown}：第 {row.line} 行：{student} 有多次提交；这是哪一次的时间？",
        ),
        remedy=Text(
            en="Whoever grades: add a column attempt, counted from 1, then go on with --resume.",
            zh="请评分的老师增加 attempt 列，从 1 计数，然后用 --resume 继续。",
        ),
    )
