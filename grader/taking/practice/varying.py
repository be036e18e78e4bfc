"""Whether a question has another answer each time: one that has not is known once practice has said what is right.

That a question has parameters says little: they may only dress it up, and a function of quiz.py may return the same
for all of them. So a few variants are drawn and their answers compared. Options that an author wrote are told apart
by their fixed words as well, whatever is put into them: there they must differ in nothing but what is put in. Of
several parts each must change, as each has a verdict of its own.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

from grader.errors import AuthorError, Closed, GraderFault
from grader.quiz.authored import AuthoredOption, Question, Quiz
from grader.quiz.drawing import Drawing, draw_many
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchBody,
    MatchKey,
    Option,
    OptionsBody,
    PartsBody,
    PartsKey,
    PublicQuestion,
    QuestionType,
    TypedKey,
    Variant,
)
from grader.quiz.seeds import Seeds
from grader.taking.shelf import Shelf

_DRAWN = 12  # variants that are compared
_SLOT = re.compile(r"\{\{[^{}]*\}\}")
_KEY = b"whether a question varies"  # any will do: these variants are shown to nobody


class Varying:
    """Knows of questions whether their answers change; each is looked at once. Threads may share it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._known: dict[tuple[str, str], bool] = {}

    def of(self, quiz: Quiz, question: Question) -> bool:
        """Return whether a question has another answer each time; one that cannot be drawn has not."""
        if not _has_parameters(question):
            return False
        found = self._known.get((quiz.version, question.id))
        if found is None:
            try:
                found = self._known[quiz.version, question.id] = self._look(quiz, question)
            except Closed:
                raise
            except (AuthorError, GraderFault):  # practising it would say whose fault it is
                return False
        return found

    def _look(self, quiz: Quiz, question: Question) -> bool:
        seeds = [Seeds(key=_KEY, version=quiz.version, student=str(number), attempt=1) for number in range(_DRAWN)]
        with self._shelf.lent(quiz) as generators:
            drawings = [Drawing(quiz=quiz, seeds=one, generators=generators) for one in seeds]
            variants = [one for one in draw_many(drawings, question) if isinstance(one, Variant)]
        return _changes(question, [(one.public, one.key) for one in variants])


def _has_parameters(question: Question) -> bool:
    return bool(question.params or question.computed) or any(_has_parameters(part) for part in question.parts)


def _changes(question: Question, halves: Sequence[tuple[PublicQuestion, Key]]) -> bool:
    """Return whether the answer, or the answer of each part, differs between variants."""
    if not question.parts:
        return _is_told_by_values(question) and len({_right(*one) for one in halves}) > 1
    parts = zip(*(_parts(*one) for one in halves), strict=True)
    each = [_changes(part, own) for part, own in zip(question.parts, parts, strict=False)]
    return len(each) == len(question.parts) and all(each)


def _parts(public: PublicQuestion, key: Key) -> Iterable[tuple[PublicQuestion, Key]]:
    assert isinstance(public.body, PartsBody) and isinstance(key.answer, PartsKey)
    return zip(public.body.parts, key.answer.parts, strict=True)


def _is_told_by_values(question: Question) -> bool:
    """Return whether nothing but what is put into the options tells which is which."""
    if question.type is QuestionType.MATCH:
        return _is_one_form(question.rows) or _is_one_form(question.options)
    return _is_one_form(question.options)


def _is_one_form(options: Sequence[AuthoredOption]) -> bool:
    written = ((one.text.en, one.text.zh, one.code) if one.text else ("", "", one.code) for one in options)
    return len({tuple(_SLOT.sub("{{}}", text) for text in texts) for texts in written}) <= 1


def _right(public: PublicQuestion, key: Key) -> Hashable:
    """Return what is right as a student sees it, whatever the ids and the order in this variant."""
    answer, body = key.answer, public.body
    if isinstance(answer, TypedKey):
        return answer.answer
    if isinstance(answer, MatchKey) and isinstance(body, MatchBody):
        rows, options = _texts(body.rows), _texts(body.options)
        return frozenset((rows[pair.row], options[pair.option]) for pair in answer.pairs)
    texts = _texts(body.options) if isinstance(body, OptionsBody) else {}
    if isinstance(answer, ChoiceKey):
        return frozenset(texts[option.id] for option in answer.options if option.right)
    return frozenset(texts.values())


def _texts(options: Iterable[Option]) -> dict[str, tuple[str, str, str]]:
    return {one.id: (one.text.en, one.text.zh, one.code) if one.text else ("", "", one.code) for one in options}
