"""What is written of one student's attempts at one exercise: reports, sources, and their lines for the journal.

All attempts are written together: the course's rules make of each what the others leave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.handed import Entry
from grader.batch.journal import Kept, Line, file_digest
from grader.batch.places import Places
from grader.batch.policy import Counted, counted
from grader.batch.rows import Row, row_of
from grader.exercise.digest import digest
from grader.exercise.policy import Policy
from grader.exercise.whole_file import write_whole
from grader.records import Award, Language, Submission
from grader.report import Format, Report, View, find_format, unmeasured

if TYPE_CHECKING:
    from grader.report.signing_keys import SigningKey

WIDTH = 100  # columns of a report that nobody reads on a terminal
JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one exercise's points are counted by."""

    policy: Policy
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One attempt and its report. `submission`: None where it could not be read."""

    entry: Entry
    report: Report
    submission: Submission | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The lines of all attempts at one exercise, and the row that counts in the gradebook."""

    lines: tuple[Line, ...]
    row: Row


class Writer:
    """Writes below `places`, in these formats; JSON always, signed where there is a key."""

    def __init__(
        self,
        places: Places,
        formats: Iterable[str],
        language: Language,
        rules: Mapping[str, Rules],
        key: SigningKey | None,
    ) -> None:
        self._places, self._rules, self._key = places, rules, key
        self._view = View(language=language, width=WIDTH)
        others = {name: find_format(name) for name in formats if name != JSON}
        self._each = {name: one for name, one in others.items() if one.together is None}

    def write(self, attempts: Sequence[Graded]) -> Written:
        """Write all that there is of one student's attempts at one exercise. Raises: OSError."""
        first = attempts[0].entry
        rules = self._rules[first.exercise.name]
        rows = [row_of(_plain(one)) for one in attempts]
        result = counted(rows, due=rules.due, rules=rules.policy, extended=first.due)
        graded = [(one, _awarded(one, result)) for one in attempts]
        return Written(
            lines=tuple(self._write_one(one, report) for one, report in graded),
            row=_row_that_counts(result, [report for _, report in graded]),
        )

    def _write_one(self, one: Graded, report: Report) -> Line:
        exercise, handed_in = one.entry.exercise, one.entry.handed_in
        kept = None if one.submission is None else self._write_sources(one.entry, one.submission)
        contents = {
            _suffix(name, form): form.render(report, self._view).encode("utf-8", "replace")
            for name, form in self._each.items()
        }
        contents[".json"] = self._json(report)
        for suffix, content in contents.items():
            _write(self._places.report(handed_in.student, exercise.name, handed_in.attempt, suffix=suffix), content)
        return Line(
            row=row_of(report),
            reports={suffix: file_digest(content) for suffix, content in contents.items()},
            kept=kept,
            due="" if one.entry.due is None else one.entry.due.isoformat(),
            isolation="" if report.isolation is None else report.isolation.value,
            versions=report.versions,
        )

    def _json(self, report: Report) -> bytes:
        from grader.report.document import as_document, to_json

        if self._key is None:
            return to_json(report).encode()
        from grader.report.escape import json_text
        from grader.report.signing import sign

        return (json_text(sign(as_document(report), self._key), indent=2) + "\n").encode()

    def _write_sources(self, entry: Entry, submission: Submission) -> Kept:
        folder = self._places.source(entry.handed_in.student, entry.exercise.name, entry.handed_in.attempt)
        contents = {file.name: text_bytes(file.text) for file in submission.files}
        for name, content in contents.items():
            _write(folder / name, content)
        return Kept(
            origin=submission.origin,
            untouched=submission.untouched,
            ignored=submission.ignored,
            sha256=digest(contents),
            files=tuple(contents),
            cells={file.name: file.cells for file in submission.files if file.cells},
        )


def _suffix(name: str, form: Format) -> str:
    """Return what stands behind the exercise's name in the name of a report's file."""
    return Path(form.file_name).suffix if name in ("html", "text") else f".{form.file_name}"


def text_bytes(text: str) -> bytes:
    """Return a source as it is kept."""
    return text.encode("utf-8", "surrogatepass")


def _plain(one: Graded) -> Report:
    """Return the report without what is measured and without any award, but with whose it is."""
    return replace(unmeasured(one.report), handed_in=one.entry.handed_in, award=None)


def _awarded(one: Graded, result: Counted) -> Report:
    award = result.awards.get(one.entry.handed_in.attempt)
    return replace(_plain(one), award=None if award is None or _is_silent(award) else award)


def _is_silent(award: Award) -> bool:
    """Return whether the rules have nothing to say: a report is not to speak of them then."""
    return award.reason is None and award.kept == 1 and not award.late_days


def _row_that_counts(result: Counted, reports: Sequence[Report]) -> Row:
    attempt = result.row.handed_in.attempt
    return that_counts(next(row for row in map(row_of, reports) if row.handed_in.attempt == attempt), result)


def that_counts(row: Row, result: Counted) -> Row:
    """Return the row of the attempt that counts, with what all attempts come to: a mean is not its own points."""
    return replace(
        row,
        points=result.points,
        pending=result.unscored,
        counted=result.reason,
        tried=result.tried,
        undated=result.undated,
    )


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content)
