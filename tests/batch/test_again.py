"""What a run that goes on pays for once more is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from class_rows import NO_EXAMINER, SOFTMAX, without_exam

from grader.batch.again import tried_again
from grader.batch.handed import Entry
from grader.batch.journal import Line
from grader.exercise import load_course
from grader.report import Status

ROOT = Path(__file__).parent.parent.parent


def test_a_run_that_goes_on_says_how_many_exams_it_holds_once_more() -> None:
    rows = [
        without_exam("ada", Status.UNSCORED, NO_EXAMINER),
        without_exam("bob", Status.UNSCORED, NO_EXAMINER),
        without_exam("eve", Status.REJECTED, NO_EXAMINER),
    ]
    lines = [Line(row=row, reports={}, kept=None) for row in rows]
    old = {line.key: line for line in lines}
    exercise = load_course(ROOT).find(SOFTMAX.name)
    entries = [Entry(handed_in=row.handed_in, exercise=exercise, path=ROOT) for row in rows]
    (note,) = tried_again(old, entries)
    assert note.en == "Tried again: 2 exams without a score, which was no student's fault."
    assert "2 场" in note.zh
    assert "1 exam " in tried_again(old, entries[1:])[0].en
    assert tried_again(old, entries[2:]) == ()
    assert tried_again({}, entries) == ()


def test_what_waited_for_a_decision_is_not_told_as_a_fault_of_nobody() -> None:
    rows = [
        replace(without_exam("ada", Status.UNSCORED, NO_EXAMINER), undecided=True),
        without_exam("bob", Status.UNSCORED, NO_EXAMINER),
        without_exam("eve", Status.UNSCORED, NO_EXAMINER),
    ]
    lines = [Line(row=row, reports={}, kept=None) for row in rows]
    old = {line.key: line for line in lines}
    exercise = load_course(ROOT).find(SOFTMAX.name)
    entries = [Entry(handed_in=row.handed_in, exercise=exercise, path=ROOT) for row in rows]
    (alone,) = tried_again(old, entries[:1])
    assert alone.en == "Tried again: 1 exam that waited for your decision."
    assert alone.zh == "重试：1 场等待你决定的考试。"
    (note,) = tried_again(old, entries)
    assert note.en == (
        "Tried again: 2 exams without a score, which was no student's fault; 1 exam that waited for your decision."
    )
    assert note.zh == "重试：2 场没有得分的考试，过错不在学生；1 场等待你决定的考试。"
