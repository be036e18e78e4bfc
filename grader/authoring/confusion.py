"""Which mistake of an exercise is diagnosed as which: each file of `mistakes/` is graded as a submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.exercise.solution import MISTAKES, solution_file, solution_files
from grader.pipeline import Grader
from grader.records import MISCONCEPTION, Exercise, SourceFile, Submission
from grader.report import Report


class Diagnosis(StrEnum):
    """What the failed tests of one mistake say that it is, taken together."""

    ITSELF = "itself"  # every failed test names it, and nothing else
    PARTLY = "partly"  # some name it, and none names another
    AMBIGUOUS = "ambiguous"  # some cannot tell it from another one
    OTHER = "other"  # some name another one
    UNNAMED = "unnamed"  # none names any
    UNNOTICED = "unnoticed"  # no test fails


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mistake, graded once."""

    mistake: str  # the file's name, without ".py"
    seed: int
    causes: dict[str, str]  # failed test -> the id of its cause

    @property
    def diagnosis(self) -> Diagnosis:
        """Return what the failed tests say together."""
        if not self.causes:
            return Diagnosis.UNNOTICED
        named = {cause.removeprefix(MISCONCEPTION) for cause in self.causes.values() if cause.startswith(MISCONCEPTION)}
        if not named:
            return Diagnosis.UNNAMED
        if named == {self.mistake}:
            all_name_it = all(cause.startswith(MISCONCEPTION) for cause in self.causes.values())
            return Diagnosis.ITSELF if all_name_it else Diagnosis.PARTLY
        ambiguous = all(self.mistake in one.split("|") for one in named)
        return Diagnosis.AMBIGUOUS if ambiguous else Diagnosis.OTHER


def confusion(exercise: Exercise, grader: Grader, *, seeds: Sequence[int] = (1,)) -> tuple[Row, ...]:
    """Grade every mistake of an exercise with each seed, and return what it was diagnosed as.

    Raises: AuthorError for a mistake that is no UTF-8 text, or a broken exercise; GraderFault.
    """
    return tuple(
        _row(grader.examine(exercise, submission_of(exercise, file), seed=seed), file, seed)
        for file in solution_files(exercise, MISTAKES)
        for seed in seeds
    )


def submission_of(exercise: Exercise, file: SourceFile) -> Submission:
    """Return a submission in which this file of the hidden half stands for the module that the tests talk to.

    Any other file of the exercise is the reference's.
    """
    others = tuple(solution_file(exercise, name) for name in exercise.files[1:])
    first = SourceFile(name=exercise.files[0], text=file.text)
    return Submission(files=(first, *others), origin=file.name, sha256="0" * 64, untouched=False)


def _row(report: Report, file: SourceFile, seed: int) -> Row:
    causes = {
        test.name: test.explanation.cause_id
        for test in report.tests
        if test.outcome.is_missed and test.explanation is not None
    }
    return Row(mistake=file.stem, seed=seed, causes=causes)


def table(rows: Sequence[Row]) -> str:
    """Return the table as text: a line for each mistake, with how many failed tests name what."""
    names = {row.mistake: [one for one in rows if one.mistake == row.mistake] for row in rows}
    width = max((len(name) for name in names), default=0)
    lines = [f"{name:{width}}  {_verdict(same):9}  {_counted(same)}" for name, same in names.items()]
    return "\n".join(lines) + "\n" if lines else ""


def _verdict(rows: Sequence[Row]) -> str:
    """Return the diagnosis; the worst, where seeds differ."""
    order = list(Diagnosis)
    return max((row.diagnosis for row in rows), key=order.index).value


def _counted(rows: Sequence[Row]) -> str:
    counts = Counter(cause for row in rows for cause in row.causes.values())
    return ", ".join(f"{cause.removeprefix(MISCONCEPTION)} x{count}" for cause, count in counts.most_common()) or "-"
