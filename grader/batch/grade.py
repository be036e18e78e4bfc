"""`grade_class`: a class's submissions into an output folder, from the beginning, or on from where a run ended.

Theory of operation. One process works in an output folder at a time, by a lock that ends with it. The plan is written
first, then reports with their lines in the journal, then the pages of the class. A run that goes on reads the plan and
the journal, and makes the same pages at the end. A regrade is a batch of its own in `batch/next`, with the seeds of the
old one; when it is done, what differs is written down, and it takes the old one's place.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.changes import Change, changes_between, to_csv
from grader.batch.classbook import Listed
from grader.batch.entries import find_entries
from grader.batch.handed import Entry, EntryOptions
from grader.batch.intake import take_in
from grader.batch.journal import Key, Line, read_journal
from grader.batch.kept import Taken, kept_entries
from grader.batch.pages import Class, read_class_list, write_class_list, write_pages
from grader.batch.places import Places
from grader.batch.plan import Plan, planned, read_plan, refuse_another, write_plan
from grader.batch.refusals import (
    beside_submissions,
    cut_short,
    in_use,
    is_there,
    nothing_there,
    nothing_to_grade,
    refuse_a_part,
    unwritable,
    warn_of_own_tests,
)
from grader.batch.rows import Row
from grader.batch.run import Batch, Progress, hold
from grader.batch.seeds import new_seed
from grader.batch.swap import drop_next, finish_swap, swap
from grader.batch.writing import Rules, Writer
from grader.exercise.course import Course
from grader.exercise.entries import Entry as Asked
from grader.exercise.locking import locked
from grader.exercise.whole_file import write_whole
from grader.records import Device, Exercise, Isolation, Language, Text
from grader.report import Setting, find_format
from grader.runners import Runner

if TYPE_CHECKING:
    from grader.report.signing_keys import SigningKey

DEFAULT_FORMATS = ("json", "html")


class Mode(Enum):
    """What to do with what lies in the output folder."""

    NEW = "new"
    RESUME = "resume"
    REGRADE = "regrade"
    REGRADE_ON = "regrade, resumed"

    @property
    def is_regrade(self) -> bool:
        """Whether all is graded again."""
        return self in (Mode.REGRADE, Mode.REGRADE_ON)


def mode_of(*, resume: bool, regrade: bool) -> Mode:
    """Return what the two options ask for together."""
    if regrade:
        return Mode.REGRADE_ON if resume else Mode.REGRADE
    return Mode.RESUME if resume else Mode.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What `dlgrade grade` was asked for. A run that goes on takes from its plan what is not given here."""

    course: Course
    output: Path
    exercises: tuple[Asked, ...] = ()
    submissions: tuple[Path, ...] = ()
    options: EntryOptions = field(default_factory=EntryOptions)
    mode: Mode = Mode.NEW
    seed: int | None = None
    device: Device = Device.CPU
    isolation: Isolation | None = None
    formats: tuple[str, ...] = ()
    language: Language = Language.EN
    setting: Setting = field(default_factory=Setting)  # its clock counts for one student alone, as in a platform's run
    key: SigningKey | None = None


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
    with _opened(request) as places:
        return _Run(request, places, runner, workers, tell, note).result()


@contextlib.contextmanager
def _opened(request: Request) -> Iterator[Places]:
    """Have the output folder to oneself. Raises: UsageError."""
    places, is_new = Places(request.output.absolute()), request.mode is Mode.NEW
    if not is_new and not places.plan.is_file() and not places.next.root.exists():
        raise nothing_there(places.root, regrade=request.mode.is_regrade)
    try:
        places.lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise unwritable(error, places.root) from None
    try:
        with locked(descriptor, wait_s=0.0, busy=lambda: in_use(places.root)):
            finish_swap(places)
            if is_new and places.plan.is_file():
                raise is_there(places.root)
            try:
                yield places
            finally:
                if is_new and not places.plan.exists():  # refused: no trace, which might be taken for a submission
                    _take_back(places)
    finally:
        os.close(descriptor)


def _take_back(places: Places) -> None:
    """Remove what opening a folder made of it; what was there before stays."""
    with contextlib.suppress(OSError):  # not empty
        places.lock.unlink()
        places.lock.parent.rmdir()
        places.root.rmdir()


class _Run:
    """One run in an output folder."""

    def __init__(
        self,
        request: Request,
        places: Places,
        runner: Runner,
        workers: int,
        tell: Callable[[Progress], None],
        note: Callable[[Text], None],
    ) -> None:
        self._request, self._top, self._runner, self._workers, self._note = request, places, runner, workers, note
        self._tell_more = tell
        self._progress = Progress(total=0, done=0, kept=0, unscored=0)
        self._places = places.next if request.mode.is_regrade else places
        self._before = None if request.mode is Mode.NEW else read_plan(places)  # what lies there
        if request.mode is Mode.REGRADE:
            drop_next(places)
        self._plan = read_plan(self._places) if request.mode in (Mode.RESUME, Mode.REGRADE_ON) else None
        if request.mode is Mode.REGRADE_ON and self._plan is None:
            raise nothing_there(places.root, regrade=True)
        self._people: Sequence[Listed] = ()
        self._notes: list[Text] = []

    def result(self) -> ClassResult:
        """Do all of it."""
        asked = self._asked()
        exercises = tuple(one.read() for one in asked)
        taken = self._taken(exercises)
        plan = self._new_plan(asked, exercises)
        if self._plan is not None:
            refuse_another(self._plan, plan, root=self._top.root)
            plan = replace(self._plan, submissions=plan.submissions)
        try:
            write_plan(self._places, plan)
            write_class_list(self._places, self._people)
        except OSError as error:
            raise unwritable(error, self._top.root) from None
        rows = self._hold(plan, asked, taken)
        return self._finish(plan, exercises, rows)

    # -- what is to be graded

    def _asked(self) -> tuple[Asked, ...]:
        chosen = self._request.exercises
        known = self._plan or self._before
        if not chosen and known is not None:
            chosen = tuple(self._request.course.find_entry(one.name) for one in known.exercises)
        if not chosen:
            raise nothing_to_grade(exercises=False)
        if self._request.mode.is_regrade and self._before is not None:
            refuse_a_part([one.name for one in chosen], [one.name for one in self._before.exercises])
        order = [entry.name for entry in self._request.course.entries]
        return tuple(sorted(dict.fromkeys(chosen), key=lambda one: order.index(one.name)))

    def _taken(self, exercises: tuple[Exercise, ...]) -> Taken:
        """Return the entries, and what reads their submissions."""
        request, known = self._request, self._plan or self._before
        if not request.submissions and known is not None and (request.mode.is_regrade or known.kept_sources):
            self._people = read_class_list(self._top).people
            return kept_entries(self._top, read_journal(self._top.journal), exercises)
        paths = request.submissions or tuple(Path(name) for name in (known.submissions if known else ()))
        if not paths:
            raise nothing_to_grade(exercises=True)
        others = tuple(one.exercise for one in request.course.read_all() if one.exercise is not None)
        found = find_entries(exercises, paths, self._options(known, others))
        beside_submissions(self._top.root, found.entries, paths)
        self._people = () if found.roster is None else found.roster.people
        for text in (*found.notes, *warn_of_own_tests(request.course, exercises, paths)):
            self._notes.append(text)
            self._note(text)
        return Taken(entries=found.entries, take=partial(take_in, others=others))

    def _options(self, known: Plan | None, others: tuple[Exercise, ...]) -> EntryOptions:
        given = replace(self._request.options, zone=self._request.course.file.dates.zone)
        if known is None or self._request.submissions:
            return replace(given, others=others)
        return replace(
            given,
            names=given.names or known.names,
            roster=given.roster or (Path(known.roster) if known.roster else None),
            times=given.times or known.times,
            student=given.student or known.student,
            commit=given.commit or known.commit,
            others=others,
        )

    def _new_plan(self, asked: Sequence[Asked], exercises: Sequence[Exercise]) -> Plan:
        request, known = self._request, self._plan or self._before
        options = self._options(known, ())
        drawn = int(known.seed) if known is not None else new_seed()
        paths = tuple(str(path.absolute()) for path in request.submissions)
        key_id = "" if request.key is None else request.key.id
        formats = request.formats or (known.formats if known is not None else DEFAULT_FORMATS)
        return Plan(
            seed=str(drawn if request.seed is None else request.seed),
            device=request.device,
            isolation=request.isolation,
            exercises=tuple(planned(one, exercise) for one, exercise in zip(asked, exercises, strict=True)),
            submissions=paths or (known.submissions if known is not None else ()),
            names=options.names,
            roster="" if options.roster is None else str(options.roster.absolute()),
            times=_absolute(options.times),
            student=options.student,
            commit=options.commit,
            formats=tuple(dict.fromkeys(("json", *formats))) if "json" not in formats else formats,
            language=request.language,
            signed_by=key_id,
            course=str(request.course.root),
            kept_sources=not paths and (request.mode.is_regrade or (known is not None and known.kept_sources)),
        )

    # -- grading

    def _hold(self, plan: Plan, asked: Sequence[Asked], taken: Taken) -> tuple[Row, ...]:
        rules = {one.name: Rules(policy=one.policy, due=one.dates.due) for one in asked}
        batch = Batch(
            places=self._places,
            seed=int(plan.seed),
            device=plan.device,
            writer=Writer(self._places, plan.formats, plan.language, rules, self._request.key),
            rules=rules,
            entries=_sorted(taken.entries, [one.name for one in asked]),
            take=taken.take,
            old=read_journal(self._places.journal) if self._plan is not None else {},
        )
        return hold(batch, self._runner, workers=self._workers, tell=self._tell)

    def _tell(self, progress: Progress) -> None:
        self._progress = progress
        self._tell_more(progress)

    def _finish(self, plan: Plan, exercises: Sequence[Exercise], rows: tuple[Row, ...]) -> ClassResult:
        changes: tuple[Change, ...] | None = None
        before: Path | None = None
        try:
            page = write_pages(
                self._places,
                rows,
                exercises=exercises,
                people=self._people,
                formats=plan.formats,
                language=plan.language,
                setting=self._setting(rows),
            )
            if self._request.mode.is_regrade:
                assert self._before is not None
                changes = self._changes(self._before, plan)
                before = swap(self._top)
        except OSError as error:
            raise cut_short(error, done=self._progress.done, total=self._progress.total) from error
        return ClassResult(
            places=self._top,
            plan=plan,
            rows=rows,
            page=page,
            graded=self._progress.total,
            unscored=self._progress.unscored,
            kept=self._progress.kept,
            notes=tuple(self._notes),
            changes=changes,
            before=before,
        )

    def _setting(self, rows: Sequence[Row]) -> Setting:
        """Return the setting of a class's files: equal runs write equal ones, so no clock shows in them."""
        is_one = len({row.handed_in.student for row in rows}) == 1
        return self._request.setting if is_one else replace(self._request.setting, now=None)

    def _changes(self, before: Plan, plan: Plan) -> tuple[Change, ...]:
        names = {one.name for one in plan.exercises}
        old: Mapping[Key, Line] = {
            key: line for key, line in read_journal(self._top.journal).items() if key.exercise in names
        }
        found = changes_between(old, read_journal(self._places.journal), (before, plan))
        write_whole(self._places.changes, to_csv(found, plan.language).encode("utf-8", "replace"))
        return found


def _sorted(entries: Sequence[Entry], names: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries by exercise, student and attempt: an examiner is warm for one exercise."""
    place = {name: number for number, name in enumerate(names)}
    return tuple(
        sorted(entries, key=lambda one: (place[one.exercise.name], one.handed_in.student, one.handed_in.attempt))
    )


def _absolute(times: str) -> str:
    """Return what `--times` says, to be read from any folder: a table's path becomes absolute."""
    path = Path(times)
    return str(path.absolute()) if times and path.is_file() else times
