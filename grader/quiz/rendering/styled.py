"""Styled text on lines of a given width: what a question looks like in a terminal before it is one.

Every text reaches a line through `Paper`, which makes it printable: no caller has to remember whose text it is. Styles
come from arguments only. Widths are in columns, in which a Chinese character takes two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rich.cells import cell_len

from grader.plaintext import printable

MAX_TEXT = 20_000  # characters that are shown of one text
_ASCII = str.maketrans({"…": "...", "·": "-", "│": "|", "’": "'", "“": '"', "”": '"', "×": "x", "≤": "<=", "≥": ">=",
                        "≈": "~", "−": "-", "—": "-", "–": "-", "•": "-", "✓": "+", "✗": "x", "→": "->",
                        "↳": ">", "◐": "/", "─": "-", "█": "#", "░": "."})  # fmt: skip
_NO_BREAK_BEFORE = "，。、；：？！）》」』】”’…％%,.;:?!)]}"
_NO_BREAK_AFTER = "（《「『【“‘([{"
_CONTINUED = "↳ "


class Style(StrEnum):
    """How text looks; the value is what follows `ESC [` before `m`."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    EMPHASIS = "3"
    LINK = "4"
    CODE = "36"
    LETTER = "1;36"
    RIGHT = "32"
    WRONG = "31"
    WARNING = "33"
    UNSURE = "35"
    KEYWORD = "34"
    LITERAL = "32"
    COMMENT = "2;3"


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style. `whole`: it is not broken at its spaces where it fits on a line."""

    text: str
    style: Style = Style.PLAIN
    whole: bool = False


Line = tuple[Span, ...]
BREAK = Span("\n")  # ends a line within a paragraph


class Paper:
    """Lines of at most `width` columns that are filled from top to bottom."""

    def __init__(self, *, width: int, color: bool = False, ascii_only: bool = False) -> None:
        self.width = width
        self.color = color
        self.ascii_only = ascii_only
        self._lines: list[Line] = []

    def blank(self) -> None:
        """Add an empty line, unless there is nothing yet or one already."""
        if self._lines and self._lines[-1]:
            self._lines.append(())

    def put(self, *spans: Span | str, head: Sequence[Span] = (), indent: int = 0) -> None:
        """Add a paragraph; `head` stands before its first line, and further lines align with the text behind it."""
        clean_head = [self._clean(span) for span in head]
        hanging = indent + sum(cell_len(span.text) for span in clean_head)
        body = [self._clean(span if isinstance(span, Span) else Span(span)) for span in spans]
        lines = wrapped(body, max(self.width - hanging, 16))
        for number, line in enumerate(lines or [()]):
            before = (Span(" " * indent), *clean_head) if number == 0 else (Span(" " * hanging),)
            self._lines.append((*before, *line))

    def verbatim(self, line: Sequence[Span], *, indent: int = 0) -> None:
        """Add a line whose blanks count, such as code; what is too long goes on below, behind a mark."""
        room = max(self.width - indent, 16)
        rest: Line = tuple(self._clean(replace(span, text=span.text.replace("\t", "    "))) for span in line)
        first = True
        while True:
            mark = () if first else (Span(self._clean(Span(_CONTINUED)).text, Style.DIM),)
            taken, rest = split_at(rest, room - sum(cell_len(span.text) for span in mark))
            self._lines.append((Span(" " * indent), *mark, *taken))
            first = False
            if not rest:
                return

    def render(self) -> str:
        """Return the lines as text that ends with a newline, in colour if the paper has any."""
        return "".join(f"{self._rendered(line)}\n" for line in self._lines)

    def _rendered(self, line: Line) -> str:
        if not self.color:
            return "".join(span.text for span in line).rstrip(" ")
        parts = [f"\x1b[{span.style}m{span.text}\x1b[0m" if span.style and span.text else span.text for span in line]
        return "".join(parts).rstrip(" ")

    def _clean(self, span: Span) -> Span:
        if span is BREAK:
            return span
        text = printable(span.text, limit=MAX_TEXT)
        if self.ascii_only:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
        return Span(text, span.style, span.whole)


def wrapped(spans: Iterable[Span], width: int) -> list[Line]:
    """Break text into lines: at spaces, and between Chinese characters where their punctuation allows it."""
    lines: list[Line] = []
    line: list[Span] = []
    used = 0
    for piece in _pieces(spans, width):
        if not piece:
            lines.append(_trimmed(line))
            line, used = [], 0
            continue
        size = sum(cell_len(span.text) for span in piece)
        visible = size - _trailing(piece)
        if used and used + visible > width:
            lines.append(_trimmed(line))
            line, used = [], 0
        rest: Line = piece
        while used + visible > width:
            taken, rest = split_at(rest, width)
            lines.append(taken)
            size = sum(cell_len(span.text) for span in rest)
            visible = size - _trailing(rest)
        line += rest
        used += size
    return [*lines, _trimmed(line)] if line or not lines else lines


def split_at(line: Line, width: int) -> tuple[Line, Line]:
    """Return what of a line fits into `width` columns, at least one character, and the rest."""
    taken: list[Span] = []
    room = width
    for place, span in enumerate(line):
        size = cell_len(span.text)
        if size <= room:
            taken.append(span)
            room -= size
            continue
        fits = _fitting(span.text, room)
        if not fits and not any(one.text for one in taken):
            fits = 1
        first, second = replace(span, text=span.text[:fits]), replace(span, text=span.text[fits:])
        return (*taken, first), (second, *line[place + 1 :])
    return tuple(taken), ()


def _fitting(text: str, room: int) -> int:
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > room:
            return place
    return len(text)


def _pieces(spans: Iterable[Span], width: int) -> list[Line]:
    """Return what a line may be broken between, each with the spaces behind it; an empty piece is a new line."""
    characters: list[tuple[str, Span]] = []
    pieces: list[Line] = []

    def flush() -> None:
        start = 0
        for place in range(1, len(characters)):
            if _breakable(characters[place - 1], characters[place], width):
                pieces.append(_grouped(characters[start:place]))
                start = place
        if characters[start:]:
            pieces.append(_grouped(characters[start:]))
        characters.clear()

    for span in spans:
        if span is BREAK:
            flush()
            pieces.append(())
        else:
            characters += [(character, span) for character in span.text]
    flush()
    return pieces


def _breakable(before: tuple[str, Span], after: tuple[str, Span], width: int) -> bool:
    if before[1] is after[1] and before[1].whole and cell_len(before[1].text) <= width:
        return False
    if before[0] == " ":
        return after[0] != " "
    if after[0] == " " or after[0] in _NO_BREAK_BEFORE or before[0] in _NO_BREAK_AFTER:
        return False
    return cell_len(before[0]) == 2 or cell_len(after[0]) == 2


def _grouped(characters: Sequence[tuple[str, Span]]) -> Line:
    spans: list[Span] = []
    owner: Span | None = None
    for character, span in characters:
        if span is owner:
            spans[-1] = replace(spans[-1], text=spans[-1].text + character)
        else:
            spans.append(replace(span, text=character))
            owner = span
    return tuple(spans)


def _trailing(line: Line) -> int:
    text = "".join(span.text for span in line)
    return len(text) - len(text.rstrip(" "))


def _trimmed(line: Sequence[Span]) -> Line:
    spans: list[Span] = []
    for span in line:  # what was broken and came together again is one span
        if spans and spans[-1].style == span.style:
            spans[-1] = replace(spans[-1], text=spans[-1].text + span.text)
        else:
            spans.append(span)
    while spans and not spans[-1].text.rstrip(" "):
        spans.pop()
    if spans:
        spans[-1] = replace(spans[-1], text=spans[-1].text.rstrip(" "))
    return tuple(spans)
