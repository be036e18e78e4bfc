"""Errors of the intake whose message and remedy are complete in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from grader.errors import AuthorError, GraderError, GraderFault, SubmissionError, UsageError
from grader.records import Language, Text


class BilingualError(GraderError):
    """A `GraderError` that can also be read in Chinese; `str(error)` stays English."""

    def __init__(self, problem: Text, *, remedy: Text | None = None) -> None:
        super().__init__(problem.en, remedy=remedy.en if remedy else "")
        self.text = joined((problem, remedy)) if remedy else problem

    def within(self, language: Language) -> str:
        """Return what is wrong and what to do, in `language`."""
        return self.text.within(language)


class BilingualUsageError(BilingualError, UsageError):
    """A `UsageError` in both languages."""


class BilingualAuthorError(BilingualError, AuthorError):
    """An `AuthorError` in both languages."""


class BilingualSubmissionError(BilingualError, SubmissionError):
    """A `SubmissionError` in both languages."""


class BilingualGraderFault(BilingualError, GraderFault):
    """A `GraderFault` in both languages."""


def joined(texts: Iterable[Text], *, separator: str | None = None) -> Text:
    """Put sentences one after the other; Chinese needs no space between them."""
    parts = tuple(texts)
    between_en, between_zh = (" ", "") if separator is None else (separator, separator)
    return Text(en=between_en.join(part.en for part in parts), zh=between_zh.join(part.zh for part in parts))


def both(text: str) -> Text:
    """Use a text that is the same in every language: a path, a name, a literal."""
    return Text(en=text, zh=text)
