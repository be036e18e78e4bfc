"""What checks of an author's files have found, as people see it; `dlgrade verify` and `quiz lint` look alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.records import Language, Severity, Text
from grader.report.formats.annotations import Level
from grader.report.layout import Page
from grader.report.signs import ASCII, UNICODE, Sign, Signs

_MAX_WIDTH = 110
_MIN_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a severity is told: its word, its style in a terminal, its level as an annotation of GitHub's."""

    word: Text
    style: str
    level: Level


SEVERITIES: Mapping[Severity, Told] = {
    Severity.ERROR: Told(word=Text(en="error", zh="错误"), style="red", level=Level.ERROR),
    Severity.WARNING: Told(word=Text(en="warning", zh="警告"), style="yellow", level=Level.WARNING),
    Severity.NOTE: Told(word=Text(en="note", zh="提示"), style="cyan", level=Level.NOTICE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How findings are looked at."""

    language: Language = Language.EN
    width: int = 100
    color: bool = False
    ascii_only: bool = False

    def say(self, text: Text) -> str:
        """Return a text in the language; in English where only ASCII can be shown."""
        return text.within(Language.EN if self.ascii_only else self.language)

    def page(self) -> Page:
        """Return an empty page, no wider than is good to read."""
        return Page(width=min(max(self.width, _MIN_WIDTH), _MAX_WIDTH), ascii_only=self.ascii_only)

    @property
    def signs(self) -> Signs:
        """The signs that the terminal can show."""
        return ASCII if self.ascii_only else UNICODE

    def sign(self, *, good: bool) -> Sign:
        """Return what stands before something that was checked."""
        return Sign("+" if self.ascii_only else "✓", "green") if good else self.signs.failed


def counted(number: int, noun: str) -> str:
    """Return so many of something, in English: "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def severities_counted(counts: Mapping[Severity, int]) -> Text:
    """Return how many findings there are of each severity."""
    return Text(
        en=", ".join(counted(number, one.value) for one, number in counts.items()),
        zh="，".join(f"{number} 个{SEVERITIES[one].word.zh}" for one, number in counts.items()),
    )
