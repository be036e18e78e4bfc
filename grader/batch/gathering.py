"""What a batch grades: entries read anew from SUBMISSIONS, or as an earlier run kept them; and who is in the class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.batch.binding import options_by, reads_kept
from grader.batch.classbook import Listed
from grader.batch.entries import find_entries
from grader.batch.handed import Entry, Handed
from grader.batch.intake import take_in
from grader.batch.journal import read_journal
from grader.batch.kept import kept_entries, refuse_unkept
from grader.batch.pages import Person, read_class_list
from grader.batch.places import Places
from grader.batch.plan import Plan
from grader.batch.refusals import beside_submissions, nothing_to_grade, warn_of_own_tests
from grader.batch.request import Request
from grader.records import Exercise, Submission, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Entries, what reads the submission of each, and who is in the class whether or not something came in."""

    entries: tuple[Entry, ...]
    take: Callable[[Entry], Submission]
    people: tuple[Listed, ...]
    notes: tuple[Text, ...] = ()


def gather(request: Request, top: Places, known: Plan | None, exercises: Sequence[Exercise]) -> Gathered:
    """Return what is to be graded; `top` is the output folder. Raises: UsageError."""
    if reads_kept(request, known):
        return _kept(request, top, exercises)
    paths = request.submissions or tuple(Path(name) for name in (known.submissions if known is not None else ()))
    if not paths:
        raise nothing_to_grade(exercises=True)
    others = tuple(one.exercise for one in request.course.read_all() if one.exercise is not None)
    dues = {entry.name: entry.dates.due for entry in request.course.entries if entry.dates.due is not None}
    found = find_entries(exercises, paths, replace(options_by(request, known), others=others, dues=dues))
    beside_submissions(top.root, found.entries, paths)
    return Gathered(
        entries=found.entries,
        take=partial(take_in, others=others),
        people=_people(found),
        notes=(*found.notes, *warn_of_own_tests(request.course, exercises, paths)),
    )


def _kept(request: Request, top: Places, exercises: Sequence[Exercise]) -> Gathered:
    lines = read_journal(top.journal)
    refuse_unkept(lines.values(), exercises)
    taken = kept_entries(top, lines, exercises)
    people = read_class_list(top).people
    is_cut = not request.mode.goes_on and not top.counting.is_file()
    return Gathered(
        entries=taken.entries,
        take=taken.take,
        people=people,
        notes=(_UNFINISHED,) if is_cut else (),
    )


def _people(found: Handed) -> tuple[Listed, ...]:
    """Return who is on the roster, and whoever else is known to have handed in nothing for some exercise."""
    people = () if found.roster is None else found.roster.people
    listed = {one.id: Person(id=one.id, name=one.name, section=one.section) for one in people}
    for one in found.missing:
        known = listed.setdefault(one.student, Person(id=one.student, name=one.name))
        listed[one.student] = replace(known, nothing_in=one.nothing_in)
    return tuple(listed.values())


_UNFINISHED = Text(
    en="The batch that is graded again was not done: what it had not graded yet is left out. Give EXERCISE and "
    "SUBMISSIONS to have all of it.",
    zh="所要重新评分的批次尚未完成：其中未评分的部分不会包含在内。如需全部，请给出 EXERCISE 与 SUBMISSIONS。",
)
