"""Which line of a submission may be told when a hidden test fails.

The student's process has seen the hidden input, and all that it says of where it was can be made up: a trace that
faulthandler never wrote, an exception with frames of its choice. A place in a file of a million lines would hold
twenty bits of that input. So one line is told, the innermost; and only one at which a statement begins, in the tree
of what was handed in. Of those there may be `MAX_TOLD_LINES`, in all files: fewer than eight bits. A longer
submission is told no line.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Sequence
from dataclasses import replace

from grader.examination.evidence import Ended, Evidence, Raised
from grader.examination.rules.read import TooDeep, parsed
from grader.records import SourceFile, SourceLine

MAX_TOLD_LINES = 200
_MAX_CHARACTERS = 64 * 1024  # of all files that are parsed: some hundredths of a second


class TellingLines:
    """The lines of one submission that may be told, parsed when the first is asked for."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = files

    def in_evidence(self, evidence: Evidence) -> Evidence:
        """Return `evidence` with the one line that a hidden test may tell, where there is one."""
        if isinstance(evidence, Raised | Ended) and evidence.traceback:
            return replace(evidence, told=self._told(evidence.traceback[-1]))
        return evidence

    def _told(self, innermost: SourceLine) -> SourceLine | None:
        """Return the first line of the statement that a line belongs to, read from the submission."""
        statements = self._statements.get(innermost.file, ())
        around = [first for first, last in statements if first <= innermost.line <= last]
        if not around:
            return None
        text = next(file.text for file in self._files if file.name == innermost.file)
        line = max(around)
        return SourceLine(file=innermost.file, line=line, function="", source=_lines(text)[line - 1])

    @functools.cached_property
    def _statements(self) -> dict[str, list[tuple[int, int]]]:
        """The first and last line of each statement, by file; none where they are too many to tell one of them."""
        if sum(len(file.text) for file in self._files) > _MAX_CHARACTERS:
            return {}
        found = {file.name: _spans(file.text) for file in self._files}
        return found if sum(len({first for first, _ in spans}) for spans in found.values()) <= MAX_TOLD_LINES else {}


def _spans(text: str) -> list[tuple[int, int]]:
    try:
        tree = parsed(text)
    except TooDeep:
        return []
    nodes = ast.walk(tree) if tree is not None else ()
    return [(node.lineno, node.end_lineno or node.lineno) for node in nodes if isinstance(node, ast.stmt)]


def _lines(text: str) -> list[str]:
    """Split a source as Python counts its lines: a form feed begins none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
