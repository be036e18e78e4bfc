"""Draws what is practised: with a secret of its own, so that no number of it is that of an attempt, past or coming."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from grader.errors import AuthorError, Closed, GraderFault
from grader.quiz.authored import Question, Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.model import When
from grader.quiz.seeds import Seeds
from grader.quiz.stored import key_document, public_document
from grader.store.attempts import Halves
from grader.taking.clerk import Clerk
from grader.taking.practice import refused
from grader.taking.practice.plan import Item

TRIES = 2  # of one review: the second one with what the first has taught


def drawn_for(clerk: Clerk, quiz: Quiz, question: Question, student: str, number: int) -> Halves:
    """Return the variant of a student's review with that number: for no points, with two tries and verdicts at once.

    Raises: AuthorError, GraderFault, without a word of what is secret; Closed.
    """
    key = hmac.new(clerk.key(), b"dlgrade practice", hashlib.sha256).digest()
    seeds = Seeds(key=key, version=quiz.version, student=student, attempt=number)
    try:
        with clerk.shelf.lent(quiz) as generators:
            variant = draw(Drawing(quiz=quiz, seeds=seeds, generators=generators), question)
    except Closed:
        raise
    except (AuthorError, GraderFault) as error:  # its words may quote what is secret
        raise refused.cannot_draw(Item(quiz=quiz.id, question=question.id), error) from None
    rules = replace(variant.key.rules, attempts=TRIES, penalty=0.0, feedback=When.AFTER_ATTEMPT)
    return Halves(
        public=public_document(replace(variant.public, points=0.0, penalty=0.0, attempts=TRIES)),
        key=key_document(replace(variant.key, rules=rules)),
    )
