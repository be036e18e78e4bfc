"""What a run that goes on pays for once more is said."""

from __future__ import annotations

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
