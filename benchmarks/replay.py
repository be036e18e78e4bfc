"""replay: what naming the mistake adds to a failing exam, in each exercise of the course."""

from __future__ import annotations

import functools
from collections.abc import Callable

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds
from benchmarks.timing import side_by_side
from benchmarks.workload import ROOT, SEED
from grader.authoring.confusion import submission_of
from grader.examination.requests import ExamRequest
from grader.exercise import load_course
from grader.exercise.solution import MISTAKES, solution_files
from grader.pipeline import Grader
from grader.records import MISCONCEPTION, Exercise, SourceFile

_OF_EACH = 3  # mistakes of an exercise that are timed, spread over its list
_LIMIT_MS = 30.0


def measure(runs: int) -> list[Figure]:
    """Time failing exams with and without the search for known mistakes, in pairs."""
    found: list[Figure] = []
    with Grader() as grader:
        for entry in load_course(ROOT).entries:
            exercise = entry.read()
            files = solution_files(exercise, MISTAKES)
            added: list[float] = []
            for file in files[:: max(len(files) // _OF_EACH, 1)]:
                with_names, without = side_by_side(runs, *_exams(grader, exercise, file))
                added += [
                    one - other for one, other in zip(milliseconds(with_names), milliseconds(without), strict=True)
                ]
            found.append(median(f"added to a failing exam, {exercise.name}", added, "ms", Target(limit=_LIMIT_MS)))
    return found


def _exams(grader: Grader, exercise: Exercise, file: SourceFile) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the exam of a mistake that is named, and the same exam without the search."""
    exam = functools.partial(_exam, grader, exercise, file)
    return functools.partial(exam, names=True), functools.partial(exam, names=False)


def _exam(grader: Grader, exercise: Exercise, file: SourceFile, *, names: bool) -> None:
    request = ExamRequest(submission=submission_of(exercise, file), seed=SEED, name_mistakes=names)
    examination = grader.hold(exercise, request)
    causes = {test.explanation.cause_id for test in examination.tests if test.explanation is not None}
    expected = MISCONCEPTION + file.stem
    if not causes or (expected in causes) is not names:
        raise BenchmarkFailed(f"{exercise.name}, {file.name}: its causes are {', '.join(sorted(causes)) or 'none'}")
