"""The right answer of a question as a student is shown it, made of its key once that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.quiz.marking.responses import Response
from grader.quiz.model import ChoiceKey, Key, MatchKey, OrderKey, PartsKey, QuestionType, WrongPair
from grader.records import Text
from grader.taking.answer_views import Revealed


def revealed(key: Key) -> Revealed:
    """Return the right answer in the ids that the student saw, with why each option is right or wrong."""
    answer = key.answer
    if isinstance(answer, PartsKey):
        parts = {part.part: revealed(part) for part in answer.parts}
        whole = {name: one.answer for name, one in parts.items()}
        return Revealed(answer=whole, parts=parts, explanation=key.explanation)
    if isinstance(answer, ChoiceKey):
        right = [option.id for option in answer.options if option.right]
        says = {option.id: option.wrong.say for option in answer.options if option.wrong.say}
        response: Response = right[0] if key.type is QuestionType.CHOICE and right else right
        return Revealed(answer=response, explanation=key.explanation, says=says)
    if isinstance(answer, OrderKey):
        found = _order(answer)
        return Revealed(answer=found.items, is_one_of_many=not found.is_only, explanation=key.explanation)
    if isinstance(answer, MatchKey):
        pairs = {pair.row: pair.option for pair in answer.pairs}
        return Revealed(answer=pairs, explanation=key.explanation, says=_of_rows(answer.wrong))
    return Revealed(answer=answer.answer, others=answer.also, explanation=key.explanation)


def _of_rows(wrong: tuple[WrongPair, ...]) -> Mapping[str, Text]:
    """Return what is said of rows, by their ids; where several options are explained, the first."""
    return {one.row: one.wrong.say for one in reversed(wrong) if one.wrong.say}


@dataclass(frozen=True, slots=True)
class _Order:
    """A right order, and whether it is the only one."""

    items: list[str]
    is_only: bool


def _order(key: OrderKey) -> _Order:
    """Return a right order."""
    waiting = {item.id: set(item.after) for item in key.items}
    order: list[str] = []
    is_only = True
    while waiting:
        ready = [item for item, needs in waiting.items() if not needs & waiting.keys()]
        if not ready:  # a circle: marking says so, as the author's mistake
            return _Order(items=order + list(waiting), is_only=False)
        is_only = is_only and len(ready) == 1
        order.append(ready[0])
        del waiting[ready[0]]
    return _Order(items=order, is_only=is_only)
