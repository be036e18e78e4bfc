"""Grading a class from Python: what `grader.grade` does behind its signature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.batch.binding import course_by, isolation_by, known_plan
from grader.batch.grade import Auto, ClassResult, Request, grade_class, mode_of
from grader.batch.handed import EntryOptions
from grader.batch.places import Places
from grader.exercise.course import Course
from grader.exercise.entries import Entry
from grader.exercise.seal_key import read_key_file
from grader.exercise.sealed_course import open_sealed
from grader.records import Device, Isolation
from grader.report.signing_keys import find_signing_key
from grader.runners.local import LocalRunner, exams_at_once
from grader.texts import choose_language

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `grader.grade` was called with, in the types that it means."""

    exercises: tuple[str, ...]
    submissions: tuple[Path, ...]
    output: Path
    course: Path | None
    jobs: int | None
    device: Device | None
    isolation: Isolation | Auto | None
    seed: int | None
    key_file: Path | None
    roster: Path | None
    names: str
    times: str
    student: str
    commit: str
    formats: tuple[str, ...]
    sign: Path | None
    unsigned: bool
    resume: bool
    regrade: bool


def grade_here(wanted: Wanted) -> ClassResult:
    """Grade a class with processes of this machine. Raises: as `grade_class`."""
    seal_key = None if wanted.key_file is None else read_key_file(wanted.key_file)
    signing_key = find_signing_key(wanted.sign) if wanted.sign is not None else None
    mode = mode_of(resume=wanted.resume, regrade=wanted.regrade)
    known = known_plan(Places(wanted.output.absolute()), mode)
    isolation = isolation_by(wanted.isolation, known)
    workers = wanted.jobs or exams_at_once(isolation)
    with LocalRunner(workers, isolation=isolation, others=True) as runner:
        runner.start()
        course = open_sealed(course_by(wanted.course, known), seal_key)
        request = Request(
            course=course,
            output=wanted.output,
            exercises=_entries(course, wanted.exercises),
            submissions=wanted.submissions,
            options=EntryOptions(
                names=wanted.names,
                roster=wanted.roster,
                times=wanted.times,
                student=wanted.student,
                commit=wanted.commit,
            ),
            mode=mode,
            seed=wanted.seed,
            device=wanted.device,
            isolation=wanted.isolation,
            formats=wanted.formats,
            language=choose_language(None),
            key=signing_key,
            unsigned=wanted.unsigned,
        )
        return grade_class(request, runner, workers=workers)


def _entries(course: Course, names: tuple[str, ...]) -> tuple[Entry, ...]:
    if names == (ALL,) and course.entries:
        return course.entries
    return tuple(course.find_entry(name) for name in names)
