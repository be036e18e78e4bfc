"""The cells that a kernel has run, as it ran them: not as they stand in the notebook, which may have been edited since.

IPython keeps each cell's text under its execution count, and gives the code that it compiles a file name from which it
can tell that count. A cell's leading blank lines are dropped before it is compiled; here they are kept, so that a line
has the number that the notebook shows.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any, Protocol, cast

from grader.errors import UsageError
from grader.records import Text
from grader.submission.magics import without_magics
from grader.submission.statements import Statement, statements_of


class Shell(Protocol):
    """What is used of IPython's InteractiveShell."""

    user_ns: dict[str, Any]
    compile: Any
    history_manager: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """One cell, as it was run. `number` is its execution count: 7 of `In [7]`."""

    number: int
    text: str
    statements: tuple[Statement, ...]


def running_shell() -> Shell | None:
    """Return the IPython that this process runs in; None in a plain Python."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return cast("Shell | None", shell)


def need_shell() -> Shell:
    """Return the IPython that this process runs in. Raises: UsageError in a plain Python."""
    shell = running_shell()
    if shell is None:
        raise UsageError(
            Text(
                en="Functions can be graded from a notebook or IPython only: elsewhere their source is not at hand.",
                zh="只能在笔记本或 IPython 中直接评分函数：其他地方无法取得它们的源代码。",
            ),
            remedy=Text(
                en='Save your code in a file, and give that: grader.check("exercise03", "softmax.py").',
                zh='请把代码保存到文件，并给出该文件：grader.check("exercise03", "softmax.py")。',
            ),
        )
    return shell


@contextmanager
def compiling_as_latest(shell: Shell) -> Iterator[None]:
    """Have what is compiled meanwhile count as the cell that is running: IPython's own count may be the next one's."""
    number = len(shell.history_manager.input_hist_raw) - 1
    compiler, cache = shell.compile, shell.compile.cache
    compiler.cache = lambda code, _number=0, **more: cache(code, number, **more)
    try:
        yield
    finally:
        compiler.cache = cache


class Cells:
    """The executed cells of a kernel, by execution count."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._raw: Mapping[int, str] = dict(enumerate(shell.history_manager.input_hist_raw))
        self._seen: dict[int, Executed | None] = {}

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that the notebook's code sees, as they are now."""
        return self._shell.user_ns

    @property
    def flags(self) -> int:
        """What `from __future__ import` has switched on for all later cells, as the compiler counts it."""
        return int(self._shell.compile.flags)

    def cell(self, number: int) -> Executed | None:
        """Return one cell; None where there is none, or it is no Python."""
        if number not in self._seen:
            self._seen[number] = _executed(number, self._raw.get(number, ""))
        return self._seen[number]

    def newest_first(self, name: str) -> Iterator[Executed]:
        """Yield the cells in which the word `name` occurs, or which import every name of a module."""
        for number in sorted(self._raw, reverse=True):
            if name in self._raw[number] or "import *" in self._raw[number]:
                cell = self.cell(number)
                if cell is not None:
                    yield cell

    def defines(self, name: str) -> bool:
        """Return whether a cell, other than by an import, gave the name what it stands for."""
        for cell in self.newest_first(name):
            for statement in reversed(cell.statements):
                if name in statement.binds:
                    return not statement.is_import
        return False

    def of_code(self, code: CodeType) -> Executed | None:
        """Return the cell that some code was compiled from; None where it comes from elsewhere."""
        named = self._shell.compile.format_code_name(code.co_filename)
        digits = "".join(filter(str.isdigit, named[1])) if named else ""
        return self.cell(int(digits)) if digits else None


@lru_cache(maxsize=512)
def _executed(number: int, raw: str) -> Executed | None:
    text = raw
    for read in (str, without_magics):
        text = read(raw)
        try:
            return Executed(number=number, text=text, statements=statements_of(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def leading_blank_lines(text: str) -> int:
    """Return how many lines IPython dropped before it compiled a cell."""
    return next((place for place, line in enumerate(text.split("\n")) if line.strip()), 0)


def first_line(value: Any) -> int:
    """Return the line of its cell at which a function's code begins, decorators included."""
    code = getattr(inspect.unwrap(value), "__code__", None)
    return code.co_firstlineno if isinstance(code, CodeType) else 0
