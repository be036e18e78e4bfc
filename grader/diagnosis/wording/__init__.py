"""Every sentence of the diagnosis, English and Chinese side by side; no logic but filling in.

`causes` explains wrong values, `kinds` wrong types and shapes, `errors` exceptions, `problems` says what went wrong.
A sentence's placeholders are `str.format` fields: a filled-in value is never itself read as a template, so text from
a student cannot reach further. The levels are those of `Finding`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.diagnosis.finding import Finding
from grader.plaintext import printable
from grader.records import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The templates of one finding."""

    hint: Text
    next_step: Text
    shape: Text | None = None
    full: Text | None = None
    problem: Text | None = None


def t(en: str, zh: str) -> Text:
    """Return both languages as one text."""
    return Text(en=en, zh=zh)


def same(text: str) -> Text:
    """Return code or numbers, which read alike in both languages."""
    return Text(en=text, zh=text)


def fill(template: Text, **facts: object) -> Text:
    """Return `template` with its fields filled in; a `Text` fills each language with its own."""

    def within(language: Language) -> str:
        values = {name: fact.within(language) if isinstance(fact, Text) else fact for name, fact in facts.items()}
        safe = {name: printable(v, newlines=True) if isinstance(v, str) else v for name, v in values.items()}
        return template.within(language).format(**safe)

    return Text(en=within(Language.EN), zh=within(Language.ZH))


def join(parts: list[Text]) -> Text:
    """Return sentences one after the other: Chinese needs no space between them."""
    return Text(en=" ".join(p.en for p in parts), zh="".join(p.zh for p in parts))


def added(found: Finding, sentence: Text) -> Finding:
    """Return `found` with one more sentence at each level."""
    return replace(
        found,
        hint=join([found.hint, sentence]),
        shape=None if found.shape is None else join([found.shape, sentence]),
        full=None if found.full is None else join([found.full, sentence]),
    )


def finding(sentences: Sentences, cause_id: str, **facts: object) -> Finding:
    """Return the finding that `sentences` words, with its fields filled in."""

    def filled(template: Text | None) -> Text | None:
        return None if template is None else fill(template, **facts)

    return Finding(
        cause_id=cause_id,
        hint=fill(sentences.hint, **facts),
        next_step=fill(sentences.next_step, **facts),
        shape=filled(sentences.shape),
        full=filled(sentences.full),
        problem=filled(sentences.problem),
    )
