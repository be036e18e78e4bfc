"""Turns what an exam found, or what kept it from taking place, into a report.

A score exists only where the student's code decided it. An author's or a grader's fault, in the exam as a whole or
in a single test, makes the report `unscored`: the points of that test are unknown, so their sum is too.
"""

from __future__ import annotations

import math
from dataclasses import replace

from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError, Undecided
from grader.records import (
    Device,
    Examination,
    Exercise,
    Explanation,
    Fault,
    Outcome,
    Reveal,
    Submission,
    TestResult,
    Text,
)
from grader.report.cells import with_cells
from grader.report.model import (
    Counts,
    ExerciseSummary,
    Report,
    Score,
    Status,
    SubmissionSummary,
    Timings,
    needs_explaining,
)

Unexamined = SubmissionError | AuthorError | SandboxUnavailable | GraderFault

_POINTS_TOLERANCE = 1e-9  # points are sums of decimal fractions such as 0.1


def build_report(
    exercise: Exercise,
    submission: Submission,
    examination: Examination,
    *,
    device: Device,
    total_s: float | None = None,
    next_exercise: str | None = None,
) -> Report:
    """Turn what an exam found into what people see.

    What a student's code printed during a hidden test may be that test's input, so it is dropped unless `[reveal]`
    shows everything.

    Raises: GraderFault when the points are not finite, negative, or more earned than possible.
    """
    examination = with_cells(examination, submission)
    tests = tuple(_as_the_student_sees(test, exercise.reveal_hidden) for test in examination.tests)
    score = _sum_points(tests)
    problem, fault = _problem_and_fault(examination, tests, score)
    status = _status(score, fault=fault, untouched=submission.untouched)
    return Report(
        status=status,
        score=None if status is Status.UNSCORED else score,
        fault=None if status is Status.FULL else fault or Fault.STUDENT,
        exercise=_summarize(exercise),
        submission=_summarize_submission(submission),
        device=device,
        isolation=examination.isolation,
        seed=examination.seed,
        attempts=examination.attempts,
        hidden_available=examination.hidden_available,
        tests=tests,
        problem=problem,
        output=examination.output,
        withheld=frozenset(
            old.name for old, new in zip(examination.tests, tests, strict=True) if old.output and not new.output
        ),
        hints=_count_hints(tests),
        next_exercise=next_exercise,
        counts=_count(tests),
        resources=examination.resources,
        timings=Timings(
            exam_s=examination.exam_s,
            total_s=examination.exam_s if total_s is None else total_s,
            cpu_s=examination.resources.cpu_s,
        ),
        versions=dict(examination.versions),
        reviews=examination.reviews,
        notes=examination.notes,
    )


def build_failure(
    exercise: Exercise,
    error: Unexamined,
    *,
    device: Device,
    submission: Submission | None = None,
    seed: int | None = None,
    total_s: float = 0.0,
    next_exercise: str | None = None,
) -> Report:
    """Report an exam that never took place, so that every format can say so.

    A `SubmissionError` is the student's: status `rejected`, 0 points out of an unknown number, as no test was counted.
    Every other error leaves the submission unscored. A `UsageError` is no report: nothing was graded.
    """
    rejected = error.fault is Fault.STUDENT
    return Report(
        status=Status.REJECTED if rejected else Status.UNSCORED,
        score=Score(earned=0.0, possible=None) if rejected else None,
        fault=error.fault,
        unavailable=isinstance(error, SandboxUnavailable),
        exercise=_summarize(exercise),
        submission=None if submission is None else _summarize_submission(submission),
        device=device,
        isolation=None,
        seed=seed,
        hidden_available=bool(exercise.solution_folder),
        problem=_explain(error),
        next_exercise=next_exercise,
        timings=Timings(total_s=total_s),
    )


def _explain(error: Unexamined) -> Explanation:
    bases = (Undecided, SubmissionError)  # kinds of these have the same headline
    kind = next((base for base in bases if isinstance(error, base)), type(error))
    return Explanation(problem=error.problem, cause_id=f"{error.fault.value}.{kind.__name__}", next_step=error.remedy)


def _as_the_student_sees(test: TestResult, reveal: Reveal) -> TestResult:
    if test.visible or reveal is Reveal.FULL:
        return test
    return replace(test, output="", hint=None if reveal is Reveal.NONE else test.hint)


def _sum_points(tests: tuple[TestResult, ...]) -> Score:
    for test in tests:
        sound = math.isfinite(test.points) and 0 <= test.earned <= test.points + _POINTS_TOLERANCE
        if not sound:
            raise GraderFault(
                Text(
                    en=f"The test {test.name} earned {test.earned} of {test.points} points, which cannot be.",
                    zh=f"测试 {test.name} 得 {test.earned} 分而满分为 {test.points} 分，这不可能。",
                ),
                remedy=Text(
                    en="No score is given. Please report this: it is a mistake in dlgrade.",
                    zh="没有给分。请反馈此问题：这是 dlgrade 的错误。",
                ),
            )
    # Rounded, or ten tests of 0.1 points would come to 0.9999999999999999.
    return Score(
        earned=round(math.fsum(test.earned for test in tests), 9),
        possible=round(math.fsum(test.points for test in tests), 9),
    )


def _problem_and_fault(
    examination: Examination, tests: tuple[TestResult, ...], score: Score
) -> tuple[Explanation | None, Fault | None]:
    """Return what stands above the tests, and whose fault it is; the grader's fault outweighs the author's."""
    if examination.problem is not None or examination.fault is not None:
        return examination.problem, examination.fault or Fault.STUDENT
    for fault in (Fault.GRADER, Fault.AUTHOR):
        for test in tests:
            at_fault = Fault.GRADER if test.outcome is Outcome.GRADER_FAULT else test.fault
            if at_fault is fault:
                return test.explanation, fault
    if not score.possible:
        return _NO_POINTS, Fault.AUTHOR
    return None, None


def _status(score: Score, *, fault: Fault | None, untouched: bool) -> Status:
    if fault in (Fault.AUTHOR, Fault.GRADER):
        return Status.UNSCORED
    if fault is None and score.possible is not None and score.earned >= score.possible - _POINTS_TOLERANCE:
        return Status.FULL
    return Status.NOT_STARTED if untouched else Status.PARTIAL


def _count_hints(tests: tuple[TestResult, ...]) -> int:
    return len({test.hint for test in tests if test.hint is not None and needs_explaining(test)})


def _count(tests: tuple[TestResult, ...]) -> Counts:
    visible = sum(test.visible for test in tests)
    return Counts(
        tests=len(tests),
        passed=sum(test.outcome is Outcome.PASSED for test in tests),
        failed=sum(needs_explaining(test) for test in tests),
        blocked=sum(test.outcome is Outcome.BLOCKED for test in tests),
        visible=visible,
        hidden=len(tests) - visible,
    )


def _summarize(exercise: Exercise) -> ExerciseSummary:
    return ExerciseSummary(
        id=exercise.id,
        slug=exercise.slug,
        name=exercise.name,
        title=exercise.title,
        files=exercise.files,
        sha256=exercise.sha256,
    )


def _summarize_submission(submission: Submission) -> SubmissionSummary:
    return SubmissionSummary(
        sha256=submission.sha256,
        files=tuple(file.name for file in submission.files),
        untouched=submission.untouched,
    )


_NO_POINTS = Explanation(
    problem=Text(en="No test of this exercise that ran here gives any points.", zh="这里运行的测试都没有分值。"),
    cause_id="author.no-points",
    next_step=Text(
        en="The exercise's author can add a test with points to test_visible.py, or supply the hidden tests.",
        zh="请题目作者在 test_visible.py 中添加带分值的测试，或提供隐藏测试。",
    ),
)
