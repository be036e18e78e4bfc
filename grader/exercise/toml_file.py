"""Reads a TOML file that an author writes: a table, or an error with file, line, column and the way out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.errors import AuthorError, joined
from grader.exercise.paths import is_file, show_path
from grader.records import Text

MAX_BYTES = 256 * 1024
MAX_SHOWN_CHARACTERS = 80
MAX_LEVELS = 200  # of tables and lists in each other
_POSITION = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def read_toml(file: Path, *, missing: Text) -> dict[str, Any]:
    """Return the table in `file`; `missing` says what to do where there is no such file. Raises: AuthorError."""
    if not is_file(file):
        raise AuthorError(
            Text(en=f"{show_path(file)}: no such file.", zh=f"{show_path(file)}：没有这个文件。"), remedy=missing
        )
    return parse_toml(file, read_bytes(file, max_bytes=MAX_BYTES))


def parse_toml(file: Path, raw: bytes) -> dict[str, Any]:
    """Return the table in the content of `file`, from wherever it was read. Raises: AuthorError."""
    try:
        text = raw.decode("utf-8-sig")  # a byte order mark: editors on Windows write one
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: line {line}, byte {error.start}: not UTF-8.",
                zh=f"{show_path(file)}：第 {line} 行，第 {error.start} 字节：不是 UTF-8。",
            ),
            remedy=Text(en="Save the file as UTF-8.", zh="请把文件另存为 UTF-8。"),
        ) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, text, error) from None
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as error:  # a number that Python does not read, such as one of 5,000 digits
        reason = str(error).partition(";")[0]  # what follows is advice to programmers
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: a value that cannot be read: {reason}.",
                zh=f"{show_path(file)}：有无法读取的值（{reason}）。",
            ),
            remedy=Text(en="No number needs more than 19 digits.", zh="其中的数字最多 19 位。"),
        ) from None
    if _is_deep(table):
        raise _too_deep(file)
    return table


def _is_deep(table: dict[str, Any]) -> bool:
    """Whether a table holds tables or lists in more than `MAX_LEVELS` levels: what reads it would recurse."""
    level: list[Any] = [table]
    for _ in range(MAX_LEVELS):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [value for values in inner for value in values]
        if not level:
            return False
    return True


def _too_deep(file: Path) -> AuthorError:
    return AuthorError(
        Text(en=f"{show_path(file)}: nested too deeply.", zh=f"{show_path(file)}：嵌套过深。"),
        remedy=Text(en="No key needs more than three levels.", zh="其中的键最多三层。"),
    )


def refuse(file: Path, problems: Iterable[Text]) -> None:
    """Raise AuthorError with all `problems` of `file`, a line each; return where there is none."""
    named = [Text(en=f"{show_path(file)}: {problem.en}", zh=f"{show_path(file)}：{problem.zh}") for problem in problems]
    if named:
        raise AuthorError(joined(named, separator="\n"))


def read_bytes(file: Path, *, max_bytes: int | None = None) -> bytes:
    """Return what `file` holds. Raises: AuthorError where it cannot be read, or holds more than `max_bytes`."""
    try:
        with file.open("rb") as stream:
            content = stream.read() if max_bytes is None else stream.read(max_bytes + 1)
    except OSError as error:
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: cannot be read ({error.strerror}).",
                zh=f"{show_path(file)}：无法读取（{error.strerror}）。",
            ),
            remedy=Text(en="Check its permissions.", zh="请检查权限。"),
        ) from None
    if max_bytes is not None and len(content) > max_bytes:
        kib = max_bytes // 1024
        raise AuthorError(
            Text(en=f"{show_path(file)}: larger than {kib} KiB.", zh=f"{show_path(file)}：超过 {kib} KiB。"),
            remedy=Text(en="It should be a page of text: move the rest elsewhere.", zh="请移走多余内容。"),
        )
    return content


def _syntax_error(file: Path, text: str, error: tomllib.TOMLDecodeError) -> AuthorError:
    # Python 3.14 has the position as attributes; before, it stands in the message only.
    found = _POSITION.search(str(error))
    lines = text.split("\n")
    at_end = found is None or found["line"] is None
    line = len(text.rstrip().split("\n")) if found is None or at_end else int(found["line"])
    column = len(lines[line - 1].rstrip()) + 1 if found is None or at_end else int(found["column"])
    reason, shown = _POSITION.sub("", str(error)), repr(lines[line - 1].strip()[:MAX_SHOWN_CHARACTERS])
    return AuthorError(
        Text(
            en=f"{show_path(file)}: line {line}, column {column}: {reason}.",
            zh=f"{show_path(file)}：第 {line} 行第 {column} 列：TOML 语法错误（{reason}）。",
        ),
        remedy=Text(
            en=f"The line is: {shown}. Text needs quotes, lists need brackets, keys need `=`.",
            zh=f"该行是：{shown}。文本要加引号，列表要加方括号，键后要有 `=`。",
        ),
    )
