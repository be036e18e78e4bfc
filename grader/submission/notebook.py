"""Makes a Python module of a Jupyter notebook: its code cells, in order, and where each begins.

Theory of operation. A notebook is JSON that anybody can write by hand: its outputs prove nothing, and it can hold a
hundred megabytes of them, or a million cells. So its size and the number of its values are capped before it is parsed,
its outputs are dropped unseen, and only what is left is checked by `nbformat`, which knows the format's schema.

Which cells make the module, `choosing` says. What IPython alone understands (`%magics`, `!commands`, `help?`) is
replaced by a line that does nothing, so that lines keep their numbers. Nothing is run or imported here, and what is
long is parsed in a process of its own (`apart`).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import SubmissionError
from grader.plaintext import printable
from grader.records import Exercise, NotebookCell, Text
from grader.submission import apart
from grader.submission.choosing import Cell, chosen_cells, marked_for, says
from grader.submission.magics import without_magics
from grader.submission.read import Source, too_large, with_line_feeds

MAX_CODE_BYTES = 128 * 1024  # of all cells that are taken: they are parsed, which takes 500 times as much memory
MAX_VALUES = 1_000_000  # in the whole of the JSON: with outputs, printed or drawn
MAX_CELLS = 2_000
FORMAT = 4
FORMAT_MINOR = 4  # the last without ids of cells, which nothing here needs
_OPEN_AND_SAVE = Text(
    en="Open it in Jupyter, clear all outputs, and save it again.", zh="请在 Jupyter 中打开，清除所有输出，再保存。"
)


def module_of(raw: bytes, exercise: Exercise, file: str, *, shown: str, max_bytes: int) -> Source:
    """Return the module that the notebook's code cells make; its `raw` are the module's bytes.

    `max_bytes` caps the module. Raises: SubmissionError, naming cell and line where it can.
    """
    question = _Question(
        cells=tuple(_code_cells(raw, shown)), exercise=exercise, file=file, shown=shown, max_bytes=max_bytes
    )
    if sum(len(cell.text) for cell in question.cells) <= apart.CHARACTERS:
        return _made(question)
    import msgspec

    made = apart.ask("grader.submission.notebook:made_there", msgspec.to_builtins(question), shown=shown)
    return msgspec.convert(made, Source)


def cells_of(raw: bytes, *, shown: str) -> list[Cell]:
    """Return the notebook's code cells, in order. Raises: SubmissionError, as `module_of`."""
    return _code_cells(raw, shown)


def are_said_to_be_of(cells: Sequence[Cell], exercise: Exercise) -> bool:
    """Return whether cells of a notebook say that they are the exercise's."""
    return len(exercise.files) == 1 and says(cells, exercise, exercise.files[0])


def text_without_marked(cells: Sequence[Cell]) -> str:
    """Return the code of the cells that say of no exercise that they are its, without what only IPython understands."""
    return "\n".join(without_magics(cell.text) for cell in cells if not marked_for([cell]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """All that decides which module a notebook makes."""

    cells: tuple[Cell, ...]
    exercise: Exercise
    file: str
    shown: str
    max_bytes: int


def made_there(question: object) -> object:
    """Answer `module_of` in a process that may be ended; both as values of JSON."""
    import msgspec

    return msgspec.to_builtins(_made(msgspec.convert(question, _Question)))


def _made(question: _Question) -> Source:
    exercise, shown, max_bytes = question.exercise, question.shown, question.max_bytes
    chosen = chosen_cells(question.cells, exercise, question.file)
    size = sum(len(cell.text.encode()) for cell in chosen)
    limit = min(max_bytes, MAX_CODE_BYTES)
    if size > limit:
        raise too_large(size, shown, limit)
    cells: list[NotebookCell] = []
    parts: list[str] = []
    line = 1
    for cell in chosen:
        text = _python_of(cell, shown)
        cells.append(NotebookCell(number=cell.number, line=line))
        parts.append(text if text.endswith("\n") else f"{text}\n")
        line += parts[-1].count("\n")
    text = "".join(parts)
    if not text.strip():
        if others := marked_for(question.cells):
            raise _marked_for_others(exercise, others, shown)
        raise SubmissionError(
            Text(en=f"{shown}: the notebook holds no code.", zh=f"{shown}：笔记本中没有代码。"),
            remedy=Text(
                en="Write your solution into a code cell, and save the notebook.",
                zh="请把解答写入代码单元格并保存笔记本。",
            ),
        )
    return Source(raw=text.encode(), text=text, cells=tuple(cells))


def _marked_for_others(exercise: Exercise, others: Sequence[str], shown: str) -> SubmissionError:
    names = ", ".join(printable(name, limit=60) for name in others[:5])
    return SubmissionError(
        Text(
            en=f"{shown}: every cell with code says that it is of another exercise: {names}.",
            zh=f"{shown}：所有代码单元格都标明属于别的练习：{names}。",
        ),
        remedy=Text(
            en=f"Hand it in for that one, or mark the cells of this one: %%dlgrade {exercise.id} as their first line.",
            zh=f"请按那道练习提交，或给本练习的单元格首行写上 %%dlgrade {exercise.id}。",
        ),
    )


def _python_of(cell: Cell, shown: str) -> str:
    """Return a cell's code without what only IPython understands. Raises SubmissionError when it is no Python."""
    text = cell.text
    try:
        if not _parses(text):
            text = without_magics(text)
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _no_python(cell, error, shown) from None
    return text


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _no_python(cell: Cell, error: Exception, shown: str) -> SubmissionError:
    line = getattr(error, "lineno", None) or 0
    source = (
        printable(cell.text.split("\n")[line - 1].strip(), limit=120) if 0 < line <= cell.text.count("\n") + 1 else ""
    )
    reason = printable(getattr(error, "msg", "") or str(error) or type(error).__name__, limit=120)
    at = Text(en=f"cell {cell.number}", zh=f"第 {cell.number} 个单元格")
    if line:
        at = Text(en=f"{at.en}, line {line}", zh=f"{at.zh}第 {line} 行")
    code = f": `{source}`" if source else ""
    return SubmissionError(
        Text(en=f"{shown}: {at.en}: {reason}{code}.", zh=f"{shown}：{at.zh}：{reason}{code}。"),
        remedy=Text(
            en="Mend the cell until it runs, or tag only the cells of the solution; cells are counted from the top, "
            "text cells too.",
            zh="请修改该单元格直到能运行，或只给解答所在的单元格加标签；单元格从上往下计数，文本单元格也计入。",
        ),
    )


# ------------------------------------------------------------------------------------------------- the format


def _code_cells(raw: bytes, shown: str) -> list[Cell]:
    """Return the notebook's code cells, in order."""
    reduced = _reduced(_parsed(raw, shown), shown)
    _validate(reduced, shown)
    return [
        Cell(
            number=number,
            text=_text_of(cell["source"], number, shown),
            tags=frozenset(cell["metadata"].get("tags", ())),
        )
        for number, cell in enumerate(reduced["cells"], 1)
        if cell["cell_type"] == "code"
    ]


def _text_of(source: str | list[str], number: int, shown: str) -> str:
    text = with_line_feeds(source if isinstance(source, str) else "".join(source))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _no_notebook(shown, f"cell {number} holds half of a character") from None
    return text


def _parsed(raw: bytes, shown: str) -> dict[str, Any]:
    """Return the notebook's JSON, or refuse it."""
    if sum(raw.count(mark) for mark in (b"{", b"[", b",")) > MAX_VALUES:
        raise SubmissionError(
            Text(
                en=f"{shown}: the notebook holds more than {MAX_VALUES:,} values.",
                zh=f"{shown}：笔记本中的数据超过 {MAX_VALUES:,} 项。",
            ),
            remedy=_OPEN_AND_SAVE,
        )
    try:
        parsed = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # also JSONDecodeError, UnicodeDecodeError, an endless int
        raise _no_notebook(shown, str(error)) from None
    if not isinstance(parsed, dict) or type(parsed.get("nbformat")) is not int:
        raise _no_notebook(shown, "it lacks the number of its format")
    if parsed["nbformat"] != FORMAT:
        raise _no_notebook(shown, f"format {str(parsed['nbformat'])[:20]}, not {FORMAT}")
    return parsed


def _reduced(parsed: dict[str, Any], shown: str) -> dict[str, Any]:
    """Return the notebook without outputs, attachments, and the settings of programs; what is absent stays absent."""
    reduced = {"nbformat": FORMAT, "nbformat_minor": FORMAT_MINOR, "metadata": {}}
    if "cells" in parsed:
        cells = parsed["cells"]
        if isinstance(cells, list) and len(cells) > MAX_CELLS:
            raise _no_notebook(shown, f"more than {MAX_CELLS:,} cells")
        reduced["cells"] = [_reduced_cell(cell) for cell in cells] if isinstance(cells, list) else cells
    return reduced


def _reduced_cell(cell: object) -> object:
    if not isinstance(cell, dict):
        return cell
    reduced: dict[str, Any] = {key: cell[key] for key in ("cell_type", "source", "metadata") if key in cell}
    if isinstance(reduced.get("metadata"), dict):
        reduced["metadata"] = {key: value for key, value in reduced["metadata"].items() if key == "tags"}
    if reduced.get("cell_type") == "code":
        reduced |= {"outputs": [], "execution_count": None}
    return reduced


def _validate(reduced: dict[str, Any], shown: str) -> None:
    import nbformat  # only a notebook pays for it

    try:
        nbformat.validate(reduced, version=FORMAT, version_minor=FORMAT_MINOR)
    except nbformat.ValidationError as error:
        raise _no_notebook(shown, _told(error)) from None
    except (TypeError, AttributeError, LookupError):  # it puts its message together from what it has just found wrong
        raise _no_notebook(shown, "a cell is not built as a cell") from None


def _told(error: Exception) -> str:
    try:
        return str(error).splitlines()[0]
    except RecursionError:  # it quotes what it has found, however deep that is nested
        return "a cell is nested too deep"


def _no_notebook(shown: str, detail: str) -> SubmissionError:
    reason = printable(detail, limit=160)
    return SubmissionError(
        Text(
            en=f"{shown}: this is no valid Jupyter notebook: {reason}.",
            zh=f"{shown}：不是有效的 Jupyter 笔记本：{reason}。",
        ),
        remedy=Text(
            en="Open it in Jupyter or VS Code and save it again, or hand in a .py file.",
            zh="请在 Jupyter 或 VS Code 中打开并重新保存，或提交 .py 文件。",
        ),
    )
