"""The variants of a range of seeds, question by question, what is the same shown once.

Seeds are numbers, the same as lint's (`numbered_seeds`): what it reports for seed 517 is seen with seed 517 here. A
question that cannot be drawn tells why, and hides no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.errors import AuthorError
from grader.quiz.authored import Pool, Question, Quiz
from grader.quiz.drawing import Drawing, draw_many
from grader.quiz.generators import CannotLoad, Generators
from grader.quiz.model import ChoiceKey, Key, MatchKey, OrderKey, PartsKey, Variant
from grader.quiz.seeds import numbered_seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A variant, and every seed that leads to it; ids and the order of options are those of the first."""

    seeds: tuple[int, ...]
    variant: Variant
    redrawn: Mapping[int, int]  # of those seeds that were drawn anew, how often


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why some seeds have no variant."""

    seeds: tuple[int, ...]
    error: AuthorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One question with its variants, in the order of their first seeds."""

    question: Question
    pool: Pool | None  # that it is one of
    shown: tuple[Shown, ...]
    failed: tuple[Failed, ...]


def preview(quiz: Quiz, seeds: Sequence[int], questions: Sequence[str] = ()) -> tuple[Previewed, ...]:
    """Return the questions with these ids, else all, as the seeds draw them. Raises: GraderFault."""
    drawn = []
    with Generators(quiz) as generators:
        drawings = [Drawing(quiz=quiz, seeds=numbered_seeds(seed), generators=generators) for seed in seeds]
        for item in quiz.items:
            pool = item if isinstance(item, Pool) else None
            for question in item.questions if isinstance(item, Pool) else (item,):
                if not questions or question.id in questions:
                    drawn.append(_previewed(question, pool, seeds, drawings))
    return tuple(drawn)


def _previewed(question: Question, pool: Pool | None, seeds: Sequence[int], drawings: Sequence[Drawing]) -> Previewed:
    try:
        results = draw_many(drawings, question)
    except CannotLoad as error:
        results = [error for _ in seeds]
    variants: dict[bytes, list[tuple[int, Variant]]] = {}
    errors: dict[str, list[tuple[int, AuthorError]]] = {}
    for seed, result in zip(seeds, results, strict=True):
        if isinstance(result, Variant):
            variants.setdefault(_content(result), []).append((seed, result))
        else:
            errors.setdefault(result.text.en, []).append((seed, result))
    shown = (
        Shown(
            seeds=tuple(seed for seed, _ in alike),
            variant=alike[0][1],
            redrawn={seed: variant.redrawn for seed, variant in alike if variant.redrawn},
        )
        for alike in variants.values()
    )
    failed = (Failed(seeds=tuple(seed for seed, _ in alike), error=alike[0][1]) for alike in errors.values())
    return Previewed(question=question, pool=pool, shown=tuple(shown), failed=tuple(failed))


def _content(variant: Variant) -> bytes:
    """Return what is in a variant, but for its seed, its ids and the order that its options are shown in."""
    names = _names(variant.key)
    halves = [msgspec.to_builtins(variant.public), msgspec.to_builtins(variant.key)]
    return msgspec.json.encode([_named(half, names) for half in halves])


def _named(plain: Any, names: Mapping[str, str]) -> Any:
    """Return plain data with the author's names for ids, and lists of objects sorted."""
    if isinstance(plain, str):
        return names.get(plain, plain)
    if isinstance(plain, dict):
        inner_by_name = {names.get(key, key): _named(value, names) for key, value in plain.items() if key != "seed"}
        return dict(sorted(inner_by_name.items()))
    if not isinstance(plain, list | tuple):
        return plain
    inner = [_named(one, names) for one in plain]
    return sorted(inner, key=msgspec.json.encode) if inner and isinstance(inner[0], dict) else inner


def _names(key: Key) -> dict[str, str]:
    """Return the author's names of all ids in a key."""
    answer = key.answer
    if isinstance(answer, PartsKey):
        return {own: name for part in answer.parts for own, name in _names(part).items()}
    if isinstance(answer, ChoiceKey):
        return {option.id: option.name for option in answer.options}
    if isinstance(answer, OrderKey):
        return {item.id: item.name for item in answer.items}
    if isinstance(answer, MatchKey):
        return {**answer.names, **{pair.row: pair.row_name for pair in answer.pairs}}
    return {}
