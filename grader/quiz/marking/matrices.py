"""Reading and marking a table of numbers: typed as one text, or cell by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import both
from grader.quiz.marking import wording
from grader.quiz.marking.arithmetic import compute
from grader.quiz.marking.characters import fold, unraised
from grader.quiz.marking.mark import Mark, Reading, Unreadable, mark_by, mark_of
from grader.quiz.marking.numbers import plain, read_number
from grader.quiz.marking.precision import EXACT, Accuracy, Number, Special, accepts

MAX_CHARACTERS = 4_000
MAX_CELLS = 400
_WRAPPED = re.compile(
    r"(?:\w+\s*==?\s*)?(?:(?:torch|np|numpy)\.)?(?:tensor|array|matrix|Tensor)\(\s*([\[(].*[\])])\s*"
    r"(?:,\s*(?:dtype|grad_fn|device|requires_grad)\s*=.*)?\)",
    re.DOTALL,
)
_BETWEEN_ROWS = re.compile(r"[\])]\s*[,;]?\s*[\[(]")
_TOO_MUCH_DEPTH = re.compile(r"[\[(]\s*[\[(]\s*[\[(]")
_LINES = re.compile(r"[;\n]")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of numbers, equally long."""

    rows: tuple[tuple[Number, ...], ...]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])


def read_matrix(text: str) -> Reading[Matrix] | Unreadable:
    """Read `[[1, 2], [3, 4]]`, `tensor([[1., 2.]])`, `1 2; 3 4` or one row a line; `[1, 2]` is one row.

    A comma separates numbers here, so decimals need a point.
    """
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    bare = _bare(text)
    if not bare:
        return wording.blank()
    rows = _rows(bare)
    if rows is None:
        return wording.not_a_matrix(text)
    return _read([_cells(row) for row in rows], text)


def written_cells(text: str) -> list[list[str]] | None:
    """Return the cells of a table that was typed as one text, each as it stands there; None where it is no table."""
    bare = _bare(text) if len(text) <= MAX_CHARACTERS else ""
    rows = _rows(bare) if bare else None
    return None if rows is None else [_cells(row) for row in rows]


def _bare(text: str) -> str:
    """Return what is between the brackets of `tensor(…)`, or all of it, in plain characters."""
    lines = (" ".join(fold(line).split()) for line in text.splitlines())
    bare = unraised("\n".join(line for line in lines if line)).rstrip(".;").strip()
    wrapped = _WRAPPED.fullmatch(bare)
    return wrapped[1] if wrapped else bare


def read_cells(rows: Sequence[Sequence[str]]) -> Reading[Matrix] | Unreadable:
    """Read a table that was filled in cell by cell, each as a number of its own."""
    if sum(map(len, rows)) > MAX_CELLS:
        return wording.too_many_cells(MAX_CELLS)
    numbers: list[tuple[Number, ...]] = []
    for row in rows:
        cells = [read_number(cell) for cell in row]
        problem = next((cell for cell in cells if isinstance(cell, Unreadable)), None)
        if problem is not None:
            return problem
        numbers.append(tuple(cell.value for cell in cells if isinstance(cell, Reading)))
    return _reading(numbers)


def fitted(reading: Reading[Matrix], rows: int, columns: int) -> Reading[Matrix] | Unreadable:
    """Return a table in the size that was asked for: one row of n numbers may stand for a column, and is asked back
    where it cannot.
    """
    found = reading.value
    if found.size == (rows, columns):
        return reading
    if found.size == (1, rows) and columns == 1:
        return _reading([(number,) for number in found.rows[0]])
    return wording.other_size(rows, columns)


def mark_matrix(
    reading: Reading[Matrix],
    right: tuple[Matrix, ...],
    known: tuple[Matrix, ...] = (),
    precision: Accuracy = EXACT,
    *,
    partial: bool = False,
) -> Mark:
    """Mark a table of numbers. `partial`: each right cell earns its share, if there are as many rows and columns."""
    given = reading.value
    mark = mark_by(right, known, lambda matrix: _right_cells(matrix, given, precision) == Fraction(1))
    if not partial or mark.share or mark.known:
        return mark
    return mark_of(max(_right_cells(matrix, given, precision) for matrix in right))


def _right_cells(matrix: Matrix, given: Matrix, precision: Accuracy) -> Fraction:
    if matrix.size != given.size:
        return Fraction(0)
    pairs = [
        pair for ours, theirs in zip(matrix.rows, given.rows, strict=True) for pair in zip(ours, theirs, strict=True)
    ]
    return Fraction(sum(accepts(answer, number, precision) for answer, number in pairs), len(pairs))


def _rows(text: str) -> list[str] | None:
    """Return the texts of the rows, without brackets; None if the brackets make no rows of numbers."""
    if text[0] not in "[(":
        return [line for line in _LINES.split(text) if line.strip()]
    if _TOO_MUCH_DEPTH.match(text):
        return None
    nested = re.fullmatch(r"[\[(]\s*([\[(].*[\])])\s*,?\s*[\])]", text, re.DOTALL)
    inside = nested[1] if nested else text
    if nested is None and _BETWEEN_ROWS.search(text) is None:
        inside = text[1:-1] if text[-1] in "])" else text
        return [line for line in _LINES.split(inside) if line.strip()] if "[" not in inside else None
    rows = _BETWEEN_ROWS.split(inside[1:-1])
    return None if any("[" in row or "]" in row for row in rows) else rows


def _cells(row: str) -> list[str]:
    bare = row.replace("\n", " ").strip().strip(",").strip()
    return [cell.strip() for cell in bare.split(",")] if "," in bare else bare.replace("&", " ").split()


def _read(rows: list[list[str]], text: str) -> Reading[Matrix] | Unreadable:
    if sum(map(len, rows)) > MAX_CELLS:
        return wording.too_many_cells(MAX_CELLS)
    numbers: list[tuple[Number, ...]] = []
    for row in rows:
        read: list[Number] = []
        for cell in row:
            number = _cell(cell) if cell else wording.not_a_matrix(text)
            if isinstance(number, Unreadable):
                return number
            read.append(number)
        numbers.append(tuple(read))
    return _reading(numbers) if numbers and all(numbers) else wording.not_a_matrix(text)


def _cell(cell: str) -> Number | Unreadable:
    if cell.lower().lstrip("+-") in ("inf", "nan"):
        return Special(cell.lower().lstrip("+") if "inf" in cell.lower() else "nan")
    result = compute(cell, commas=False)
    if isinstance(result, Unreadable):
        return result
    return wording.stopped_at(cell, result.rest) if result.rest else result.number


def _reading(rows: list[tuple[Number, ...]]) -> Reading[Matrix] | Unreadable:
    if len({len(row) for row in rows}) != 1:
        return wording.ragged()
    shown = ", ".join(f"[{', '.join(n.value if isinstance(n, Special) else plain(n) for n in row)}]" for row in rows)
    return Reading(value=Matrix(tuple(rows)), shown=both(f"[{shown}]"))
