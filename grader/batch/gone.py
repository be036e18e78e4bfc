"""What is not among the submissions any more: put aside, and taken out of the journal, when all others are done.

Theory of operation. Files are moved first, then lines are added to the journal that say that they are gone. A process
that is killed in between leaves lines whose files lie elsewhere; the next run finds the same attempts gone, moves what
is left, and adds the lines. Nothing is deleted: all of it lies in `batch/before/N`, as it lay before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.folders import examples
from grader.batch.handed import Entry
from grader.batch.journal import Journal, Key, Line, key_of
from grader.batch.places import Places
from grader.batch.swap import move, next_before
from grader.errors import UsageError
from grader.records import Text


def gone_lines(old: Mapping[Key, Line], entries: Iterable[Entry]) -> tuple[Line, ...]:
    """Return the lines whose attempts are not among the entries."""
    there = {key_of(entry.exercise.name, entry.handed_in) for entry in entries}
    return tuple(line for key, line in sorted(old.items()) if key not in there)


def note_of(gone: Sequence[Line]) -> Text:
    """Return what is said of them before they are put aside."""
    students = list(dict.fromkeys(line.key.student for line in gone))
    shown = examples(students)
    return Text(
        en=f"{len(gone)} graded before, not among the submissions any more: {shown}. What was written of that is put "
        "aside in batch/before.",
        zh=f"有 {len(gone)} 份此前已评分、现已不在提交之中：{shown}。其结果移至 batch/before。",
    )


def fewer_submissions(gone: Sequence[Line]) -> UsageError:
    """Return the refusal of SUBMISSIONS that lack what was graded: most likely the rest was meant to stay."""
    shown = examples(list(dict.fromkeys(line.key.student for line in gone)))
    return UsageError(
        Text(
            en=f"SUBMISSIONS: these are others than before, and {len(gone)} that were graded are not in them: {shown}.",
            zh=f"SUBMISSIONS：与之前不同，其中缺少 {len(gone)} 份已评分的提交：{shown}。",
        ),
        remedy=Text(
            en="Name all that are to be in the gradebook, the old ones too; or grade these alone into another "
            "--output DIR.",
            zh="请给出应在成绩册中的全部提交，包括原有的；或用 --output 把这些单独评分到另一个文件夹。",
        ),
    )


def refuse_if_nobody_is_left(graded: Iterable[Line], entries: Iterable[Entry], *, rosters: tuple[str, str]) -> None:
    """Refuse a class in which nobody who was graded hands in any more: its names are read otherwise than before.

    `rosters` are the one before and the one now; another one may call everybody otherwise. Raises: UsageError.
    """
    before = list(dict.fromkeys(line.key.student for line in graded))
    now = list(dict.fromkeys(entry.handed_in.student for entry in entries))
    if not before or not set(before).isdisjoint(now) or rosters[0] != rosters[1]:
        return
    shown, others = examples(before), examples(now)
    raise UsageError(
        Text(
            en=f"SUBMISSIONS: of those who were graded nobody hands in any more: {shown}. Read now: {others}.",
            zh=f"SUBMISSIONS：已评分的学生中无一仍有提交：{shown}。现在读作：{others}。",
        ),
        remedy=Text(
            en="Nothing was changed. See what came into the folder since, and take it out or say whose it is in the "
            "column entry of the roster; if they are others indeed, grade them into another --output DIR.",
            zh="没有任何改动。请查看文件夹中此后新增了什么，移走它，或在名单的 entry 列中指明归属；"
            "若确是另一批学生，请用 --output 评分到另一个文件夹。",
        ),
    )


def put_aside(places: Places, journal: Journal, gone: Sequence[Line], *, students: frozenset[str]) -> None:
    """Move what was written of these attempts, and take them out of the journal. `students`: who is still there.

    Raises: OSError; then the next run does the rest.
    """
    if not gone:
        return
    aside = next_before(places)
    for line in gone:
        for file in _files(places, line):
            _put(places, file, aside)
    for student in dict.fromkeys(line.key.student for line in gone if line.key.student not in students):
        for folder in (places.report(student, "_").parent, places.source(student, "_").parent):
            _put(places, folder, aside)  # files that join a student's exercises
    journal.append(replace(line, gone=True) for line in gone)


def _files(places: Places, line: Line) -> list[Path]:
    key = line.key
    reports = [places.report(key.student, key.exercise, key.attempt, suffix=suffix) for suffix in line.reports]
    return [*reports, places.source(key.student, key.exercise, key.attempt)]


def _put(places: Places, source: Path, aside: Path) -> None:
    if not source.exists():
        return
    target = aside / source.relative_to(places.root)
    if target.is_dir():  # some of what was in it lies there already
        for inner in sorted(source.iterdir()):
            _put(places, inner, aside)
        source.rmdir()
    else:
        move(source, target)
