"""A class's exams, held side by side, each written as soon as it can be.

Theory of operation. Entries come sorted by exercise, student and attempt. All attempts of one student at one exercise
are a group, and a group is written when its last exam is done: the course's rules look at all of them. Only a window of
groups is in work, so that ten thousand submissions take no more memory than ten: a submission is read when its turn
comes, a report is forgotten when it is written, and of each only its row stays. Exams come back in whatever order;
every file depends on its own group alone, so the order shows nowhere.

A batch that goes on reads each submission again: what is in the journal, with a report as it was written and the same
submission, is not held again. A report without a score is no result, whosever fault it is: it is tried again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from grader.batch.course_paths import seen_from
from grader.batch.gone import put_aside
from grader.batch.handed import Entry
from grader.batch.journal import Journal, Key, Line, Sharing, is_intact, is_settled, key_of
from grader.batch.lanes import Lanes
from grader.batch.places import Places
from grader.batch.policy import counted
from grader.batch.refusals import cut_short
from grader.batch.rows import Row
from grader.batch.seeds import Seeds
from grader.batch.surroundings import one_for_all, surroundings_of
from grader.batch.timings import Timing, Timings
from grader.batch.writing import Graded, Rules, Writer, that_counts
from grader.errors import AuthorError, GraderError, GraderFault, SubmissionError
from grader.examination.requests import ExamRequest
from grader.records import Device, Submission
from grader.report import Report, Status, build_failure, build_report
from grader.runners import Done, Job, Runner

_WINDOW = 4  # exams a worker that are read, in work, or wait for others of their group
_AT_LEAST = 32  # of them at any rate
_AHEAD_S = 0.5  # and what can be read in this time, while torch is imported and a core has nothing to do
_AT_MOST = 256  # of those


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a batch is. `kept`: of those that are done, the ones that an earlier run held."""

    total: int
    done: int
    kept: int
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch, ready to be held. `take` reads a submission; `old` is what the journal has of it."""

    places: Places
    seeds: Seeds
    device: Device
    writer: Writer
    rules: Mapping[str, Rules]
    entries: tuple[Entry, ...]  # sorted by exercise, student, attempt
    take: Callable[[Entry], Submission]
    course: Path  # its top: what a student reads names files as seen from there
    old: Mapping[Key, Line] = field(default_factory=dict)
    gone: tuple[Line, ...] = ()  # of it, what is not among the entries any more


def hold(batch: Batch, runner: Runner, *, workers: int, tell: Callable[[Progress], None]) -> tuple[Row, ...]:
    """Hold all exams that are not done yet, write them, and return the rows that count, in the order of the entries.

    Raises: Interrupted when the disk takes no more; UsageError and SandboxUnavailable as `Grader.examine`; AuthorError
        for an exercise of which no exam can be held at all.
    """
    with Journal(batch.places.journal) as journal, Timings(batch.places.timings) as timings:
        work = _Work(batch, runner, journal, timings, tell)
        try:
            rows = work.all(workers)
            students = frozenset(entry.handed_in.student for entry in batch.entries)
            put_aside(batch.places, journal, batch.gone, students=students)
            return rows
        except OSError as error:
            raise cut_short(error, done=work.progress.done, total=work.progress.total) from error


@dataclass(slots=True)
class _Group:
    """All attempts of one student at one exercise, on their way."""

    entries: tuple[Entry, ...]
    waiting: int = 0
    graded: dict[int, Graded] = field(default_factory=dict)  # by the attempt


@dataclass(frozen=True, slots=True)
class _Exam:
    """One exam that is in work."""

    group: _Group
    entry: Entry
    submission: Submission


class _Work:
    """The state of one run."""

    def __init__(
        self,
        batch: Batch,
        runner: Runner,
        journal: Journal,
        timings: Timings,
        tell: Callable[[Progress], None],
    ) -> None:
        self._batch, self._runner, self._journal, self._timings, self._tell = batch, runner, journal, timings, tell
        self._sharing = Sharing()
        self._exams: dict[str, _Exam] = {}
        self._in_work: Counter[str] = Counter()  # exams, by exercise
        self._rows: dict[tuple[str, str], Row] = {}
        self._able = {line.key.exercise for line in batch.old.values() if is_settled(line)}  # an exam was held of them
        self._shrunk = {(line.key.exercise, line.key.student) for line in batch.gone}
        self._surroundings = surroundings_of(batch.old.values())
        self.progress = Progress(total=len(batch.entries), done=0, kept=0, unscored=0)

    def all(self, workers: int) -> tuple[Row, ...]:
        """Hold what is to be held; return the rows."""
        lanes, window = Lanes(_groups(self._batch.entries), at_once=workers), max(_WINDOW * workers, _AT_LEAST)
        self._tell(self.progress)
        self._fill(lanes, window)
        self._read_ahead(lanes)
        for done in self._runner.done():
            self._settle(done)
            self._fill(lanes, window)
        order = dict.fromkeys((entry.exercise.name, entry.handed_in.student) for entry in self._batch.entries)
        return tuple(self._rows[key] for key in order)

    def _fill(self, lanes: Lanes[_Group], window: int) -> None:
        """Take groups in until the window is full."""
        while len(self._exams) < window and self._take(lanes):
            pass

    def _read_ahead(self, lanes: Lanes[_Group]) -> None:
        """Take more groups in as long as there is likely nothing else to do."""
        ends = time.monotonic() + _AHEAD_S
        while len(self._exams) < _AT_MOST and time.monotonic() < ends and self._take(lanes):
            pass

    def _take(self, lanes: Lanes[_Group]) -> bool:
        """Take one group in, and do it at once if it needs no exam; return whether there was one."""
        group = lanes.next(self._in_work)
        if group is None:
            return False
        jobs = self._begin(group)
        if jobs:
            self._runner.add(jobs)
        elif len(group.graded) == len(group.entries):
            self._write(group)
        return True

    def _begin(self, group: _Group) -> list[Job]:
        """Read a group's submissions; return the exams that are to be held."""
        read = [self._read(entry) for entry in group.entries]
        old = [self._old(entry, found) for entry, found in zip(group.entries, read, strict=True)]
        if self._is_done(group, old):
            self._keep(group, [line for line in old if line is not None])
            return []
        jobs = []
        for entry, found, line in zip(group.entries, read, old, strict=True):
            report = self._old_report(entry, line)
            if report is None and isinstance(found, Submission):
                jobs.append(self._job(group, entry, found))
                continue
            if report is None:
                assert isinstance(found, GraderError)
                report = seen_from(self._batch.course, _not_held(entry, found, self._batch.device))
            submission = found if isinstance(found, Submission) else None
            group.graded[entry.handed_in.attempt] = Graded(entry=entry, report=report, submission=submission)
        return jobs

    def _read(self, entry: Entry) -> Submission | SubmissionError | AuthorError | GraderFault:
        try:
            return self._batch.take(entry)
        except (SubmissionError, AuthorError, GraderFault) as error:
            return error

    def _job(self, group: _Group, entry: Entry, submission: Submission) -> Job:
        key = "\0".join(map(str, key_of(entry.exercise.name, entry.handed_in)))
        seed = self._batch.seeds.of(entry.exercise.name, entry.handed_in, submission.sha256)
        group.waiting += 1
        self._in_work[entry.exercise.name] += 1
        self._exams[key] = _Exam(group, entry, submission)
        request = ExamRequest(submission=submission, seed=seed)
        return Job(key=key, exercise=entry.exercise, request=request, device=self._batch.device)

    # -- what an earlier run has done

    def _old(self, entry: Entry, found: Submission | GraderError) -> Line | None:
        """Return the line of an attempt that need not be graded again."""
        line = self._batch.old.get(key_of(entry.exercise.name, entry.handed_in))
        if line is None or line.row.status is Status.UNSCORED:
            return None
        if line.row.exercise_sha256 != entry.exercise.sha256:
            return None
        if isinstance(found, Submission):
            same = line.row.submission_sha256 == found.sha256
        else:
            same = line.kept is None and line.row.problem == found.problem
        return line if same and is_intact(line, self._batch.places) else None

    def _is_done(self, group: _Group, old: Sequence[Line | None]) -> bool:
        """Return whether nothing about a group is new: not even when it was handed in, nor how many there are."""
        first = group.entries[0]
        is_shrunk = (first.exercise.name, first.handed_in.student) in self._shrunk
        return not is_shrunk and all(
            line is not None
            and line.row.handed_in == entry.handed_in
            and line.due == ("" if entry.due is None else entry.due.isoformat())
            for line, entry in zip(old, group.entries, strict=True)
        )

    def _old_report(self, entry: Entry, line: Line | None) -> Report | None:
        """Return the report of an attempt whose fellows are graded anew: it is written again, with them."""
        if line is None:
            return None
        from grader.report.reading import read_report

        handed_in = entry.handed_in
        return read_report(self._batch.places.report(handed_in.student, entry.exercise.name, handed_in.attempt))

    def _keep(self, group: _Group, lines: Sequence[Line]) -> None:
        entry = group.entries[0]
        rules = self._batch.rules[entry.exercise.name]
        rows = [replace(line.row, points=line.row.earned) for line in lines]
        result = counted(rows, due=rules.due, rules=rules.policy, extended=entry.due)
        chosen = next(line.row for line in lines if line.row.handed_in.attempt == result.row.handed_in.attempt)
        self._count(group, [line.row for line in lines], that_counts(chosen, result), kept=True)

    # -- what this run does

    def _settle(self, done: Done) -> None:
        """Turn what came back into a report; the last one of a group lets it be written."""
        exam = self._exams.pop(done.job.key)
        entry = exam.entry
        self._in_work[entry.exercise.name] -= 1
        if done.examination is not None:
            report = self._report(exam, done)
            self._able.add(entry.exercise.name)
        else:
            assert done.error is not None
            report = self._without_exam(exam, done.error)
        report = seen_from(self._batch.course, report)
        handed_in = entry.handed_in
        self._timings.add(Timing.of(entry.exercise.name, handed_in, report, wall_s=done.wall_s))
        exam.group.graded[handed_in.attempt] = Graded(entry=entry, report=report, submission=exam.submission)
        exam.group.waiting -= 1
        if not exam.group.waiting:
            self._write(exam.group)

    def _report(self, exam: _Exam, done: Done) -> Report:
        assert done.examination is not None
        try:
            report = build_report(
                exam.entry.exercise, exam.submission, done.examination, device=self._batch.device, total_s=done.wall_s
            )
        except GraderFault as error:
            return self._without_exam(exam, error)
        self._surroundings = one_for_all(self._surroundings, report)
        return report

    def _without_exam(self, exam: _Exam, error: GraderError) -> Report:
        """Return the report of an exam that could not be held. Raises: what would be the same for each of them."""
        is_of_all = not isinstance(error, GraderFault) and exam.entry.exercise.name not in self._able
        if is_of_all or not isinstance(error, GraderFault | AuthorError):
            raise error
        entry, submission = exam.entry, exam.submission
        seed = self._batch.seeds.of(entry.exercise.name, entry.handed_in, submission.sha256)
        return build_failure(entry.exercise, error, device=self._batch.device, submission=submission, seed=seed)

    def _write(self, group: _Group) -> None:
        attempts = [group.graded[entry.handed_in.attempt] for entry in group.entries]
        written = self._batch.writer.write(attempts)
        self._journal.append(written.lines)
        self._count(group, [line.row for line in written.lines], written.row, kept=False)

    def _count(self, group: _Group, rows: Iterable[Row], row: Row, *, kept: bool) -> None:
        number = len(group.entries)
        unscored = sum(one.status is Status.UNSCORED for one in rows)
        self._rows[row.exercise, row.handed_in.student] = self._sharing.row(row)
        self.progress = replace(
            self.progress,
            done=self.progress.done + number,
            kept=self.progress.kept + (number if kept else 0),
            unscored=self.progress.unscored + unscored,
        )
        self._tell(self.progress)


def _groups(entries: Sequence[Entry]) -> dict[str, Iterator[_Group]]:
    """Return the groups of each exercise, made one at a time."""
    of = groupby(entries, key=lambda entry: entry.exercise.name)
    return {exercise: _groups_of(tuple(of_one)) for exercise, of_one in of}


def _groups_of(entries: Sequence[Entry]) -> Iterator[_Group]:
    for _, group in groupby(entries, key=lambda entry: entry.handed_in.student):
        yield _Group(entries=tuple(group))


def _not_held(entry: Entry, error: GraderError, device: Device) -> Report:
    assert isinstance(error, SubmissionError | AuthorError | GraderFault)
    return build_failure(entry.exercise, error, device=device)
