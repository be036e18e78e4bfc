"""A page of styled lines for the terminal: wraps, aligns, and lets nothing through that would steer a terminal.

Every string reaches the page by `Page.put` or `Page.verbatim`, and both escape it: no caller has to remember which
text is a student's. Styles come from arguments only, never from markup inside a text. Widths are in columns, in which a
Chinese character takes two.
"""

from __future__ import annotations

import re
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as StyledText

from grader.plaintext import printable

Span = tuple[str, str]  # text, style

_MAX_BODY_LINES = 20
_MAX_TEXT = 20_000  # characters that are looked at in one text
_MAX_LINE = 500
_TAB = "    "
_NO_BREAK_BEFORE = "，。、；：？！）》」』】”’…％%,.;:?!)]}"
_NO_BREAK_AFTER = "（《「『【“‘([{"
_COMMAND = re.compile(r"`[^`]+`")
# What a line is broken between: commands in backticks, and words; a Chinese run is one word here and split later.
_WORD = re.compile(r" *(?:`[^`]{1,60}`[^ ]*|[^ ]+) *| +")
_ASCII = str.maketrans({"…": "...", "·": "-", "│": "|", "’": "'", "“": '"', "”": '"', "×": "x", "≤": "<=", "≥": ">="})


class Page:
    """Lines of one report, at most `width` columns wide."""

    def __init__(self, *, width: int, ascii_only: bool) -> None:
        self.width = width
        self._ascii_only = ascii_only
        self._lines: list[StyledText] = []

    def blank(self) -> None:
        """Add an empty line, unless the page is empty or already ends with one."""
        if self._lines and self._lines[-1].plain:
            self._lines.append(StyledText())

    def put(self, *prefix: Span, body: str = "", style: str = "", indent: int = 2) -> None:
        """Add `prefix` and `body` behind it; further lines of the body align with its first."""
        head = StyledText(" " * indent)
        for text, span_style in prefix:
            head.append(self._clean(text), span_style)
        room = max(self.width - head.cell_len, 16)
        lines = [line for text in self._body_lines(body) for line in wrap(text, room)] or [""]
        for number, line in enumerate(lines):
            styled = StyledText(line, style)
            styled.highlight_regex(_COMMAND, "cyan")
            before = head if number == 0 else StyledText(" " * head.cell_len)
            self._lines.append(before + styled)

    def verbatim(self, *prefix: Span, body: str, style: str = "", indent: int = 2) -> None:
        """Add one line that is cut at the page's edge rather than wrapped: code, or what code printed."""
        line = StyledText(" " * indent)
        for text, span_style in prefix:
            line.append(self._clean(text), span_style)
        line.append(cut(self.clean_code(body), max(self.width - line.cell_len, 16), ellipsis=self._clean("…")), style)
        self._lines.append(line)

    def clean_code(self, text: str) -> str:
        """Return `text` as `verbatim` shows it, before it is cut: the columns of a caret are counted in it."""
        return self._clean(text.replace("\t", _TAB))

    def render(self, *, color: bool) -> str:
        """Return the page as text, with terminal colours if `color`."""
        out = StringIO()
        # Everything that rich would look up in its surroundings is given, so that equal reports look equal.
        console = Console(
            file=out,
            width=self.width,
            force_terminal=color,
            force_jupyter=False,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )
        for line in self._lines:
            line.rstrip()
            console.print(line, soft_wrap=True)
        return out.getvalue().rstrip("\n") + "\n"

    def _body_lines(self, body: str) -> list[str]:
        lines = body[:_MAX_TEXT].replace("\r\n", "\n").replace("\t", _TAB).split("\n")
        shown = [self._clean(line) for line in lines[:_MAX_BODY_LINES]]
        return shown if len(lines) <= _MAX_BODY_LINES else [*shown, self._clean("…")]

    def _clean(self, text: str) -> str:
        shown = printable(text, limit=_MAX_LINE)
        if self._ascii_only:
            return shown.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
        return shown


def wrap(text: str, width: int) -> list[str]:
    """Break `text`, one line, into lines of at most `width` columns.

    Breaks at spaces, and between Chinese characters where their punctuation allows it; a word that is wider than
    a line is broken anywhere. The text's own indentation is kept.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line, piece = "", piece.lstrip(" ")
        line += piece
        while cell_len(line.rstrip(" ")) > width:
            head = _fitting(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip(" ")]


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """Return `text`, ending with `ellipsis` if it had to be cut to `width` columns."""
    return text if cell_len(text) <= width else _fitting(text, width - cell_len(ellipsis)) + ellipsis


def pad(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` columns."""
    return text + " " * (width - cell_len(text))


def pad_left(text: str, width: int) -> str:
    """Return `text` behind as many spaces as make it `width` columns wide."""
    return " " * (width - cell_len(text)) + text


def _fitting(text: str, width: int) -> str:
    """Return the longest beginning of `text` that fits; at least one character, or wrapping would never end."""
    used = 0
    for position, char in enumerate(text):
        used += cell_len(char)
        if used > width:
            return text[: max(position, 1)]
    return text


def _pieces(text: str) -> list[str]:
    return [piece for word in _WORD.findall(text) for piece in _split_wide(word)]


def _split_wide(word: str) -> list[str]:
    """Split a word beside its wide characters, but never before a closing mark or after an opening one."""
    pieces, start = [], 0
    for position in range(1, len(word)):
        before, after = word[position - 1], word[position]
        breakable = cell_len(before) == 2 or cell_len(after) == 2
        if breakable and after not in _NO_BREAK_BEFORE and after != " " and before not in _NO_BREAK_AFTER:
            pieces.append(word[start:position])
            start = position
    return [*pieces, word[start:]]
