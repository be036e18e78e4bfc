"""Exceptions, split by whose fault they are: the student's, the author's, or the grader's own.

Each carries what happened and the way out. The command line shows `str(error)` and leaves with `exit_code`;
nothing else decides an exit code for a failure.
"""

from __future__ import annotations

from grader.records import Fault

EXIT_FULL_SCORE = 0
EXIT_NOT_FULL = 1
EXIT_USAGE = 2
EXIT_GRADER_FAULT = 3


class GraderError(Exception):
    """Something that stops an exam, with the way out.

    `message` says what is wrong; `remedy`, when not empty, says what to do about it.
    """

    fault: Fault = Fault.GRADER
    exit_code: int = EXIT_GRADER_FAULT

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


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
