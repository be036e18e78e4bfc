"""What people and programs see of a graded submission: one model, and one pure renderer per format.

`FORMATS` maps a format's name to its renderer. Renderers are imported when they are called, so that importing this
package costs neither rich nor anything else heavy.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.errors import UsageError
from grader.records import Language
from grader.report.build import build_failure, build_report
from grader.report.model import (
    Counts,
    ExerciseSummary,
    Report,
    Score,
    Status,
    SubmissionSummary,
    Timings,
    exit_code,
)

__all__ = [
    "FORMATS",
    "Counts",
    "ExerciseSummary",
    "Report",
    "Score",
    "Status",
    "SubmissionSummary",
    "Timings",
    "View",
    "build_failure",
    "build_report",
    "exit_code",
    "render",
    "renderer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a person looks at a report; formats for programs take no notice of it."""

    language: Language = Language.EN
    width: int = 80  # columns
    color: bool = False
    verbose: bool = False
    ascii_only: bool = False  # where the output's encoding cannot show more


Renderer = Callable[[Report, View], str]


def _text(report: Report, view: View) -> str:
    from grader.report.terminal import to_terminal

    return to_terminal(
        report,
        language=view.language,
        width=view.width,
        color=view.color,
        verbose=view.verbose,
        ascii_only=view.ascii_only,
    )


def _json(report: Report, view: View) -> str:  # noqa: ARG001 - a program's format is the same for every view
    from grader.report.json import to_json

    return to_json(report)


FORMATS: Mapping[str, Renderer] = MappingProxyType({"text": _text, "json": _json})


def renderer(name: str) -> Renderer:
    """Return the renderer of the format `name`.

    Raises: UsageError for a format that there is none of, naming those that there are.
    """
    try:
        return FORMATS[name]
    except KeyError:
        near = difflib.get_close_matches(name, FORMATS, n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"--format: there is no report format {name!r}.", remedy=f"{meant}Available: {', '.join(FORMATS)}."
        ) from None


def render(report: Report, *, format_name: str = "text", view: View | None = None) -> str:
    """Return `report` in the format `format_name`, ending with a newline.

    Raises: UsageError for a format that there is none of.
    """
    return renderer(format_name)(report, view or View())
