"""The magics of `%load_ext grader`: `%%dlgrade exercise03` runs a cell and grades it, `%dlgrade` only grades.

    %%dlgrade exercise03 [--seed N] [-v] [--language en|zh] [--course DIR] [--device cpu|cuda]

The cell is run in the notebook's namespace as always, under the number that it has: what it defines stays there, and an
error in it is shown as always, and nothing is graded then. An error of the request is said in a sentence.
"""

from __future__ import annotations

import sys
from typing import Any

from grader.errors import GraderError
from grader.jupyter.checking import CheckOptions, check_functions
from grader.jupyter.kernel import Shell, compiling_as_latest
from grader.records import Language, Text
from grader.report import Report
from grader.report.notebook import to_mimebundle
from grader.submission.magic_line import Request, parse_request
from grader.texts import choose_language


def register(shell: Any) -> None:
    """Offer both magics in an IPython shell."""
    shell.register_magic_function(lambda line: _line(shell, line), "line", "dlgrade")
    shell.register_magic_function(lambda line, cell: _cell(shell, line, cell), "cell", "dlgrade")


def _line(shell: Shell, line: str) -> None:
    request = _asked(line)
    if request is not None:
        _show(shell, request)


def _cell(shell: Any, line: str, cell: str) -> None:
    request = _asked(line)
    if request is None:
        return
    # The magic's own line stays as a comment: then a line has the same number here and in the notebook.
    with compiling_as_latest(shell):
        ran = shell.run_cell(f"# %%dlgrade {line}\n{cell}", store_history=False)
    if ran.success:
        _show(shell, request)


def _asked(line: str) -> Request | None:
    """Return what a line asks for; None, and a sentence on stderr, where that is not clear."""
    try:
        return parse_request(line)
    except GraderError as error:
        _say(error.text, None)
        return None


def _show(shell: Any, request: Request) -> None:
    try:
        wanted = CheckOptions(
            exercise=request.exercise, course=request.course, device=request.device, seed=request.seed
        )
        report = check_functions(wanted, None)
    except GraderError as error:
        _say(error.text, request.language)
    except KeyboardInterrupt:
        _say(Text(en="The check was interrupted.", zh="检查已中断。"), request.language)
    else:
        _display(shell, report, request)


def _display(shell: Any, report: Report, request: Request) -> None:
    language = choose_language(request.language)
    shell.display_pub.publish(to_mimebundle(report, language=language, verbose=request.verbose))


def _say(text: Text, language: Language | None) -> None:
    print(text.within(choose_language(language)), file=sys.stderr)
