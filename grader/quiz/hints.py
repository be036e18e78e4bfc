"""The hints of a question in the order in which they are given: its own, then those of its parts."""

from __future__ import annotations

from grader.quiz.model import Key, PartsKey
from grader.records import Text


def hints_of(key: Key) -> tuple[Text, ...]:
    """Return every hint that can be asked for at a question; one of a part says of which."""
    if not isinstance(key.answer, PartsKey):
        return key.hints
    of_parts = (_of_part(number, hint) for number, part in enumerate(key.answer.parts, 1) for hint in hints_of(part))
    return (*key.hints, *of_parts)


def _of_part(number: int, hint: Text) -> Text:
    # What begins with a list, a table or a program must begin a line.
    gap = "\n\n" if "\n" in hint.en + hint.zh else ""
    return Text(en=f"Part {number}:{gap or ' '}{hint.en}", zh=f"第 {number} 小题：{gap}{hint.zh}")
