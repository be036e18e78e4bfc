"""Tables of numbers: as the text of a key, and cell by cell in decimal."""

from __future__ import annotations

from fractions import Fraction

from grader.quiz.exchange.decimals import decimal
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import read_matrix


def numbers_of(text: str) -> list[list[Fraction]] | None:
    """Return the numbers of a table; None: it is none, or holds what no field for numbers takes."""
    reading = read_matrix(text)
    if not isinstance(reading, Reading):
        return None
    rows = [[cell for cell in row if isinstance(cell, Fraction)] for row in reading.value.rows]
    return rows if sum(map(len, rows)) == sum(map(len, reading.value.rows)) else None


def cells_of(text: str) -> list[list[str]]:
    """Return the cells of a table of numbers in decimal; nothing if it is none."""
    return [[decimal(cell) for cell in row] for row in numbers_of(text) or ()]


def table_text(cells: list[list[str]]) -> str:
    """Return cells as the text of a key: `[[1, 2], [3, 4]]`."""
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in cells) + "]"
