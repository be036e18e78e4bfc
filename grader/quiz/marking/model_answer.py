"""The answer that earns everything, as a student would give it: for the author's eyes, or when it may be shown."""

from __future__ import annotations

from graphlib import TopologicalSorter

from grader.quiz.marking.responses import Response
from grader.quiz.model import ChoiceKey, Key, MatchKey, OrderKey, PartsKey, QuestionType


def model_answer(key: Key) -> Response:
    """Return an answer that earns all points; of an `order`, one of those that do."""
    answer = key.answer
    if isinstance(answer, PartsKey):
        return {part.part: model_answer(part) for part in answer.parts}
    if isinstance(answer, ChoiceKey):
        right = [option.id for option in answer.options if option.right]
        return right if key.type is QuestionType.MULTI else right[0]
    if isinstance(answer, OrderKey):
        return list(TopologicalSorter({item.id: item.after for item in answer.items}).static_order())
    if isinstance(answer, MatchKey):
        return {pair.row: pair.option for pair in answer.pairs}
    return answer.answer
