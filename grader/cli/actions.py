"""What a run gives to GitHub's Actions beside its files: annotations, the step's summary and its outputs.

Theory of operation. A runner sets GITHUB_ACTIONS and, for each step, the paths of two files of its own in
GITHUB_STEP_SUMMARY and GITHUB_OUTPUT, which are read when the step has ended. It takes workflow commands from stdout
and from stderr alike, so annotations go to stderr and stdout keeps the one format that it shows. None of it is written
unless the format `github` was asked for (of `github-classroom`, one output), and nothing that fails here changes the
exit code: the grade stands.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.language import local
from grader.cli.output import write_error

if TYPE_CHECKING:
    from grader.report import Report, View
    from grader.report.formats.outputs import Tally

FORMAT = "github"
CLASSROOM = "github-classroom"
SUMMARY = "GITHUB_STEP_SUMMARY"
OUTPUT = "GITHUB_OUTPUT"


def tell_actions(reports: Sequence[Report], view: View, *, formats: Sequence[str]) -> None:
    """Give GitHub's Actions what `github` and `github-classroom` promise, where they are among `formats`."""
    if CLASSROOM in formats:
        _append_classroom(reports, view)
    if FORMAT not in formats:
        return
    from grader.report.formats import github, markdown
    from grader.report.formats.outputs import tally_of

    if os.environ.get("GITHUB_ACTIONS") == "true" and formats[0] != FORMAT:
        _annotate(github.render(reports, view))
    append_summary(lambda room: markdown.summary(reports, view, room=room))
    append_outputs([tally_of(report) for report in reports])


def _append_classroom(reports: Sequence[Report], view: View) -> None:
    """Append the output `result`, which GitHub Classroom's reporter reads."""
    from grader.report.formats import github_classroom

    value = github_classroom.step_output(github_classroom.render(reports, view))
    _append(OUTPUT, lambda _: assignment("result", value))


def append_outputs(tallies: Sequence[Tally]) -> None:
    """Append the step's outputs, where the runner has a file for them."""
    from grader.report.formats.outputs import outputs

    _append(OUTPUT, lambda _: "".join(assignment(name, value) for name, value in outputs(tallies).items()))


def append_summary(text: Callable[[int], str]) -> None:
    """Append to the step's summary, where the runner has a file for it; `text` is told how many bytes have room."""
    from grader.report.formats.markdown import MAX_BYTES

    _append(SUMMARY, lambda size: text(MAX_BYTES - size))


def assignment(name: str, value: str) -> str:
    """Return the lines that set an output; of several lines only with an end that nobody can have guessed."""
    if "\n" not in value and "\r" not in value:
        return f"{name}={value}\n"
    end = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _annotate(commands: str) -> None:
    try:
        sys.stderr.write(commands)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: there is no log that could show them
        return


def _append(variable: str, text: Callable[[int], str]) -> None:
    path = os.environ.get(variable)
    if not path:
        return
    try:
        with Path(path).open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            gap = b"" if file.read(1) in (b"", b"\n") else b"\n"  # whoever wrote before may have left the line open
            file.write(gap + text(size + len(gap)).encode())
    except OSError as error:
        why = error.strerror or str(error)
        write_error(
            local(
                f"{variable}: {path} cannot be written to: {why}. The grade stands; GitHub does not show it there.",
                f"{variable}：无法写入 {path}：{why}。评分有效，只是 GitHub 不会在那里显示。",
            )
        )
