"""`grade_class`: a class's submissions into an output folder, from the beginning, or on from where a run ended.

Theory of operation. One process works in an output folder at a time, by a lock that ends with it. Nothing there is
changed before all that can be refused is known. Then the plan is written, then reports with their lines in the journal,
then the pages of the class. A run that goes on reads the plan and the journal, and makes the same pages at the end. A
regrade is a batch of its own in `batch/next`, with the seeds of the old one; when it is done, what differs is written
down, and it takes the old one's place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.again import tried_again
from grader.batch.binding import bound, known_plan, merged
from grader.batch.changes import Change, changes_between, graded_in, to_csv
from grader.batch.counting import forget_counting
from grader.batch.gathering import Gathered, gather
from grader.batch.gone import fewer_submissions, gone_lines, note_of, refuse_if_nobody_is_left
from grader.batch.journal import Key, Line, is_settled, read_journal
from grader.batch.opening import output_folder
from grader.batch.pages import Class, write_class_list, write_pages
from grader.batch.places import Places
from grader.batch.plan import Plan, read_plan, write_plan
from grader.batch.refusals import (
    cut_short,
    no_regrade_there,
    nothing_there,
    nothing_to_grade,
    refuse_a_part,
    unwritable,
)
from grader.batch.request import Auto, Mode, Request, mode_of
from grader.batch.rows import Row
from grader.batch.run import Batch, Progress, hold
from grader.batch.seeds import Drawn, Seeds, drawn_in
from grader.batch.swap import drop_next, finish_swap, swap
from grader.batch.writing import Rules, Writer
from grader.exercise.entries import Entry as Asked
from grader.exercise.whole_file import write_whole
from grader.records import Exercise, Text
from grader.report import find_format
from grader.report.model import Status
from grader.runners import Runner

__all__ = ["Auto", "ClassResult", "Mode", "Request", "grade_class", "mode_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassResult:
    """A graded class. `changes`: what a regrade changed, None for no regrade; `before`: where the old result lies."""

    places: Places
    plan: Plan
    rows: tuple[Row, ...]  # of each student and exercise the attempt that counts
    page: Class
    graded: int  # attempts
    unscored: int  # of these, without a score
    kept: int  # exams that an earlier run held
    notes: tuple[Text, ...] = ()  # how the submissions were read, and what was skipped
    changes: tuple[Change, ...] | None = None
    before: Path | None = None


def grade_class(
    request: Request,
    runner: Runner,
    *,
    workers: int,
    tell: Callable[[Progress], None] = lambda _: None,
    note: Callable[[Text], None] = lambda _: None,
) -> ClassResult:
    """Grade a class and return what came of it. `runner` is entered; `note` is told what is found before any exam.

    Raises: UsageError for what cannot be done as asked; SandboxUnavailable where nothing can confine the submissions;
        AuthorError for a broken exercise; Interrupted where the disk takes no more, with all that was done kept.
    """
    for name in request.formats:
        find_format(name)
    with _opened(request) as opened:
        task = _task(opened)
        for text in task.notes:
            note(text)
        _begin(task)
        reached = _Reached(tell)
        rows = hold(_batch(task), runner, workers=workers, tell=reached.tell)
        return _finished(task, rows, reached.progress)


# ------------------------------------------------------------------------------------------ the folder


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """An output folder that one has to oneself."""

    request: Request
    top: Places
    places: Places  # where this run writes: a regrade does so in a folder of its own
    before: Plan | None  # of what lies there
    known: Plan | None  # what this run goes by


@contextlib.contextmanager
def _opened(request: Request) -> Iterator[_Opened]:
    """Have the output folder to oneself. Raises: UsageError."""
    mode = request.mode
    with output_folder(
        request.output, request.submissions, is_new=mode is Mode.NEW, is_regrade=mode.is_regrade
    ) as places:
        yield _read(request, places, was_swapped=mode is not Mode.NEW and _swapped(places))


def _swapped(places: Places) -> bool:
    try:
        return finish_swap(places)
    except OSError as error:
        raise unwritable(error, places.root) from None


def _read(request: Request, places: Places, *, was_swapped: bool) -> _Opened:
    """Return what lies there. A regrade that only had to take its place is no longer one to go on with."""
    if was_swapped and request.mode is Mode.REGRADE_ON:
        request = replace(request, mode=Mode.RESUME)
    known = known_plan(places, request.mode)
    if known is None and request.mode is not Mode.NEW:
        if request.mode is Mode.REGRADE_ON and read_plan(places) is not None:
            raise no_regrade_there(places.root)
        raise nothing_there(places.root, regrade=request.mode.is_regrade)
    return _Opened(
        request=request,
        top=places,
        places=places.next if request.mode.is_regrade else places,
        before=None if request.mode is Mode.NEW else read_plan(places),
        known=known,
    )


# ------------------------------------------------------------------------------------------ what is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """All that is known before the first exam."""

    opened: _Opened
    asked: tuple[Asked, ...]
    exercises: tuple[Exercise, ...]
    gathered: Gathered
    plan: Plan
    old: Mapping[Key, Line]  # what this batch has graded already, of exercises that somebody has a score of
    drawn: Mapping[Key, Drawn]  # the seeds of exams that were held, which are held again with the same
    gone: tuple[Line, ...]  # of that, what is not among the submissions any more
    notes: tuple[Text, ...]


def _task(opened: _Opened) -> _Task:
    """Return what is to be done. Raises: UsageError for all that can be refused before anything is changed."""
    request, known = opened.request, opened.known
    asked = _asked(opened)
    exercises = tuple(one.read() for one in asked)
    gathered = gather(request, opened.top, known, exercises)
    old = read_journal(opened.places.journal) if request.mode.goes_on else {}
    scored = {line.row.exercise for line in old.values() if is_settled(line)}
    found = bound(request, known, merged(request, known, asked, exercises), root=opened.top.root, scored=scored)
    graded = read_journal(opened.top.journal) if request.mode.is_regrade else old
    gone = gone_lines(old, gathered.entries)
    lost, lost_before = (gone_lines(_with_result(lines), gathered.entries) for lines in (old, graded))
    left_out = lost_before if request.mode.is_regrade else gone
    for lines, plan in ((lost, known), (lost_before, opened.before)):
        if lines and plan is not None and found.plan.submissions != plan.submissions:
            raise fewer_submissions(lines)
    if opened.before is not None:
        rosters = (opened.before.roster, found.plan.roster)
        refuse_if_nobody_is_left(_with_result(graded).values(), gathered.entries, rosters=rosters)
    return _Task(
        opened=opened,
        asked=asked,
        exercises=exercises,
        gathered=gathered,
        plan=found.plan,
        old={key: line for key, line in old.items() if key.exercise in scored},  # the others may have been mended
        drawn=_drawn(opened, found.plan, graded),
        gone=gone,
        notes=(
            *found.notes,
            *gathered.notes,
            *([note_of(left_out)] if left_out else []),
            *tried_again(old, gathered.entries),
        ),
    )


def _with_result(lines: Mapping[Key, Line]) -> dict[Key, Line]:
    return {key: line for key, line in lines.items() if line.row.status is not Status.UNSCORED}


def _drawn(opened: _Opened, plan: Plan, graded: Mapping[Key, Line]) -> dict[Key, Drawn]:
    """Return the seeds of the exams that lie there; none where another base is asked for."""
    if opened.before is None or opened.before.seed != plan.seed:
        return {}
    return drawn_in(graded.values())


def _asked(opened: _Opened) -> tuple[Asked, ...]:
    """Return the exercises, in the order of the course."""
    course, chosen = opened.request.course, opened.request.exercises
    if not chosen and opened.known is not None:
        chosen = tuple(course.find_entry(one.name) for one in opened.known.exercises)
    if not chosen:
        raise nothing_to_grade(exercises=False)
    if opened.request.mode.is_regrade and opened.before is not None:
        refuse_a_part([one.name for one in chosen], [one.name for one in opened.before.exercises])
    order = [entry.name for entry in course.entries]
    return tuple(sorted(dict.fromkeys(chosen), key=lambda one: order.index(one.name)))


# ------------------------------------------------------------------------------------------ doing it


def _begin(task: _Task) -> None:
    """Write what the batch is. From here on, what lies there is not done."""
    opened = task.opened
    try:
        if opened.request.mode is Mode.REGRADE:
            drop_next(opened.top)
        forget_counting(opened.places)
        write_plan(opened.places, task.plan)
        write_class_list(opened.places, task.gathered.people)
    except OSError as error:
        raise unwritable(error, opened.top.root) from None


def _batch(task: _Task) -> Batch:
    places, request = task.opened.places, task.opened.request
    rules = {one.name: Rules(policy=one.policy, due=one.dates.due) for one in task.asked}
    order = {one.name: number for number, one in enumerate(task.asked)}
    entries = sorted(  # by exercise first: an examiner is warm for one
        task.gathered.entries,
        key=lambda one: (order[one.exercise.name], one.handed_in.student, one.handed_in.attempt),
    )
    return Batch(
        places=places,
        seeds=Seeds(int(task.plan.seed), task.drawn),
        device=task.plan.device,
        writer=Writer(
            places, task.plan.formats, task.plan.language, rules, request.key if task.plan.signed_by else None
        ),
        rules=rules,
        entries=tuple(entries),
        take=task.gathered.take,
        course=request.course.root,
        old=task.old,
        gone=task.gone,
    )


class _Reached:
    """Passes on how far a batch is, and keeps it."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self.progress = Progress(total=0, done=0, kept=0, unscored=0)

    def tell(self, progress: Progress) -> None:
        """Keep it, and pass it on."""
        self.progress = progress
        self._tell(progress)


def _finished(task: _Task, rows: tuple[Row, ...], reached: Progress) -> ClassResult:
    """Write what is of the whole class; a regrade then takes its place."""
    opened, is_regrade = task.opened, task.opened.request.mode.is_regrade
    try:
        page = write_pages(
            opened.places,
            rows,
            exercises=task.exercises,
            people=task.gathered.people,
            formats=task.plan.formats,
            language=task.plan.language,
            setting=replace(opened.request.setting, now=None),
        )
        changes = _changes(task) if is_regrade else None
        before = swap(opened.top) if is_regrade else None
    except OSError as error:
        raise cut_short(error, done=reached.done, total=reached.total) from error
    return ClassResult(
        places=opened.top,
        plan=task.plan,
        rows=rows,
        page=page,
        graded=reached.total,
        unscored=reached.unscored,
        kept=reached.kept,
        notes=task.notes,
        changes=changes,
        before=before,
    )


def _changes(task: _Task) -> tuple[Change, ...]:
    """Return what the regrade changed, and write it down."""
    opened = task.opened
    assert opened.before is not None
    found = changes_between(graded_in(opened.top, opened.before), graded_in(opened.places, task.plan))
    write_whole(opened.places.changes, to_csv(found, task.plan.language).encode("utf-8", "replace"))
    return found
