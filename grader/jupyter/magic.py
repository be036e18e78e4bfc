"""The magics of `%load_ext grader`: `%%dlgrade exercise03` runs a cell and grades it, `%dlgrade` only grades.

    %%dlgrade exercise03 [--seed N] [-v] [--language en|zh] [--course DIR] [--device cpu|cuda]

The cell is run in the notebook's namespace as always, under the number that it has: what it defines stays there, and an
error in it is shown as always, and nothing is graded then. An error of the request is said in a sentence.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.errors import GraderError, UsageError
from grader.exercise.problems import closest
from grader.jupyter.checking import Wanted, check_functions
from grader.jupyter.kernel import Shell
from grader.records import Device, Language, Text
from grader.report import Report
from grader.report.notebook import to_mimebundle
from grader.texts import choose_language

_OPTIONS = ("--seed", "--verbose", "--language", "--course", "--device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a magic's line asks for."""

    exercise: str = ""
    seed: int | None = None
    verbose: bool = False
    language: Language | None = None
    course: Path | None = None
    device: Device = Device.CPU


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
    if shell.run_cell(f"# %%dlgrade {line}\n{cell}", store_history=False).success:
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
        wanted = Wanted(exercise=request.exercise, course=request.course, device=request.device, seed=request.seed)
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


# ------------------------------------------------------------------------------------------------- the line


def parse_request(line: str) -> Request:
    """Return what a magic's line asks for. Raises: UsageError."""
    try:
        words = iter(shlex.split(line))
    except ValueError as error:  # a quote that is not closed
        raise _wrong(f"{error}.", f"{error}。") from None
    request = Request()
    for word in words:
        option, equals, value = word.partition("=")
        if word in ("-v", "--verbose"):
            request = replace(request, verbose=True)
        elif option in _OPTIONS:
            request = _with_option(request, option, value if equals else next(words, ""))
        elif word.startswith("-"):
            near = closest(option, _OPTIONS)
            en, zh = (f" Did you mean {near}?", f"是不是 {near}？") if near else ("", "")
            raise _wrong(f"there is no option {word!r}.{en}", f"没有选项 {word!r}。{zh}")
        elif request.exercise:
            raise _wrong(f"one exercise at a time, got {word!r} too.", f"一次只能检查一道练习，多出了 {word!r}。")
        else:
            request = replace(request, exercise=word)
    if not request.exercise:
        raise _wrong("which exercise?", "要检查哪道练习？")
    return request


def _with_option(request: Request, option: str, value: str) -> Request:
    allowed = dict(_allowed())
    if option == "--seed" and value.isdecimal() and int(value) < 2**63:
        return replace(request, seed=int(value))
    if option == "--language" and value in list(Language):
        return replace(request, language=Language(value))
    if option == "--device" and value in list(Device):
        return replace(request, device=Device(value))
    if option == "--course" and value:
        return replace(request, course=Path(value))
    choices = allowed.get(option, Text(en="no value", zh="不带值"))
    raise _wrong(f"{option} = {value!r}: expected {choices.en}.", f"{option} = {value!r}：应为{choices.zh}。")


def _allowed() -> Iterator[tuple[str, Text]]:
    yield "--seed", Text(en="a whole number from 0 below 2**63", zh="不小于 0 且小于 2**63 的整数")
    yield "--language", Text(en="en or zh", zh=" en 或 zh")
    yield "--device", Text(en="cpu or cuda", zh=" cpu 或 cuda")
    yield "--course", Text(en="a folder", zh="文件夹")


def _wrong(en: str, zh: str) -> UsageError:
    return UsageError(
        Text(en=f"%dlgrade: {en}", zh=f"%dlgrade：{zh}"),
        remedy=Text(
            en="Write %dlgrade EXERCISE [--seed N] [-v] [--language en|zh], or with %% as a cell's first line.",
            zh="请写 %dlgrade EXERCISE [--seed N] [-v] [--language en|zh]，或在单元格首行用 %%。",
        ),
    )
