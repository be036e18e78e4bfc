"""The gradebook as a spreadsheet reads it: complete, never a formula, never a zero that nobody earned."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from class_rows import LINEAR, NO_FILE, SOFTMAX, Person, graded, mixed_class, not_run, tried, without_exam

from grader.batch.classbook import Classbook, book_of
from grader.batch.gradebook import to_gradebook
from grader.batch.rows import Tried
from grader.records import Outcome
from grader.report import Status


def read(book: Classbook) -> dict[str, dict[str, str]]:
    """Return the rows by student, as a program reads the file from a disk."""
    content = to_gradebook(book).encode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    return {row["student"]: row for row in rows}


def test_one_row_a_student_with_what_counts_and_what_was_earned() -> None:
    rows = read(mixed_class())
    assert list(rows) == ["alice", "ben", "cleo", "dan", "eve", "zoe"]
    ben = rows["ben"]
    assert ben["name"] == "王小明"
    assert [ben[f"{SOFTMAX.name}.{column}"] for column in ("points", "earned", "possible", "status", "late_days")] == [
        "0.8", "1", "3", "partial", "2",
    ]  # fmt: skip
    assert (ben["total"], ben["possible"], ben["share"], ben["remark"]) == ("3.8", "6", "0.6333", "")
    assert (rows["alice"]["section"], rows["cleo"][f"{SOFTMAX.name}.attempt"]) == ("A", "2")


def test_what_is_unscored_is_an_empty_cell_and_leaves_no_total() -> None:
    eve = read(mixed_class())["eve"]
    assert (eve[f"{SOFTMAX.name}.points"], eve[f"{SOFTMAX.name}.status"]) == ("", "unscored")
    assert (eve["total"], eve["share"]) == ("", "")
    assert eve["remark"] == f"no total, unscored: {SOFTMAX.name}; missing: {LINEAR.name}"


def test_who_is_missing_is_listed_with_empty_cells() -> None:
    zoe = read(mixed_class())["zoe"]
    assert (zoe["name"], zoe["section"]) == ("Zoë", "B")
    assert (zoe[f"{SOFTMAX.name}.points"], zoe[f"{SOFTMAX.name}.status"]) == ("", "missing")
    assert zoe["total"] == "0"


def test_what_an_absent_student_handed_in_instead_is_a_remark() -> None:
    roster = [Person(id="b", nothing_in="b"), Person(id="c"), Person(id="a", nothing_in="a-old")]
    rows = read(book_of([graded("a")], exercises=[SOFTMAX], roster=roster))
    assert rows["b"]["remark"] == f"missing: {SOFTMAX.name}; nothing for it in what was handed in: b"
    assert [rows[student]["remark"] for student in ("a", "c")] == ["", f"missing: {SOFTMAX.name}"]


def test_a_rejected_submission_is_a_zero_out_of_what_the_others_could_reach() -> None:
    dan = read(mixed_class())["dan"]
    assert [dan[f"{SOFTMAX.name}.{column}"] for column in ("points", "possible", "status")] == ["0", "3", "rejected"]
    assert dan["remark"].endswith(f"not accepted: {SOFTMAX.name}: {NO_FILE.en}")


def test_a_full_status_whose_points_are_not_known_yet_is_unscored() -> None:
    book = book_of([replace(graded("a"), points=None)], exercises=[SOFTMAX])
    row = read(book)["a"]
    assert (row[f"{SOFTMAX.name}.points"], row[f"{SOFTMAX.name}.status"]) == ("", "unscored")


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", ' =cmd|"x"', '=HYPERLINK("x")', 'a";"b', "a\r\nb,c"],
)
def test_no_name_is_a_formula_or_breaks_the_table(hostile: str) -> None:
    book = book_of([graded(hostile, name=hostile)], exercises=[SOFTMAX], roster=[Person(id="z", section=hostile)])
    rows = list(csv.reader(io.StringIO(to_gradebook(book).removeprefix("\ufeff"), newline=""), strict=True))
    assert len(rows) == 3
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
        assert not cell.lstrip(" \"'").startswith("=") or cell.startswith("'")


def test_the_file_begins_with_the_mark_that_excel_needs_and_every_cell_is_quoted() -> None:
    content = to_gradebook(mixed_class()).encode("utf-8")
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content[3:].split(b"\r\n")
    assert lines.pop() == b""
    assert all(line.startswith(b'"') and line.endswith(b'"') for line in lines)


def test_rows_come_in_the_same_order_whatever_the_order_of_exams() -> None:
    rows = [graded(f"s{number}") for number in (10, 9, 1, 2)]
    forward, backward = (to_gradebook(book_of(order, exercises=[SOFTMAX])) for order in (rows, rows[::-1]))
    assert forward == backward
    assert list(read(book_of(rows, exercises=[SOFTMAX]))) == ["s1", "s2", "s9", "s10"]


def test_a_share_is_never_rounded_up_to_a_full_score() -> None:
    book = book_of([graded("a", points=2.99999)], exercises=[SOFTMAX])
    assert read(book)["a"]["share"] == "0.9999"


def test_the_status_goes_by_the_points_that_count() -> None:
    rows = [graded("a"), graded("b", points=0.0, late_days=7), not_run("c", Outcome.FORBIDDEN, NO_FILE)]
    found = read(book_of(rows, exercises=[SOFTMAX]))
    assert [row[f"{SOFTMAX.name}.status"] for row in found.values()] == ["full", "full-cut", "forbidden"]


def test_all_attempts_are_counted_and_those_over_the_limit_named() -> None:
    attempts = [Tried(attempt=n, earned=3.0, points=3.0 if n < 3 else 0.0, beyond=n > 2) for n in range(1, 5)]
    rows = read(book_of([tried("a", *attempts, counts=2), graded("b")], exercises=[SOFTMAX]))
    shown = [(row[f"{SOFTMAX.name}.attempt"], row[f"{SOFTMAX.name}.attempts"]) for row in rows.values()]
    assert shown == [("2", "4"), ("1", "1")]
    name = SOFTMAX.name
    assert rows["a"]["remark"] == f"over the limit, not counted: {name} attempt 3, {name} attempt 4"


def test_a_time_that_nobody_knows_is_a_remark() -> None:
    rows = read(book_of([replace(graded("a"), undated=True)], exercises=[SOFTMAX]))
    assert rows["a"]["remark"] == f"time not known, nothing off for lateness: {SOFTMAX.name}"


def test_an_exercise_that_nobody_was_graded_in_takes_nobodys_share_and_is_named() -> None:
    rows = [graded("a", points=1.5), without_exam("b", Status.REJECTED, NO_FILE, exercise=LINEAR)]
    found = read(book_of(rows, exercises=[SOFTMAX, LINEAR], roster=[Person(id="c")]))
    assert [(row["total"], row["possible"], row["share"]) for row in found.values()] == [
        ("1.5", "3", "0.5"),
        ("0", "3", "0"),
        ("0", "3", "0"),
    ]
    for row in found.values():
        assert f"nobody was graded, left out of possible and share: {LINEAR.name}" in row["remark"]


def test_where_nobody_was_graded_at_all_there_is_no_share() -> None:
    found = read(book_of([], exercises=[SOFTMAX, LINEAR], roster=[Person(id="c")]))
    assert (found["c"]["possible"], found["c"]["share"]) == ("", "")
    assert f"{SOFTMAX.name}, {LINEAR.name}" in found["c"]["remark"]
