"""Finds the notebook's cell of each traceback line, for a submission that was one: nobody has the module made of it."""

from __future__ import annotations

from dataclasses import replace

from grader.records import Examination, Explanation, NotebookCell, SourceLine, Submission


def with_cells(examination: Examination, submission: Submission) -> Examination:
    """Return what was found, its traceback lines with their cell where they came in one."""
    cells = {file.name: file.cells for file in submission.files if file.cells}
    if not cells:
        return examination
    return replace(
        examination,
        problem=_explained(examination.problem, cells),
        tests=tuple(replace(test, explanation=_explained(test.explanation, cells)) for test in examination.tests),
    )


def _explained(explanation: Explanation | None, cells: dict[str, tuple[NotebookCell, ...]]) -> Explanation | None:
    if explanation is None:
        return None
    lines = (replace(line, cell=_cell_of(line, cells.get(line.file, ()))) for line in explanation.traceback)
    return replace(explanation, traceback=tuple(lines))


def _cell_of(line: SourceLine, cells: tuple[NotebookCell, ...]) -> NotebookCell | None:
    return next((cell for cell in reversed(cells) if cell.line <= line.line), None)
