"""What an earlier run left without a score: each run that goes on holds these exams once more, and pays for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.batch.handed import Entry
from grader.batch.journal import Key, Line, key_of
from grader.records import Text
from grader.report import Status
from grader.report.severities import counted


def tried_again(old: Mapping[Key, Line], entries: Iterable[Entry]) -> tuple[Text, ...]:
    """Return the note that says how many exams are held once more, and why; none where each has a score."""
    keys = (key_of(entry.exercise.name, entry.handed_in) for entry in entries)
    rows = [old[key].row for key in keys if key in old and old[key].row.status is Status.UNSCORED]
    waited = sum(row.undecided for row in rows)
    failed = len(rows) - waited
    told = []
    if failed:
        told.append(
            Text(
                en=f"{counted(failed, 'exam')} without a score, which was no student's fault",
                zh=f"{failed} 场没有得分的考试，过错不在学生",
            )
        )
    if waited:
        told.append(
            Text(en=f"{counted(waited, 'exam')} that waited for your decision", zh=f"{waited} 场等待你决定的考试")
        )
    if not told:
        return ()
    en, zh = "; ".join(one.en for one in told), "；".join(one.zh for one in told)
    return (Text(en=f"Tried again: {en}.", zh=f"重试：{zh}。"),)
