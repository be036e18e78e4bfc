"""Workflow commands that GitHub shows as annotations, beside the line that they are about.

Source: GitHub's "Workflow commands for GitHub Actions"; the runner's ExecutionContext.cs for its limits.
"""

from __future__ import annotations

from enum import StrEnum

from grader.report.escape import workflow_data, workflow_property

SHOWN_A_STEP = 10  # of each level; the runner logs the rest, and shows none of it
_MAX_MESSAGE = 4_000  # characters; the runner cuts at 4,096
_MAX_TITLE = 200  # characters; GitHub cuts at 255


class Level(StrEnum):
    """How grave an annotation is."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


def annotation(level: Level, message: str, *, title: str, file: str = "", line: int = 0, column: int = 0) -> str:
    """Return one workflow command, without its newline.

    `file` is seen from the repository's root, `line` and `column` count from 1; without a file there is no line.
    """
    parts = []
    if file:
        parts.append(f"file={workflow_property(file)}")
        parts += [f"line={line}"] * bool(line) + [f"col={column}"] * bool(line and column)
    parts.append(f"title={workflow_property(title, limit=_MAX_TITLE)}")
    return f"::{level} {','.join(parts)}::{workflow_data(message, limit=_MAX_MESSAGE)}"
