"""The formats that quizzes come and go in, each in a module that is loaded when it is asked for.

Such a module has the four functions of `Codec`. Export is `fitted = codec.fit(booklet)`, which finds what cannot be
held, and then `codec.write(fitted)`; import is `codec.read(content)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Protocol, cast

from grader.quiz.exchange.leaf import Booklet
from grader.quiz.exchange.losses import FittedBooklet
from grader.records import Language, Text

MAX_BYTES = 20 * 1024 * 1024  # of a file that is imported


class FormatName(StrEnum):
    """A format, as `--format` names it."""

    MOODLE = "moodle"
    GIFT = "gift"
    QTI = "qti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something of an imported file that came otherwise, or not at all. `question` is what the file calls it."""

    question: str
    text: Text
    skipped: bool = False  # the question was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file holds; `booklet.id` is a proposal, for the folder has its own."""

    booklet: Booklet
    notes: tuple[Note, ...] = ()


class Codec(Protocol):
    """What the module of a format offers."""

    def fit(self, booklet: Booklet) -> FittedBooklet:
        """Return what the format can hold of a booklet, and every change that makes."""

    def write(self, fitted: FittedBooklet) -> bytes:
        """Return the file: the same bytes for the same booklet. Its changes stand in a comment."""

    def read(self, content: bytes, *, origin: str, language: Language) -> Imported:
        """Return what a file holds. `origin` is its name, for messages; `language` that of its texts.

        Raises: UsageError where the file as a whole cannot be read: no such format, hostile, too large. A question
        that cannot be held is skipped with a note.
        """

    def recognises(self, content: bytes) -> bool:
        """Return whether a file looks like this format, by its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: its codec's module, and what its files end with."""

    name: FormatName
    title: str
    suffix: str
    module: str

    @property
    def codec(self) -> Codec:
        return cast("Codec", import_module(f"grader.quiz.exchange.{self.module}"))


FORMATS = {
    FormatName.MOODLE: Format(name=FormatName.MOODLE, title="Moodle XML", suffix=".xml", module="moodle"),
    FormatName.GIFT: Format(name=FormatName.GIFT, title="GIFT", suffix=".gift", module="gift"),
    FormatName.QTI: Format(name=FormatName.QTI, title="QTI", suffix=".zip", module="qti"),
}
