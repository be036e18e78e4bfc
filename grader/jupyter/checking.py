"""Grades a file, or functions of a kernel: what `grader.check` and the magics share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.finding import of_one
from grader.errors import UsageError
from grader.exercise import load_course
from grader.exercise.course import Course
from grader.exercise.seal_key import SealKey, read_key_file
from grader.exercise.sealed_course import open_sealed
from grader.jupyter.given import defined_names, submission_of, ways_to_give
from grader.jupyter.kernel import Cells, need_shell, running_shell
from grader.jupyter.session import warm_grader
from grader.pipeline import Grader
from grader.records import Device, Exercise, Isolation, Text
from grader.report import Report
from grader.submission import collect


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What a check is asked for, beside what is to be graded."""

    exercise: str
    course: Path | None = None
    device: Device = Device.CPU
    isolation: Isolation | None = None
    seed: int | None = None
    key_file: Path | None = None


def check_path(wanted: CheckOptions, path: Path | None) -> Report:
    """Return the report of a file or folder; of the student's own files without one."""
    key = _key(wanted)
    with _grader(wanted, key) as grader:
        grader.start()  # torch is imported in the background while the course is read
        course = _course(wanted, key)
        found = course.find(wanted.exercise)
        taken = collect(found, _own_files(course, found) if path is None else of_one(path, found))
        return grader.examine(found, taken, seed=wanted.seed)


def check_functions(wanted: CheckOptions, given: Mapping[str, object] | None, *, path: object = None) -> Report:
    """Return the report of functions that live in this kernel; `given` None: those that the exercise asks for.

    Raises: the exceptions of `grader.errors`.
    """
    if path is not None:
        raise _both()
    cells = Cells(need_shell())
    key = _key(wanted)
    with _grader(wanted, key) as grader:
        grader.start()
        found = _course(wanted, key).find(wanted.exercise)
        functions = defined_names(found, cells) if given is None else given
        taken = submission_of(found, functions, cells)
        report = grader.examine(found, taken.submission, seed=wanted.seed)
    notes = (*taken.notes, *report.notes)
    return replace(report, notes=notes, hints=0, of_kernel=True)  # `dlgrade hint` knows one's own files alone


def _own_files(course: Course, exercise: Exercise) -> Path:
    """Return where the student's own files lie. Raises: UsageError, with ways out that Python code has."""
    try:
        return course.own_files(exercise)
    except UsageError as error:
        raise UsageError(error.problem, remedy=ways_to_give(exercise, running_shell())) from None


def _key(wanted: CheckOptions) -> SealKey | None:
    return None if wanted.key_file is None else read_key_file(wanted.key_file)


def _course(wanted: CheckOptions, key: SealKey | None) -> Course:
    return open_sealed(load_course(wanted.course), key)


@contextmanager
def _grader(wanted: CheckOptions, key: SealKey | None) -> Iterator[Grader]:
    """Give a grader: in a notebook the kernel's own, which stays warm; elsewhere one that ends with the check."""
    others = key is not None
    if running_shell() is not None:
        with warm_grader(wanted.isolation, wanted.device, others=others) as grader:
            yield grader
    else:
        with Grader(wanted.isolation, wanted.device, others=others) as grader:
            yield grader


def _both() -> UsageError:
    return UsageError(
        Text(en="Both a file and functions were given.", zh="同时给出了文件和函数。"),
        remedy=Text(
            en='Give one: check("exercise03", "softmax.py") or check("exercise03", softmax=softmax).',
            zh='请只给一种：check("exercise03", "softmax.py") 或 check("exercise03", softmax=softmax)。',
        ),
    )
