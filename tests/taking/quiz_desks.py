"""A desk for tests: a store in a folder, a clock that is moved by hand, and quizzes written for the occasion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quiz.quiz_folders import quiz_in

from grader.quiz.authored import Quiz
from grader.quiz.model import OptionsBody
from grader.store import open_store
from grader.taking.desk import Desk
from grader.taking.views import Answered, AttemptView, QuestionView

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEACHER = "the teacher"

# Three questions: checked at once, with two tries; marked at the end; and one to choose.
THREE = """
- {id: now, type: number, text: "1 + 1?", answer: "2", attempts: 2, penalty: 0.25, hint: "Count.",
   wrong: [{value: "3", because: off-by-one, say: "One too many."}]}
- {id: later, type: number, text: "2 + 2?", answer: "4", feedback: after-submit,
   wrong: [{value: "5", because: off-by-one, say: "One too many here."}]}
- id: pick
  type: choice
  text: Which one?
  attempts: 2
  choices: [{text: this, correct: true}, {text: that, because: mixed-up, say: "Not that."}]
"""


def head(*lines: str) -> str:
    """Return the top of a quiz with further lines in it."""
    return "\n".join(("dlgrade: quiz/1", "id: quiz01", "title: {en: A quiz, zh: 测验}", *lines, ""))


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Move it on: `minutes=5`."""
        self.now += timedelta(**span)


@dataclass
class Room:
    """A desk with its clock and its folder."""

    desk: Desk
    clock: Clock
    folder: Path
    written: int = field(default=0)

    @property
    def file(self) -> Path:
        """The store."""
        return self.folder / "store.sqlite"

    def quiz(self, questions: str = THREE, code: str | None = None, *lines: str) -> Quiz:
        """Return a quiz that was written just now, with further lines at its top."""
        return quiz_in(self.folder, questions, code, head=head(*lines))

    def begin(self, quiz: Quiz, student: str = "ada") -> AttemptView:
        """Begin an attempt, or go on with it."""
        return self.desk.begin(quiz, student)

    def answer(self, attempt: AttemptView, place: int, response: str | list[str]) -> Answered:
        """Answer as a UI does that has just shown the question."""
        shown = self.desk.question(attempt.id, place)
        return self.desk.answer(attempt.id, place, response, after=len(shown.tries))


@contextmanager
def room(folder: Path, clock: Clock | None = None) -> Iterator[Room]:
    """Open a desk in `folder`; two in one folder are two windows on one store."""
    time = clock or Clock()
    with open_store(folder / "store.sqlite") as store, Desk(store, clock=time) as desk:
        yield Room(desk=desk, clock=time, folder=folder)


def option(view: QuestionView, text: str) -> str:
    """Return the id that an option has in this attempt."""
    assert isinstance(view.public.body, OptionsBody)
    return next(one.id for one in view.public.body.options if one.text is not None and one.text.en == text)
