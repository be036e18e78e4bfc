"""Wrong answers, counted by students: by the misconception behind them, and those that no author foresaw.

A student counts once for a mistake, however often it was made. What students typed may say who they are, so an
unforeseen answer is shown only where several gave the very same; options are the author's words and always are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.quiz.marking.mark import Verdict
from grader.quiz.model import TYPED, QuestionType, Wrong
from grader.taking.statistics.figures import Mistake, OtherAnswer
from grader.taking.statistics.items import Item

_WRONG = frozenset({Verdict.WRONG, Verdict.PARTLY})
_PRIVATE = TYPED | {QuestionType.MULTI_PART}
MOST_OTHERS = 10  # that are listed of one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Unforeseen wrong answers. `rare`: students who gave one that too few gave to be shown."""

    shown: tuple[OtherAnswer, ...]
    more: int  # further ones that may be shown, and are not listed as there are too many
    rare: int


def mistakes_of(items: Iterable[Item]) -> tuple[Mistake, ...]:
    """Return the known mistakes that were made, by misconception; where none is named, by what is said of it."""
    students: dict[str, set[str]] = {}
    questions: dict[str, dict[str, None]] = {}
    wrongs: dict[str, Wrong] = {}
    for item in items:
        for wrong in (one for attempt in item.question.tries for one in attempt.made):
            name = wrong.because or (f"\n{wrong.say.en}" if wrong.say else "")  # no misconception's id has a newline
            if not name:
                continue
            students.setdefault(name, set()).add(item.student)
            questions.setdefault(name, {})[item.question.question] = None
            if wrongs.setdefault(name, wrong).say is None:
                wrongs[name] = wrong
    found = (
        Mistake(because=wrong.because, say=wrong.say, students=len(students[name]), questions=tuple(questions[name]))
        for name, wrong in wrongs.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.students, one.because)))


def others_of(items: Sequence[Item], least: int) -> Others:
    """Return the wrong answers to one question that nothing is known of; typed ones that `least` students gave."""
    students: dict[str, set[str]] = {}
    for item in items:
        for attempt in item.question.tries:
            if attempt.verdict in _WRONG and not attempt.made:
                answer = " ".join(", ".join(attempt.chosen).split())
                students.setdefault(answer, set()).add(item.student)
    needed = least if items[0].question.type in _PRIVATE else 1
    counted = sorted(
        (OtherAnswer(answer=answer, students=len(who)) for answer, who in students.items() if len(who) >= needed),
        key=lambda one: (-one.students, one.answer),
    )
    shown = counted[:MOST_OTHERS]
    rare = {student for who in students.values() if len(who) < needed for student in who}
    return Others(shown=tuple(shown), more=len(counted) - len(shown), rare=len(rare))
