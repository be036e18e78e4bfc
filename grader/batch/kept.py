"""What an earlier run kept of a class: the entries and the submissions, as they were then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.batch.handed import Entry
from grader.batch.journal import Kept, Key, Line, key_of
from grader.batch.places import Places
from grader.batch.policy import moment_of
from grader.errors import AuthorError, GraderError, GraderFault, SubmissionError, UsageError
from grader.exercise.digest import digest
from grader.exercise.paths import show_path
from grader.records import Exercise, Fault, SourceFile, Submission, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Entries, and what reads the submission of each."""

    entries: tuple[Entry, ...]
    take: Callable[[Entry], Submission]


def kept_entries(places: Places, lines: Mapping[Key, Line], exercises: Iterable[Exercise]) -> Taken:
    """Return what the batch in `places` graded of these exercises, to be graded again."""
    found = tuple(
        Entry(
            handed_in=line.row.handed_in,
            exercise=exercise,
            path=places.source(line.row.handed_in.student, exercise.name, line.row.handed_in.attempt),
            due=moment_of(line.due),
        )
        for exercise in exercises
        for line in lines.values()
        if line.row.exercise == exercise.name
    )

    def take(entry: Entry) -> Submission:
        return _submission(entry, lines[key_of(entry.exercise.name, entry.handed_in)], places)

    return Taken(entries=found, take=take)


def _submission(entry: Entry, line: Line, places: Places) -> Submission:
    """Return the submission as it was graded. Raises: what it was refused with; UsageError where it was changed."""
    kept = line.kept
    if kept is None:
        raise _refused(entry, line, places)
    contents = {name: _content(entry, name) for name in entry.exercise.files}
    if digest(contents) != kept.sha256:
        raise _tampered(entry.path)
    return _as_it_was(entry, line, kept, contents)


def _as_it_was(entry: Entry, line: Line, kept: Kept, contents: Mapping[str, bytes]) -> Submission:
    return Submission(
        files=tuple(
            SourceFile(name=name, text=contents[name].decode("utf-8", "surrogatepass"), cells=kept.cells.get(name, ()))
            for name in entry.exercise.files
        ),
        origin=kept.origin,
        sha256=line.row.submission_sha256,
        untouched=kept.untouched,
        ignored=kept.ignored,
    )


def _content(entry: Entry, name: str) -> bytes:
    file = entry.path / name
    try:
        return file.read_bytes()
    except OSError:
        raise _not_kept(file) from None


def _refused(entry: Entry, line: Line, places: Places) -> GraderError:
    """Return the error that the submission was refused with, which no new exercise makes another."""
    from grader.report.reading import read_report

    handed_in = entry.handed_in
    problem = read_report(places.report(handed_in.student, entry.exercise.name, handed_in.attempt)).problem
    said = line.row.problem or Text(en="It could not be read.", zh="无法读取。")
    kind = {Fault.STUDENT: SubmissionError, Fault.AUTHOR: AuthorError}.get(line.row.fault or Fault.GRADER, GraderFault)
    return kind(said, remedy=(problem.next_step if problem is not None else None) or "")


def _give_again() -> Text:
    return Text(
        en="Give EXERCISE and SUBMISSIONS again, to grade those instead of what was kept.",
        zh="请重新给出 EXERCISE 与 SUBMISSIONS，以代替保存的文件。",
    )


def _not_kept(file: Path) -> UsageError:
    shown = show_path(file)
    return UsageError(
        Text(en=f"{shown}: was not kept, so it cannot be graded again.", zh=f"{shown}：没有保存，无法重新评分。"),
        remedy=_give_again(),
    )


def _tampered(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(en=f"{shown}: not as it was when it was graded.", zh=f"{shown}：与评分时不同。"), remedy=_give_again()
    )
