"""Exceptions, split by whose fault they are: the student's, the author's, or the grader's own.

Each carries what happened and the way out. The command line shows `str(error)` and leaves with `exit_code`;
nothing else decides an exit code for a failure.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.records import Fault, Text
from grader.texts import choose_language

EXIT_FULL_SCORE = 0
EXIT_NOT_FULL = 1
EXIT_USAGE = 2
EXIT_GRADER_FAULT = 3


class GraderError(Exception):
    """Something that stops an exam, with the way out.

    `problem` says what is wrong; `remedy`, where there is one, what to do about it. Both are complete in both
    languages; a plain string stands for text that reads alike in each. `str(error)` is English.
    """

    fault: Fault = Fault.GRADER
    exit_code: int = EXIT_GRADER_FAULT

    def __init__(self, problem: Text | str, *, remedy: Text | str = "") -> None:
        self.problem = _as_text(problem)
        self.remedy = _as_text(remedy) if remedy else None
        super().__init__(self.text.en)

    @property
    def text(self) -> Text:
        """What is wrong and what to do, one after the other."""
        return joined((self.problem, self.remedy) if self.remedy else (self.problem,))

    def _render_traceback_(self) -> list[str]:
        """Return the lines that a notebook shows for it: IPython asks for these in the place of a traceback."""
        return [f"{type(self).__name__}: {self.text.within(choose_language(None))}"]


class UsageError(GraderError):
    """The command was asked for something that does not exist or cannot be done as asked."""

    fault = Fault.STUDENT
    exit_code = EXIT_USAGE


class SubmissionError(GraderError):
    """The submission cannot be examined at all: missing, empty, not text, too large."""

    fault = Fault.STUDENT
    exit_code = EXIT_NOT_FULL


class AuthorError(GraderError):
    """The exercise is broken: its manifest, reference or tests. No score is given."""

    fault = Fault.AUTHOR
    exit_code = EXIT_USAGE


class SandboxUnavailable(GraderError):
    """The isolation that was asked for cannot be had on this machine. No score is given."""


class GraderFault(GraderError):
    """dlgrade itself failed. The exam is unscored, never a zero."""


class QuestionFault(GraderFault):
    """dlgrade itself failed at one question of a quiz: it is unscored, and the others can be gone on with."""


class Closed(GraderFault):
    """What this needs was ended on purpose meanwhile: it says nothing of the work, and nobody waits for it any more."""


class Undecided(GraderFault):
    """Whoever grades has to decide or mend something first, so there is no score yet; nothing has failed."""


def both(text: str) -> Text:
    """Use a text that is the same in every language: a path, a name, a literal."""
    return Text(en=text, zh=text)


def joined(texts: Iterable[Text], *, separator: str | None = None) -> Text:
    """Put sentences one after the other; a space between them, but none behind Chinese."""
    parts = tuple(texts)
    if separator is not None:
        return Text(en=separator.join(part.en for part in parts), zh=separator.join(part.zh for part in parts))
    zh = "".join(f"{part.zh} " if part.zh.isascii() else part.zh for part in parts).rstrip(" ")
    return Text(en=" ".join(part.en for part in parts), zh=zh)


def _as_text(text: Text | str) -> Text:
    return text if isinstance(text, Text) else both(text)
