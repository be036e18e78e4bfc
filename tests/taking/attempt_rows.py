"""Recorded attempts for tests of statistics: a line a student, a mark a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from grader.quiz.marking.mark import Verdict
from grader.quiz.model import QuestionType, Wrong
from grader.records import Text
from grader.store.attempts import Phase
from grader.taking.recorded import RecordedAttempt, RecordedQuestion, RecordedTry

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
BLANK, UNDECIDED = "blank", "undecided"
Mark = float | int | Fraction | str


def one_try(
    number: int, mark: Mark, *, chosen: str = "", because: str = "", say: str = "", regraded: bool = False
) -> RecordedTry:
    """Return one try that was worth `mark` of the points, or is blank or undecided."""
    share = None if mark == UNDECIDED else Fraction(0) if mark == BLANK else Fraction(mark)
    verdict = {BLANK: Verdict.BLANK, UNDECIDED: Verdict.UNDECIDED}.get(str(mark))
    if verdict is None:
        verdict = {Fraction(0): Verdict.WRONG, Fraction(1): Verdict.RIGHT}.get(Fraction(mark), Verdict.PARTLY)
    made = (Wrong(because=because, say=Text(en=say, zh=say) if say else None),) if because or say else ()
    return RecordedTry(
        number=number,
        at=START,
        response=chosen,
        chosen=(chosen,) if chosen else (),
        verdict=verdict,
        share=share,
        made=made,
        regraded=regraded,
    )


def asked(
    name: str,
    tries: Sequence[RecordedTry],
    *,
    earned: Fraction | None,
    points: Mark = 1,
    digest: str = "same",
    kind: QuestionType = QuestionType.NUMBER,
    hints: int = 0,
) -> RecordedQuestion:
    """Return a question of an attempt."""
    return RecordedQuestion(
        place=1,
        question=name,
        type=kind,
        topics=(),
        digest=digest,
        points=Fraction(points),
        public=None,
        tries=tuple(tries),
        hints=hints,
        earned=earned,
    )


def marked(name: str, mark: Mark, *, points: Mark = 1, digest: str = "same", **of_try: str) -> RecordedQuestion:
    """Return a question that was answered once."""
    tried = one_try(1, mark, **of_try)  # type: ignore[arg-type]
    earned = None if tried.share is None else tried.share * Fraction(points)
    return asked(name, (tried,), earned=earned, points=points, digest=digest)


def attempt(
    student: str,
    questions: Sequence[RecordedQuestion],
    *,
    number: int = 1,
    version: str = "v1",
    phase: Phase = Phase.SUBMITTED,
    day: int = 0,
) -> RecordedAttempt:
    """Return an attempt; its score is what its questions earned."""
    undecided = any(one.earned is None for one in questions)
    begun = START + timedelta(days=day, minutes=number)
    return RecordedAttempt(
        id=f"{student}-{number}",
        student=student,
        number=number,
        version=version,
        phase=phase,
        begun_at=begun,
        ended_at=None if phase is Phase.OPEN else begun + timedelta(minutes=10),
        points=sum((one.points for one in questions), Fraction(0)),
        score=None if undecided else sum((one.earned or Fraction(0) for one in questions), Fraction(0)),
        questions=tuple(questions),
    )


def klass(rows: Mapping[str, Sequence[Mark]], *, points: Mapping[int, Mark] | None = None) -> list[RecordedAttempt]:
    """Return an attempt a student, with questions q1, q2, … of these marks."""
    worth = points or {}
    return [
        attempt(
            student,
            [marked(f"q{place}", mark, points=worth.get(place, 1)) for place, mark in enumerate(marks, start=1)],
        )
        for student, marks in rows.items()
    ]
