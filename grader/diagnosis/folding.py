"""A long line of Python, broken inside its brackets, so that it can be read in a narrow window and still pasted."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class _Break:
    """A comma behind which the line may be broken."""

    is_between_rows: bool
    position: int
    columns: tuple[int, ...]  # where the inside of each bracket begins that is open there


def folded(line: str, width: int) -> list[str]:
    """Return the lines that one statement makes: broken between rows where it can be, what follows being aligned."""
    marks = _marks(line) if len(line) > width else []
    lines: list[str] = []
    begin, columns = 0, tuple[int, ...]()
    while marks and _indent(columns) + len(line) - begin > width:
        found = _best_break(line, marks, begin, columns, width)
        if found is None:
            break
        lines.append(" " * _indent(columns) + line[begin : found.position + 1])
        begin, columns = found.position + 2, found.columns  # the comma, and the space behind it
        marks = [(position, mark) for position, mark in marks if position >= begin]
    return [*lines, " " * _indent(columns) + line[begin:]]


def _indent(columns: tuple[int, ...]) -> int:
    return columns[-1] if columns else 0


def _marks(line: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(line.strip()).readline)
    margin = len(line) - len(line.lstrip())
    wanted = (*_OPENING, *_CLOSING, ",")
    return [(margin + token.start[1], token.string) for token in tokens if token.string in wanted]


def _best_break(
    line: str, marks: list[tuple[int, str]], begin: int, columns: tuple[int, ...], width: int
) -> _Break | None:
    best, indent = None, _indent(columns)
    for position, mark in marks:
        column = indent + position - begin
        if column >= width:
            break
        best = _better(best, line, position, mark, columns)
        columns = _after(columns, mark, column)
    return best


def _better(best: _Break | None, line: str, position: int, mark: str, columns: tuple[int, ...]) -> _Break | None:
    if mark != "," or not columns or line[position + 1 : position + 2] != " ":
        return best
    found = _Break(line[position - 1] in _CLOSING, position, columns)
    return best if best is not None and best.is_between_rows and not found.is_between_rows else found


def _after(columns: tuple[int, ...], mark: str, column: int) -> tuple[int, ...]:
    if mark in _OPENING:
        return (*columns, column + 1)
    return columns[:-1] if mark in _CLOSING else columns
