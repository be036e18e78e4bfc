"""What an earlier run left without a score: each run that goes on holds these exams once more, and pays for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.batch.handed import Entry
from grader.batch.journal import Key, Line, key_of
from grader.records import Text
from grader.report import Status


def tried_again(old: Mapping[Key, Line], entries: Iterable[Entry]) -> tuple[Text, ...]:
    """Return the note that says how many exams are held once more; none where each has a score."""
    keys = (key_of(entry.exercise.name, entry.handed_in) for entry in entries)
    number = sum(key in old and old[key].row.status is Status.UNSCORED for key in keys)
    if not number:
        return ()
    exams = "1 exam" if number == 1 else f"{number} exams"
    return (
        Text(
            en=f"Tried again: {exams} without a score, which was no student's fault.",
            zh=f"重试：{number} 场没有得分的考试，过错不在学生。",
        ),
    )
