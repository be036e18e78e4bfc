"""The usual ways to write what is typed: a system that compares texts knows no others."""

from __future__ import annotations

import re

from grader.quiz.exchange.decimals import number_in
from grader.quiz.exchange.spellings import spellings as shapes
from grader.quiz.marking.precision import Special
from grader.quiz.model import QuestionType

_INFINITE = {
    Special.INF: ("inf", "+inf", "infinity", "∞", "+∞", "无穷", "正无穷"),
    Special.NEGATIVE_INF: ("-inf", "-infinity", "-∞", "负无穷"),
    Special.NAN: ("nan", "非数"),
}


def spellings(kind: QuestionType, answer: str) -> list[str]:
    """Return the ways to write an answer, the answer's own first."""
    if kind is QuestionType.SHAPE:
        found = list(shapes(kind, answer))
    elif kind is QuestionType.EXPRESSION:
        found = _formulas(answer)
    elif kind is QuestionType.NUMBER:
        found = _numbers(answer)
    else:
        found = _outputs(answer)
    return list(dict.fromkeys([answer, *found]))


def _formulas(answer: str) -> list[str]:
    close = re.sub(r"\s+", "", answer)
    loose = re.sub(r"\s+", " ", re.sub(r"([+*/^-])", r" \1 ", close)).strip()
    ways = [answer.strip(), close, loose]
    return [*ways, *(way.replace("^", "**") for way in ways)]


def _numbers(answer: str) -> list[str]:
    number = number_in(answer)
    return list(_INFINITE[number]) if isinstance(number, Special) else []


def _outputs(answer: str) -> list[str]:
    lines = "\n".join(line.rstrip() for line in answer.strip("\n").split("\n"))
    return [lines, re.sub(r",\s+", ",", lines), re.sub(r",(?=\S)", ", ", lines)]
