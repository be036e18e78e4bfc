"""What a key says of a variant, in one form for all types: right answers, known wrong ones, hints, the explanation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.quiz.marking.model_answer import model_answer
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchBody,
    MatchKey,
    Option,
    OptionsBody,
    OrderKey,
    PartsBody,
    PartsKey,
    PublicQuestion,
    QuestionType,
    TypedKey,
    Variant,
    Wrong,
)
from grader.quiz.rendering.answers import right_answer
from grader.quiz.rendering.markdown import plain_text
from grader.records import Language, Text

MAX_SHORT = 60  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer that the key knows: texts as they are typed, or options one after the other."""

    given: tuple[Option | str, ...]
    is_right: bool
    wrong: Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the key says of a question, or of one part. The entries that are right come first, but for options."""

    part: str  # its id; "": the whole
    kind: QuestionType
    entries: tuple[Entry, ...]
    hints: tuple[Text, ...]
    explanation: Text | None


_RIGHT = Wrong()


def facts_of(public: PublicQuestion, key: Key) -> tuple[Facts, ...]:
    """Return what a key says: of the whole, then of its parts."""
    own = Facts(
        part=key.part,
        kind=key.type,
        entries=tuple(_entries(public, key)),
        hints=key.hints,
        explanation=key.explanation,
    )
    if not isinstance(key.answer, PartsKey) or not isinstance(public.body, PartsBody):
        return (own,)
    pairs = zip(public.body.parts, key.answer.parts, strict=True)
    return (own, *(facts for part, part_key in pairs for facts in facts_of(part, part_key)))


def _entries(public: PublicQuestion, key: Key) -> Iterator[Entry]:
    answer = key.answer
    options = _options(public)
    if isinstance(answer, ChoiceKey):
        for one in answer.options:
            yield Entry(given=(options[one.id],), is_right=one.right, wrong=one.wrong)
    elif isinstance(answer, OrderKey):
        order = model_answer(key)
        yield Entry(given=tuple(options[str(item)] for item in order), is_right=True, wrong=_RIGHT)
        for known in answer.wrong:
            yield Entry(given=tuple(options[item] for item in known.sequence), is_right=False, wrong=known.wrong)
    elif isinstance(answer, MatchKey):
        for pair in answer.pairs:
            yield Entry(given=(options[pair.row], options[pair.option]), is_right=True, wrong=_RIGHT)
        for other in answer.wrong:
            yield Entry(given=(options[other.row], options[other.option]), is_right=False, wrong=other.wrong)
    elif isinstance(answer, TypedKey):
        for right in (answer.answer, *answer.also):
            yield Entry(given=(right,), is_right=True, wrong=_RIGHT)
        for value in answer.wrong:
            yield Entry(given=(value.value,), is_right=False, wrong=value.wrong)


def _options(public: PublicQuestion) -> dict[str, Option]:
    body = public.body
    if isinstance(body, OptionsBody):
        return {option.id: option for option in body.options}
    return {one.id: one for one in (*body.rows, *body.options)} if isinstance(body, MatchBody) else {}


# ------------------------------------------------------------------------------------------------- in a few words


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A variant in a line: its right answers, and the wrong ones that it knows."""

    right: str
    wrong: str


def brief(variant: Variant, language: Language) -> Brief:
    """Return a variant's answers, short enough for a table of many variants."""
    right, wrong = [], []
    body = variant.public.body
    parts = {part.part: part for part in body.parts} if isinstance(body, PartsBody) else {}
    for facts in facts_of(variant.public, variant.key):
        before = f"{facts.part}: " if facts.part else ""
        public = parts.get(facts.part, variant.public)
        told = [_short(entry, public, language) for entry in facts.entries if entry.is_right]
        known = [_short(entry, public, language) for entry in facts.entries if not entry.is_right]
        right += [before + ", ".join(told)] if told else []
        wrong += [before + ", ".join(known)] if known else []
    return Brief(right="; ".join(right), wrong="; ".join(wrong))


def _short(entry: Entry, public: PublicQuestion, language: Language) -> str:
    given = (right_answer(public, one).within(language) if isinstance(one, str) else one for one in entry.given)
    text = " → ".join(short(one, language) for one in given)
    return text if len(text) <= MAX_SHORT else f"{text[: MAX_SHORT - 1]}…"


def short(given: Option | str, language: Language) -> str:
    """Return an answer, or an option, as one line of plain text."""
    if isinstance(given, str):
        return " ⏎ ".join(given.strip().splitlines())
    if given.text is None:
        return " ⏎ ".join(given.code.strip().splitlines())
    text = given.text.within(language)
    return plain_text(text) or " ".join(text.split())
