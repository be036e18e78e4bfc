"""Finds the notebook's cell of each line that a report shows: nobody has the module that was made of a notebook."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.records import Examination, Explanation, Language, NotebookCell, Review, Submission, Text
from grader.report import wording

# How a SyntaxError ends that says where it is: in the module, which nobody has.
_OF_PYTHON = re.compile(r"\((?P<file>[\w./-]+\.py), line (?P<line>\d{1,9})\)")


def line_in_cell(line: int, cell: NotebookCell) -> int:
    """Return the number that a line of the module has in its cell."""
    return line - cell.line + 1


def place_in_cell(line: int, cell: NotebookCell, language: Language) -> str:
    """Name the cell, as its student counts cells, and the line in it."""
    words = wording.IN_EXECUTED if cell.executed else wording.IN_CELL
    return words.within(language).format(cell=cell.number, line=line_in_cell(line, cell))


def review_place(review: Review, language: Language) -> str:
    """Name the place that a person should look at."""
    if review.cell is None:
        return f"{review.file}:{review.line}"
    return place_in_cell(review.line, review.cell, language)


def with_cells(examination: Examination, submission: Submission) -> Examination:
    """Return what was found, its traceback lines with their cell where they came in one."""
    cells = {file.name: file.cells for file in submission.files if file.cells}
    if not cells:
        return examination
    return replace(
        examination,
        problem=_explained(examination.problem, cells),
        tests=tuple(replace(test, explanation=_explained(test.explanation, cells)) for test in examination.tests),
        reviews=tuple(
            replace(review, cell=_cell_of(review.line, cells.get(review.file, ()))) for review in examination.reviews
        ),
    )


def _explained(explanation: Explanation | None, cells: dict[str, tuple[NotebookCell, ...]]) -> Explanation | None:
    if explanation is None:
        return None

    def in_cell(found: re.Match[str], language: Language) -> str:
        place = int(found["line"])
        cell = _cell_of(place, cells.get(found["file"], ()))
        return found[0] if cell is None else f"({place_in_cell(place, cell, language)})"

    problem = Text(
        en=_OF_PYTHON.sub(lambda found: in_cell(found, Language.EN), explanation.problem.en),
        zh=_OF_PYTHON.sub(lambda found: in_cell(found, Language.ZH), explanation.problem.zh),
    )
    lines = (replace(line, cell=_cell_of(line.line, cells.get(line.file, ()))) for line in explanation.traceback)
    return replace(explanation, problem=problem, traceback=tuple(lines))


def _cell_of(line: int, cells: tuple[NotebookCell, ...]) -> NotebookCell | None:
    return next((cell for cell in reversed(cells) if cell.line <= line), None)
