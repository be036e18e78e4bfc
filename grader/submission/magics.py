"""Takes out of a notebook's cell what only IPython understands, without moving a line.

IPython reads `%time f()`, `!pip install x`, `files = !ls` and `torch.softmax?` where a statement may begin. The same
signs within a statement are Python (`(a\\n% b)`), or text within quotes. So the cell is read line by line, keeping
track of open brackets and quotes; nothing here is more than that, and a cell that parses as Python is never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What stands for a statement of IPython: a magic, a command, help; or either of the first two behind a `name =`.
# Matched against a line without its indent: one run of signs at a time, so that no line takes quadratic time.
_MAGIC = re.compile(r"%|!|\?|[\w.,* ]+=\s*[%!]|[\w.%*\[\]'\"]+\?{1,2}\s*(#.*)?$")
# Cell magics under which the rest of the cell is still Python of this module.
_PYTHON_CELL = re.compile(r"%%(time|capture|prun|dlgrade)\b")
_CELL_MAGIC = re.compile(r"%%\w")
_PIECE = re.compile(
    r"""\#.*                                # a comment
    | (?P<triple>\"\"\"|''')                # a long string opens
    | "(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'?
    | (?P<open>[(\[{]) | (?P<close>[)\]}])
    | (?P<goes_on>\\$)
    | .""",
    re.VERBOSE,
)
_LONG_END = {'"""': re.compile(r'(?:\\.|[^\\])*?"""', re.DOTALL), "'''": re.compile(r"(?:\\.|[^\\])*?'''", re.DOTALL)}


def without_magics(text: str) -> str:
    """Return a cell's code with every line of IPython's own replaced by one that does nothing."""
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is not None and _CELL_MAGIC.match(lines[first].lstrip()):
        if not _PYTHON_CELL.match(lines[first].lstrip()):
            return "\n".join(_not_run(line) if line.strip() else line for line in lines)
        lines[first] = _nothing(lines[first])
    state = _State()
    magic_goes_on = False
    for index, line in enumerate(lines):
        if magic_goes_on or (state.between_statements and _MAGIC.match(line.lstrip())):
            lines[index] = _not_run(line) if magic_goes_on else _nothing(line)
            magic_goes_on = line.endswith("\\")
        else:
            state.read(line)
    return "\n".join(lines)


def _nothing(line: str) -> str:
    """Return a statement in the place of a line: a block may consist of it."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  {_not_run(line)}"


def _not_run(line: str) -> str:
    return f"# not run: {line.strip()}"


@dataclass(slots=True)
class _State:
    """Where the code read so far ends: within a long string, within brackets, behind a backslash, or between."""

    quote: str = ""
    depth: int = 0
    goes_on: bool = False

    @property
    def between_statements(self) -> bool:
        return not self.quote and self.depth <= 0 and not self.goes_on

    def read(self, line: str) -> None:
        """Take in one more line."""
        self.goes_on = False
        at = 0
        while at < len(line):
            if self.quote:
                end = _LONG_END[self.quote].match(line, at)
                if end is None:
                    return
                self.quote, at = "", end.end()
                continue
            piece = _PIECE.match(line, at)
            if piece is None:
                return
            at = piece.end()
            self.depth += bool(piece["open"]) - bool(piece["close"])
            self.goes_on = bool(piece["goes_on"])
            self.quote = piece["triple"] or ""
