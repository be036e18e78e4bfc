"""What the line of a notebook's `%dlgrade` or `%%dlgrade` asks for: read here, and nowhere else.

The magic obeys it in the kernel; of a notebook that is handed in it says which exercise a cell is of. Both must read it
alike, or a cell that was graded in the notebook would be no answer once it is handed in.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import UsageError
from grader.exercise.problems import closest
from grader.records import Device, Language, Text

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
