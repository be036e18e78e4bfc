"""What was done about each question, over attempts: by question and wording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.taking.recorded import RecordedAttempt, RecordedQuestion


@dataclass(frozen=True, slots=True)
class Form:
    """A question in one wording: its id, and the digest of what its author wrote."""

    question: str
    digest: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of one attempt."""

    attempt: RecordedAttempt
    question: RecordedQuestion

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.attempt.student


def grouped(attempts: Iterable[RecordedAttempt]) -> dict[Form, tuple[Item, ...]]:
    """Return the items of each question, in the order of their attempts' beginnings, as the questions came up."""
    found: dict[Form, list[Item]] = {}
    for attempt in sorted(attempts, key=lambda one: (one.begun_at, one.id)):
        for question in sorted(attempt.questions, key=lambda one: one.place):
            found.setdefault(Form(question.question, question.digest), []).append(Item(attempt, question))
    return {form: tuple(items) for form, items in found.items()}
