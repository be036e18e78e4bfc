"""What an earlier run kept of a class: the entries and the submissions, as they were then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.batch.handed import Entry
from grader.batch.journal import Kept, Key, Line, key_of
from grader.batch.places import Places
from grader.batch.policy import moment_of
from grader.errors import AuthorError, GraderError, GraderFault, SubmissionError, Undecided, UsageError
from grader.exercise.digest import digest
from grader.exercise.paths import show_name, show_names
from grader.exercise.plain_file import read_plain
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


def refuse_unkept(lines: Iterable[Line], exercises: Iterable[Exercise]) -> None:
    """Refuse to grade again from what was kept where an exercise asks for files that it did not ask for then.

    Raises: UsageError.
    """
    asked = {exercise.name: exercise for exercise in exercises}
    for line in lines:
        exercise = asked.get(line.row.exercise)
        if exercise is None or line.kept is None:
            continue
        missing = [name for name in exercise.files if name not in line.kept.files]
        if missing:
            raise _not_asked_for(exercise, missing)


def _submission(entry: Entry, line: Line, places: Places) -> Submission:
    """Return the submission as it was graded.

    Raises: what it was refused with; GraderFault where it was lost or changed, which leaves that one without a score.
    """
    kept = line.kept
    if kept is None:
        raise _refused(entry, line, places)
    contents = {name: _content(entry, name) for name in kept.files}
    if digest(contents) != kept.sha256:
        raise _tampered(entry)
    return _as_it_was(entry, line, kept, contents)


def _as_it_was(entry: Entry, line: Line, kept: Kept, contents: Mapping[str, bytes]) -> Submission:
    names = entry.exercise.files
    is_whole = set(names) == set(kept.files)
    return Submission(
        files=tuple(
            SourceFile(name=name, text=contents[name].decode("utf-8", "surrogatepass"), cells=kept.cells.get(name, ()))
            for name in names
        ),
        origin=kept.origin,
        sha256=line.row.submission_sha256 if is_whole else digest({name: contents[name] for name in names}),
        untouched=kept.untouched,
        ignored=kept.ignored,
    )


def _content(entry: Entry, name: str) -> bytes:
    try:
        return read_plain(entry.path / name)
    except OSError:
        raise _not_kept(entry, name) from None


def _refused(entry: Entry, line: Line, places: Places) -> GraderError:
    """Return the error that the submission was refused with, which no new exercise makes another."""
    from grader.report.reading import read_report

    handed_in = entry.handed_in
    try:
        problem = read_report(places.report(handed_in.student, entry.exercise.name, handed_in.attempt)).problem
    except UsageError:  # lost or damaged: the journal has what matters
        problem = None
    said = line.row.problem or Text(en="It could not be read.", zh="无法读取。")
    kind = {Fault.STUDENT: SubmissionError, Fault.AUTHOR: AuthorError}.get(line.row.fault or Fault.GRADER, GraderFault)
    kind = Undecided if line.row.undecided else kind
    return kind(said, remedy=(problem.next_step if problem is not None else None) or "")


def _give_again() -> Text:
    return Text(
        en="Give EXERCISE and SUBMISSIONS again, to grade those instead of what was kept.",
        zh="请重新给出 EXERCISE 与 SUBMISSIONS，以代替保存的文件。",
    )


def _not_asked_for(exercise: Exercise, missing: Sequence[str]) -> UsageError:
    names = show_names(list(missing))
    return UsageError(
        Text(
            en=f"--regrade: {exercise.name} asks for {names} now; that was not asked for when the class was graded, "
            "so it was not kept.",
            zh=f"--regrade：{exercise.name} 现在要求 {names}；上次评分时没有要求，因此没有保存。",
        ),
        remedy=_give_again(),
    )


def _not_kept(entry: Entry, name: str) -> GraderFault:
    shown = f"sources/{entry.path.parent.name}/{entry.path.name}/{show_name(name)}"
    return GraderFault(
        Text(
            en=f"{shown}: is not there any more, so it cannot be graded again.",
            zh=f"{shown}：已不存在，无法重新评分。",
        ),
        remedy=_give_again(),
    )


def _tampered(entry: Entry) -> GraderFault:
    shown = f"sources/{entry.path.parent.name}/{entry.path.name}"
    return GraderFault(
        Text(en=f"{shown}: not as it was when it was graded.", zh=f"{shown}：与评分时不同。"), remedy=_give_again()
    )
