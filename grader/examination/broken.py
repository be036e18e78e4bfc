"""What is wrong with an exercise's own Python files, in words for their author: file, line, source, the way out."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterable
from pathlib import Path

from grader.errors import AuthorError, both, joined
from grader.exercise.problems import closest
from grader.records import Text

MAX_PROBLEMS = 10


def shown(path: Path) -> str:
    """Return a file of an exercise as its author knows it: `solutions/exercise03_softmax/test_hidden.py`."""
    return Path(*path.parts[-3:]).as_posix()


def guess(word: str, known: Iterable[str]) -> Text:
    """Return "Did you mean `points`? " with its space, or nothing."""
    near = closest(word, known)
    return Text(en=f"Did you mean `{near}`? ", zh=f"是否想写 `{near}`？") if near else both("")


def broken_tests(problems: list[Text]) -> AuthorError:
    """Return the error that tells these problems, each of which names its file."""
    left = len(problems) - MAX_PROBLEMS
    more = [Text(en=f"… and {left} more.", zh=f"……还有 {left} 处。")] if left > 0 else []
    return AuthorError(
        joined([*problems[:MAX_PROBLEMS], *more], separator="\n"),
        remedy=Text(
            en="Mend the test file; no submission can be graded before.",
            zh="请先改好测试文件，在此之前无法评分。",
        ),
    )


def line_of(error: BaseException, file: Path) -> int | None:
    """Return the innermost line of `file` that led to the exception, or None where no line of it did."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(file)]
    return lines[-1] if lines else None


def source_of(file: Path, line: int | None) -> str:
    """Return a source line without its indentation, or nothing."""
    linecache.checkcache(str(file))
    return linecache.getline(str(file), line).strip() if line else ""


def import_problem(error: BaseException, file: Path, *, what: Text | None = None) -> Text:
    """Say why a file could not be imported: file, line, exception and source line, without frames of other files."""
    line = line_of(error, file)
    where = f"{shown(file)}:{line}" if line else shown(file)
    source = source_of(file, line)
    told = f"{type(error).__name__}: {_message(error)}" + (f" in `{source}`." if source else "")
    return joined((both(f"{where}:"), *((what,) if what else ()), both(told)))


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    text = str(error)
    if isinstance(error, ImportError) and error.path:
        text = text.replace(f" ({error.path})", "")  # where an installed package lies helps nobody
    return text
