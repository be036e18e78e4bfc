"""The bank's quizzes as booklets, and the form in which two booklets are compared: by what their texts show."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from grader.quiz.exchange.booklets import Frozen, booklet_of
from grader.quiz.exchange.html_text import block_html
from grader.quiz.exchange.leaf import Booklet
from grader.quiz.generators import Generators
from grader.quiz.reading import read_quiz
from grader.records import Language

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
QUIZZES = tuple(sorted(folder.name for folder in SOLUTIONS.glob("quiz*_*")))
_MARKDOWN = frozenset({"text", "say", "hints", "explanation", "about", "title"})


@cache
def booklet(name: str, language: Language, variants: int = 2) -> Booklet:
    """Return one quiz of the bank, frozen."""
    quiz = read_quiz(SOLUTIONS / name)
    with Generators(quiz) as generators:
        return booklet_of(quiz, generators, Frozen(language=language, variants=variants))


def shown(thing: Any) -> Any:
    """Return the same with every Markdown text as the page that it makes: `*a*` and `_a_` are no difference."""
    if isinstance(thing, tuple):
        return tuple(shown(one) for one in thing)
    if not is_dataclass(thing):
        return thing
    changed = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name in _MARKDOWN:
            changed[field.name] = (
                tuple(str(block_html(one)) for one in value) if isinstance(value, tuple) else str(block_html(value))
            )
        elif field.name == "code":
            changed[field.name] = value.rstrip("\n")
        elif field.name == "topics" and isinstance(value, dict):
            changed[field.name] = {}  # their titles do not travel
        else:
            changed[field.name] = shown(value)
    return replace(thing, **changed)
