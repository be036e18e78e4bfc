"""Where one question is answered, and what surrounds it while it is: what a dialogue is given.

A question of an attempt is a `Counter`, and so is one that is practised; the dialogue cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grader.cli.quiz.commands import Command
from grader.quiz.marking.responses import Response
from grader.taking.views import Answered, QuestionView

if TYPE_CHECKING:
    from grader.taking.answer_views import PartReading


class Counter(Protocol):
    """Where one question is answered. Each call returns the question as it is then."""

    def view(self) -> QuestionView:
        """Return the question."""

    def reading(self, response: Response) -> tuple[PartReading, ...]:
        """Return how what was typed is understood; it costs nothing."""

    def save(self, response: Response) -> QuestionView:
        """Keep a draft."""

    def answer(self, response: Response, *, after: int) -> Answered:
        """Take an answer; `after`: how many tries were shown."""

    def hint(self) -> QuestionView:
        """Give one more hint. Raises: Refused where there is none."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where the student goes from a question; `place` of Command.GO. None: it is answered, go on."""

    command: Command | None = None
    place: int = 0


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What surrounds a question."""

    title: str  # above it
    prompt: str
    seconds_left: Callable[[], float | None] = _nothing  # None: there is no hurry
    when_shown: Callable[[], None] = _nothing  # called once it stands there, while the student reads
    show_list: Callable[[], None] | None = None  # what `:list` does; None: there is no list
