"""Cards in the store, and what the scheduler makes of them."""

from __future__ import annotations

from grader.store import Transaction
from grader.store.practice import CardRow, ReviewRow, put_card
from grader.taking.practice.memory import RATINGS, Memory, Outcome


def memory_of(card: CardRow | None) -> Memory | None:
    """Return what a card remembers; None where there is none."""
    if card is None:
        return None
    return Memory(
        state=card.state,
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_at=card.reviewed_at,
        due_at=card.due_at,
    )


def put_memory(
    tx: Transaction, row: ReviewRow, before: CardRow | None, memory: Memory | None, outcome: Outcome
) -> int | None:
    """Keep what is remembered after a review, and return the rating; None, with nothing kept, where it showed none."""
    rating = RATINGS.get(outcome)
    if rating is None or memory is None:
        return None
    card = CardRow(
        quiz=row.quiz,
        student=row.student,
        question=row.question,
        state=memory.state,
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        reviewed_at=memory.reviewed_at,
        due_at=memory.due_at,
        reviews=(before.reviews if before else 0) + 1,
        lapses=(before.lapses if before else 0) + (outcome is Outcome.WRONG),
    )
    put_card(tx, card)
    return int(rating)
