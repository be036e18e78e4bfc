"""What is known about why an answer is wrong, of its mark and its key."""

from __future__ import annotations

from grader.quiz.marking.mark import Mark
from grader.quiz.model import ChoiceKey, Key, PartsKey, Wrong


def made(key: Key, mark: Mark) -> tuple[Wrong, ...]:
    """Return what is known about why an answer is wrong: misconceptions and what to say; of parts, all together."""
    answer = key.answer
    if mark.is_form:
        from grader.quiz.marking.output_form import ONLY_FORM

        return (Wrong(say=ONLY_FORM),)
    if isinstance(answer, PartsKey):
        return tuple(one for part, own in zip(answer.parts, mark.parts, strict=False) for one in made(part, own))
    entries = answer.options if isinstance(answer, ChoiceKey) else answer.wrong
    return tuple(entries[place].wrong for place in mark.known)
