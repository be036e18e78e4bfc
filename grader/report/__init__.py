"""What people and programs see of a graded submission: one model, and one pure renderer per format.

`FORMATS` maps a format's name to its renderer and its file. Renderers are imported when they are called, so that
importing this package costs neither rich nor anything else heavy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from grader.errors import UsageError
from grader.records import Language, Text
from grader.report.build import build_failure, build_report
from grader.report.model import (
    Counts,
    ExerciseSummary,
    Report,
    Score,
    Status,
    SubmissionSummary,
    Timings,
    awarded,
    exit_code,
    unmeasured,
)

__all__ = [
    "FORMATS",
    "Counts",
    "ExerciseSummary",
    "Format",
    "Report",
    "Score",
    "Setting",
    "Status",
    "SubmissionSummary",
    "Timings",
    "View",
    "awarded",
    "build_failure",
    "build_report",
    "exit_code",
    "find_format",
    "render",
    "unmeasured",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a report is made: what the formats of platforms say of that beside the report itself."""

    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment; a format takes those it documents
    now: datetime | None = None  # None: formats that cannot do without take the beginning of 1970
    # "exercise03_softmax/softmax.py": where that file of the submission lies, seen from the repository's root
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a person looks at a report; formats for programs take no notice of it."""

    language: Language = Language.EN
    width: int = 80  # columns
    color: bool = False
    verbose: bool = False
    ascii_only: bool = False  # where the output's encoding cannot show more
    setting: Setting = field(default_factory=Setting)


Renderer = Callable[[Report, View], str]
Joiner = Callable[[Sequence[Report], View], str]


def _text(report: Report, view: View) -> str:
    from grader.report.escape import without_commands
    from grader.report.terminal import to_terminal

    shown = to_terminal(
        report,
        language=view.language,
        width=view.width,
        color=view.color,
        verbose=view.verbose,
        ascii_only=view.ascii_only,
    )
    return without_commands(shown)  # a log shows what a terminal shows


def _json(report: Report, view: View) -> str:  # noqa: ARG001 - a program's format is the same for every view
    from grader.report.document import to_json

    return to_json(report)


def _html(report: Report, view: View) -> str:
    from grader.report.html import to_html

    return to_html(report, language=view.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of reports."""

    render: Renderer
    file_name: str  # in the folder of `--output`
    together: Joiner | None = None  # one student's reports of several exercises in one file; None: a file each
    check: Callable[[Setting], None] | None = None  # raises UsageError where its platform's surroundings are missing


def _for_programs(module: str, file_name: str, *, check: Callable[[Setting], None] | None = None) -> Format:
    """Return the format that `render(reports, view)` of a module of `grader.report.formats` makes."""

    def together(reports: Sequence[Report], view: View) -> str:
        text: str = importlib.import_module(f"grader.report.formats.{module}").render(reports, view)
        return text

    def render(report: Report, view: View) -> str:
        return together((report,), view)

    return Format(render=render, file_name=file_name, together=together, check=check)


def _check_classroom50(setting: Setting) -> None:
    from grader.report.formats.classroom50 import check

    check(setting)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "text": Format(render=_text, file_name="report.txt"),
        "json": Format(render=_json, file_name="report.json"),
        "html": Format(render=_html, file_name="report.html"),
        "junit": _for_programs("junit", "junit.xml"),
        "ctrf": _for_programs("ctrf", "ctrf.json"),
        "github": _for_programs("github", "annotations.txt"),
        "markdown": _for_programs("markdown", "report.md"),
        "csv": _for_programs("table_csv", "tests.csv"),
        "gradescope": _for_programs("gradescope", "results.json"),
        "classroom50": _for_programs("classroom50", "result.json", check=_check_classroom50),
        "release-body": _for_programs("markdown", "release-body.md"),
        "github-classroom": _for_programs("github_classroom", "github-classroom.json"),
        "check50": _for_programs("check50", "check50.json"),
        "exercism": _for_programs("exercism", "exercism.json"),
        "prairielearn": _for_programs("prairielearn", "prairielearn.json"),
    }
)


def find_format(name: str) -> Format:
    """Return the format `name`, of dlgrade or of a plugin.

    Raises: UsageError for a format that there is none of, naming those that there are; PluginError for a plugin that
        cannot be used.
    """
    if name in FORMATS:
        return FORMATS[name]
    from grader.exercise.problems import closest
    from grader.report.plugged import plugged_format, plugged_names

    plugged = plugged_format(name, FORMATS)
    if plugged is not None:
        return plugged
    names = (*FORMATS, *(other for other in plugged_names() if other not in FORMATS))
    near = closest(name, names)
    known = ", ".join(names)
    raise UsageError(
        Text(en=f"--format: there is no report format {name!r}.", zh=f"--format：没有名为 {name!r} 的报告格式。"),
        remedy=Text(
            en=(f"Did you mean {near}? " if near else "") + f"Available: {known}. Several are joined by commas.",
            zh=(f"是不是 {near}？" if near else "") + f"可用的格式：{known}。多个格式用逗号连接。",
        ),
    )


def render(report: Report, *, format_name: str = "text", view: View | None = None) -> str:
    """Return `report` in the format `format_name`, ending with a newline.

    Raises: UsageError for a format that there is none of.
    """
    return find_format(format_name).render(report, view or View())
