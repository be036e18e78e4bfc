"""The gradebook: one row a student, for spreadsheets and for what a university's system imports.

The headings are the same in every language, for programs. A byte order mark leads, without which Excel takes UTF-8 for
the code page of its country and garbles Chinese. A cell without a number is empty: what is unscored is never a zero.
"""

from __future__ import annotations

import csv
import io

from grader.batch.classbook import Asked, Classbook, Student, standing_of
from grader.batch.rows import Row
from grader.report.escape import csv_cell
from grader.report.model import Status
from grader.report.points import table_number, table_share

BYTE_ORDER_MARK = "\ufeff"
MISSING = "missing"  # in the column of statuses, for an exercise that was not handed in
_OF_AN_EXERCISE = ("points", "earned", "possible", "status", "late_days", "attempt", "attempts", "to_review")


def to_gradebook(book: Classbook) -> str:
    """Return the table as CSV: UTF-8 with a byte order mark, every cell quoted, lines ended by CR LF (RFC 4180)."""
    with_sections = any(student.section for student in book.students)
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow([csv_cell(name) for name in _headings(book, with_sections=with_sections)])
    for student in book.students:
        table.writerow([csv_cell(cell) for cell in _cells(student, book, with_sections=with_sections)])
    return BYTE_ORDER_MARK + out.getvalue()


def _headings(book: Classbook, *, with_sections: bool) -> list[str]:
    who = ["student", "name", *(["section"] if with_sections else [])]
    asked = [f"{exercise.name}.{column}" for exercise in book.exercises for column in _OF_AN_EXERCISE]
    return [*who, *asked, "total", "possible", "share", "remark"]


def _cells(student: Student, book: Classbook, *, with_sections: bool) -> list[str]:
    who = [student.id, student.name, *([student.section] if with_sections else [])]
    asked = [
        cell
        for exercise in book.exercises
        for cell in (
            _scored(student.rows[exercise.name], exercise) if exercise.name in student.rows else _missing(exercise)
        )
    ]
    total, possible = student.total, book.possible
    share = "" if total is None or not possible else table_share(total / possible)
    return [*who, *asked, table_number(total), table_number(possible), share, _remark(student, book)]


def _scored(row: Row, exercise: Asked) -> list[str]:
    possible = exercise.possible if row.possible is None else row.possible
    return [
        table_number(row.points),
        table_number(row.earned),
        table_number(possible),
        standing_of(row).value,
        str(row.late_days),
        str(row.handed_in.attempt),
        str(max(len(row.tried), 1)),
        str(row.reviews),
    ]


def _missing(exercise: Asked) -> list[str]:
    return ["", "", table_number(exercise.possible), MISSING, "", "", "", ""]


def _remark(student: Student, book: Classbook) -> str:
    """Return why there is no total, what it leaves out, what is not known, and which attempts it is made of."""
    missing = [exercise.name for exercise in book.exercises if exercise.name not in student.rows]
    pending = [
        f"{name} attempt {attempt}"
        for name, row in student.rows.items()
        for attempt in row.pending
        if row.points is not None or row.earned is not None  # else the row itself says that it is unscored
    ]
    beyond = [f"{name} attempt {one.attempt}" for name, row in student.rows.items() for one in row.tried if one.beyond]
    undated = [name for name, row in student.rows.items() if row.undated]
    rejected = [
        f"{name}: " + row.problem.en.partition("\n")[0]
        for name, row in student.rows.items()
        if row.status is Status.REJECTED and row.problem is not None
    ]
    counted = [f"{name}: {row.counted.en}" for name, row in student.rows.items() if row.counted is not None]
    said = [
        *([f"no total, unscored: {', '.join(student.unscored)}"] if student.unscored else []),
        *([f"may still change, unscored: {', '.join(pending)}"] if pending else []),
        *([f"missing: {', '.join(missing)}"] if missing else []),
        *([f"nothing for it in what was handed in: {student.nothing_in}"] if missing and student.nothing_in else []),
        *([f"nobody was graded, left out of possible and share: {', '.join(book.unknown)}"] if book.unknown else []),
        *([f"not accepted: {'; '.join(rejected)}"] if rejected else []),
        *([f"over the limit, not counted: {', '.join(beyond)}"] if beyond else []),
        *([f"time not known, nothing off for lateness: {', '.join(undated)}"] if undated else []),
        *counted,
    ]
    return "; ".join(said)
