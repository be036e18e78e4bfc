"""Plans practice: which cards are due, which questions are new, and what may not be practised now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.quiz.authored import Question, Quiz
from grader.store import practice as kept
from grader.taking.clerk import Clerk
from grader.taking.practice import absorbing
from grader.taking.practice.allowed import Standing
from grader.taking.practice.plan import DueCard, Item, Plan
from grader.taking.practice.standing import standing_of
from grader.taking.practice.varying import Varying
from grader.taking.recording import question_digest


def plan_for(clerk: Clerk, student: str, quizzes: Mapping[str, Quiz], varying: Varying) -> Plan:
    """Return what a student can practise now. What went wrong in attempts since is among it."""
    absorbing.absorb(clerk, student, quizzes.values())
    names = clerk.store.read(lambda tx: kept.quiz_names(tx, clerk.course))
    now = clerk.clock()
    known = tuple(_cards(clerk, student, quizzes, names))
    standings = {name: standing_of(clerk, student, quiz, varying) for name, quiz in quizzes.items()}
    allowed = [one for one in known if one.question is not None and _is_free(standings, one.item, one.question)]
    later = [one.row.due_at for one in allowed if one.row.due_at > now]
    cards = {one.item for one in known}
    return Plan(
        now=now,
        begun=tuple(_begun(clerk, student, names, standings)),
        due=tuple(
            DueCard(item=one.item, due_at=one.row.due_at, is_changed=one.is_changed)
            for one in allowed
            if one.row.due_at <= now
        ),
        later=len(later),
        next_at=min(later, default=None),
        new=tuple(item for item in _practicable(standings) if item not in cards),
        held={name: held for name, standing in standings.items() if (held := standing.held()) is not None},
        gone=tuple(one.item for one in known if one.question is None and one.item.quiz in quizzes),
    )


def question_of(quiz: Quiz | None, name: str) -> Question | None:
    """Return a question of a quiz by its id; None where there is none."""
    return None if quiz is None else next((one for one in quiz.questions if one.id == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """A card of the student; `question`: as it is now, None where the course has it no more."""

    row: kept.CardRow
    item: Item
    question: Question | None
    is_changed: bool


def _cards(clerk: Clerk, student: str, quizzes: Mapping[str, Quiz], names: Mapping[int, str]) -> Iterator[_Card]:
    """Yield the student's cards in this course, the one that is due first before the others."""
    digests = clerk.store.read(lambda tx: kept.latest_digests(tx, student))
    for row in clerk.store.read(lambda tx: kept.cards_of(tx, student)):
        if row.quiz in names:
            item = Item(quiz=names[row.quiz], question=row.question)
            quiz = quizzes.get(item.quiz)
            question = question_of(quiz, item.question)
            digest = None if quiz is None or question is None else question_digest(quiz, question)
            yield _Card(
                row=row, item=item, question=question, is_changed=digests.get((row.quiz, row.question)) != digest
            )


def _begun(clerk: Clerk, student: str, names: Mapping[int, str], standings: Mapping[str, Standing]) -> Iterator[Item]:
    """Yield the questions of reviews that were left, but for those that may not be practised now."""
    for row in clerk.store.read(lambda tx: kept.open_reviews(tx, student)):
        item = Item(quiz=names.get(row.quiz, ""), question=row.question)
        standing = standings.get(item.quiz)
        question = question_of(standing.quiz if standing else None, item.question)
        if question is not None and _is_free(standings, item, question):
            yield item


def _practicable(standings: Mapping[str, Standing]) -> Iterator[Item]:
    for name, standing in standings.items():
        for question in standing.quiz.questions:
            item = Item(quiz=name, question=question.id)
            if _is_free(standings, item, question):
                yield item


def _is_free(standings: Mapping[str, Standing], item: Item, question: Question) -> bool:
    return standings[item.quiz].held_question(question) is None
