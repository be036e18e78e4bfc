"""Rows of a class made by hand, for tests of what is drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.batch.classbook import Asked, Classbook, book_of
from grader.batch.rows import Row, TestRow, Tried
from grader.records import Fault, HandedIn, Outcome, Text
from grader.report import Status

SOFTMAX = Asked(
    id="exercise03",
    name="exercise03_softmax",
    title=Text(en="A softmax that does not overflow", zh="数值稳定的 softmax"),
    possible=None,
)
LINEAR = Asked(
    id="exercise05",
    name="exercise05_linear",
    title=Text(en="Linear regression by hand", zh="手写线性回归"),
    possible=None,
)
WRONG_AXIS = Text(en="You sum over axis 0 and not over `dim`.", zh="你沿第 0 轴求和，而不是沿 `dim`。")
CLAIMS = {
    "test_shape": (Text(en="The shape is kept.", zh="形状不变。"), True),
    "test_rows": (Text(en="Each row sums to 1.", zh="每行之和为 1。"), True),
    "test_large": (Text(en="Large logits do not overflow.", zh="很大的 logits 不会溢出。"), False),
}
NO_EXAMINER = Text(en="The examiner was killed twice.", zh="评分进程被终止了两次。")
NO_FILE = Text(en="There is no softmax.py in it.", zh="其中没有 softmax.py。")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody on the roster."""

    id: str
    name: str = ""
    section: str = ""
    nothing_in: str = ""


def tests_of(passed: Sequence[str], *, mistake: bool = True) -> tuple[TestRow, ...]:
    """Return the three tests, of which these are passed; what is missed in `test_rows` is a known mistake."""
    return tuple(
        TestRow(
            name=name,
            claim=claim,
            outcome=Outcome.PASSED if name in passed else Outcome.FAILED,
            points=1.0,
            earned=float(name in passed),
            visible=visible,
            cause_id="" if name in passed else "misconception.axis" if mistake and name == "test_rows" else "overflow",
            mistake=WRONG_AXIS if mistake and name == "test_rows" and name not in passed else None,
        )
        for name, (claim, visible) in CLAIMS.items()
    )


def graded(
    student: str,
    passed: Sequence[str] = tuple(CLAIMS),
    *,
    name: str = "",
    exercise: Asked = SOFTMAX,
    points: float | None = None,
    late_days: int = 0,
    reviews: int = 0,
    attempt: int = 1,
) -> Row:
    """Return the row of an exam in which these tests pass."""
    earned = float(len(passed))
    is_full = len(passed) == len(CLAIMS)
    return Row(
        handed_in=HandedIn(student=student, name=name, entry=f"{student}.zip", attempt=attempt),
        exercise=exercise.name,
        status=Status.FULL if is_full else Status.PARTIAL,
        fault=None if is_full else Fault.STUDENT,
        earned=earned,
        possible=3.0,
        points=earned if points is None else points,
        late_days=late_days,
        seed=7,
        exercise_sha256="3e" * 32,
        submission_sha256="5b" * 32,
        tests=tests_of(passed),
        reviews=reviews,
        problem=None,
    )


def not_run(student: str, outcome: Outcome, problem: Text) -> Row:
    """Return the row of code of which no test could run: it does not load, or uses what is forbidden."""
    row = graded(student, [])
    return replace(row, tests=tuple(replace(test, outcome=outcome) for test in row.tests), problem=problem)


def tried(student: str, *attempts: Tried, counts: int = 1) -> Row:
    """Return the row of the attempt that counts, of several."""
    row = graded(student, attempt=counts)
    return replace(row, tried=attempts)


def without_exam(student: str, status: Status, problem: Text, *, name: str = "", exercise: Asked = SOFTMAX) -> Row:
    """Return the row of a submission that was not accepted, or has no score."""
    rejected = status is Status.REJECTED
    return Row(
        handed_in=HandedIn(student=student, name=name, entry=f"{student}.zip"),
        exercise=exercise.name,
        status=status,
        fault=Fault.STUDENT if rejected else Fault.GRADER,
        earned=0.0 if rejected else None,
        possible=None,
        points=0.0 if rejected else None,
        late_days=0,
        seed=None,
        exercise_sha256="3e" * 32,
        submission_sha256="",
        tests=(),
        reviews=0,
        problem=problem,
    )


def mixed_class(*, alice: str = "alice", called: str = "Alice Liddell") -> Classbook:
    """Return a class in which everything happened once."""
    rows = [
        graded(alice, name=called),
        graded("ben", ["test_shape"], name="王小明", points=0.8, late_days=2),
        graded("cleo", ["test_shape", "test_large"], name="Cleo", reviews=3, attempt=2),
        without_exam("dan", Status.REJECTED, NO_FILE, name="Dan"),
        without_exam("eve", Status.UNSCORED, NO_EXAMINER, name="Eve"),
        graded(alice, ["test_shape", "test_rows"], name=called, exercise=LINEAR),
        graded("ben", name="王小明", exercise=LINEAR),
    ]
    roster = [Person(id=alice, name=called, section="A"), Person(id="zoe", name="Zoë", section="B")]
    return book_of(rows, exercises=[SOFTMAX, LINEAR], roster=roster)


def large_class(students: int) -> Classbook:
    """Return a class of so many students, of whom every third fails one test, every seventh two."""
    names = tuple(CLAIMS)
    rows = [
        graded(f"s{number:05d}", names[: 3 - (number % 3 == 0) - (number % 7 == 0)], name=f"Student {number}")
        for number in range(students)
    ]
    return book_of(rows, exercises=[SOFTMAX])
