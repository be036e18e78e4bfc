"""Markdown on paper: paragraphs, lists, code, tables and maths as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from grader.quiz.rendering.styled import BREAK, Paper, Span, Style
from grader.quiz.rendering.terminal_code import code_lines
from grader.quiz.rendering.tokens import parsed

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLET = "• "
_CODE_INDENT = 2
_STYLES = {"em": Style.EMPHASIS, "strong": Style.BOLD, "s": Style.DIM, "link": Style.LINK}
_MARKS = {"em": "*", "strong": "**", "s": "~~"}  # where there is no other way to show it


def put_markdown(paper: Paper, text: str, *, indent: int = 0, head: Sequence[Span] = ()) -> None:
    """Add an author's text; `head` stands before its first line, and the rest is aligned with what follows it."""
    _Writer(paper, indent, head).write(parsed(text))


def put_code(paper: Paper, source: str, *, indent: int = 0) -> None:
    """Add a program: highlighted, its lines kept."""
    for line in code_lines(source):
        paper.verbatim(line, indent=indent + _CODE_INDENT)


def inline_spans(paper: Paper, text: str) -> list[Span]:
    """Return a short text as spans for one paragraph: for a table's cell, or a list of options."""
    spans: list[Span] = []
    for token in parsed(text):
        if token.type == "inline":
            spans += [*([Span(" ")] if spans else []), *_inline(paper, token.children or [])]
        elif token.type in ("fence", "code_block"):
            spans.append(Span(token.content.strip(), Style.CODE, whole=True))
        elif token.type.startswith("math_block"):
            spans.append(_maths(paper, token.content))
    return spans


class _Writer:
    """Writes the blocks of one text."""

    def __init__(self, paper: Paper, indent: int, head: Sequence[Span]) -> None:
        self._paper, self._indent, self._head = paper, indent, tuple(head)
        self._lists: list[int | None] = []  # of each list that is open the next number; None: bullets
        self._fresh = True

    def write(self, tokens: Sequence[Token]) -> None:
        rows: list[list[list[Span]]] | None = None
        style = Style.PLAIN
        for token in tokens:
            match token.type:
                case "inline" if rows is not None:
                    rows[-1].append(_inline(self._paper, token.children or []))
                case "inline":
                    self._paragraph(_inline(self._paper, token.children or [], style))
                case "heading_open":
                    style = Style.BOLD
                case "heading_close":
                    style = Style.PLAIN
                case "bullet_list_open" | "ordered_list_open":
                    self._part()
                    self._lists.append(int(token.attrGet("start") or 1) if token.type[0] == "o" else None)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._item()
                case "blockquote_open":
                    self._indent += 2
                case "blockquote_close":
                    self._indent -= 2
                case "fence" | "code_block":
                    self._part()
                    self._put_head()
                    put_code(self._paper, token.content, indent=self._inner)
                case "math_block" | "math_block_label":
                    self._paragraph([_maths(self._paper, token.content)], indent=_CODE_INDENT)
                case "hr":
                    self._paragraph([Span("─" * 10, Style.DIM)])
                case "table_open":
                    self._part()
                    rows = []
                case "tr_open" if rows is not None:
                    rows.append([])
                case "table_close" if rows is not None:
                    self._put_head()
                    put_table(self._paper, rows, indent=self._inner)
                    rows = None
        self._put_head()

    def _part(self) -> None:
        """Part a block from the one before it."""
        if not self._fresh and not self._lists:
            self._paper.blank()

    @property
    def _inner(self) -> int:
        return self._indent + 2 * len(self._lists)

    def _item(self) -> None:
        if self._head:
            self._put_head()
        number = self._lists[-1] if self._lists else None
        mark = _BULLET if number is None else f"{number}. "
        if self._lists and number is not None:
            self._lists[-1] = number + 1
        self._head = (Span(mark, Style.DIM),)
        self._fresh = True

    def _paragraph(self, spans: Sequence[Span], *, indent: int = 0) -> None:
        self._part()
        # A bullet stands to the left of the text, whose further paragraphs are aligned with it.
        back = cell_len(self._head[0].text) if self._head and self._lists else 0
        self._paper.put(*spans, head=self._head, indent=max(self._inner - back, 0) + indent)
        self._indent += sum(cell_len(span.text) for span in self._head) if not self._lists else 0
        self._head = ()
        self._fresh = False

    def _put_head(self) -> None:
        """Write what should stand before the text, where something that is no paragraph comes first."""
        if self._head:
            self._paragraph([])
        self._fresh = False


def put_table(paper: Paper, rows: Sequence[Sequence[Sequence[Span]]], *, indent: int = 0) -> None:
    """Add a table, its first row as the head; one that is too wide goes on paper row by row, a cell a line."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((_size(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)]
    if indent + sum(widths) + 2 * (count - 1) > paper.width:
        for row in rows[1:]:
            for name, cell in zip(rows[0], row, strict=False):
                paper.put(*name, Span(": ", Style.DIM), *cell, indent=indent)
            paper.blank()
        return
    for number, row in enumerate(rows):
        line: list[Span] = []
        for at, cell in enumerate(row):
            fill = widths[at] - _size(cell) + 2 if at < len(row) - 1 else 0
            line += [*(_heading(cell) if number == 0 else cell), Span(" " * fill)]
        paper.verbatim(line, indent=indent)
        if number == 0:
            paper.verbatim([Span("  ".join("─" * width for width in widths), Style.DIM)], indent=indent)


def _heading(cell: Sequence[Span]) -> Iterator[Span]:
    for span in cell:
        yield Span(span.text, span.style or Style.BOLD, span.whole)


def _size(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


def _inline(paper: Paper, tokens: Sequence[Token], style: Style = Style.PLAIN) -> list[Span]:
    spans: list[Span] = []
    styles = [style]
    links: list[str] = []
    for token in tokens:
        name, _, edge = token.type.rpartition("_")
        match token.type:
            case "text" | "html_inline":
                spans.append(Span(token.content, styles[-1]))
            case "code_inline":
                spans.append(_code(paper, token.content))
            case "math_inline" | "math_inline_double" | "math_single":
                spans.append(_maths(paper, token.content))
            case "softbreak":
                spans += _soft(spans)
            case "hardbreak":
                spans.append(BREAK)
            case "image":
                spans.append(Span(f"[{token.content}]", styles[-1]))
            case _ if edge == "open" and name in _STYLES:
                styles.append(_STYLES[name])
                spans += _mark(paper, name)
                links += [str(token.attrGet("href") or "")] if name == "link" else []
            case _ if edge == "close" and name in _STYLES:
                styles.pop()
                spans += _mark(paper, name)
                if name == "link" and (address := links.pop()) and (not spans or spans[-1].text != address):
                    spans.append(Span(f" ({address})", Style.DIM))
    return spans


def _mark(paper: Paper, name: str) -> list[Span]:
    return [] if paper.color or name not in _MARKS else [Span(_MARKS[name])]


def _soft(spans: Sequence[Span]) -> list[Span]:
    """Return what stands for the end of a line of the author's: a space, but none behind Chinese."""
    text = spans[-1].text if spans else ""
    return [] if text and cell_len(text[-1]) == 2 else [Span(" ")]


def _code(paper: Paper, text: str) -> Span:
    return Span(text if paper.color else f"`{text}`", Style.CODE, whole=True)


def _maths(paper: Paper, tex: str) -> Span:
    from grader.quiz.rendering.unicode_math import unicode_math  # many a question has no formula, and waits for none

    shown = None if paper.ascii_only else unicode_math(tex.strip())
    return Span(shown if shown is not None else f"${tex.strip()}$", Style.PLAIN, whole=True)
