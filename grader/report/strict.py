"""JSON from strangers, read so that every strict reader reads the same: what is ambiguous is refused.

Refused are a key that is given twice (one reader takes the first, another the last), numbers that JSON does not know
(NaN, Infinity) or that not every reader keeps (beyond a double or finer than one, whole numbers beyond 2^53), text
that is no Unicode, anything behind the document, and sizes that nobody's report has.

Sources: RFC 8259; RFC 7493 (I-JSON).
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.records import Text

MAX_BYTES = 64 * 1024 * 1024  # of one document; the largest that the tests make has 5 MiB
MAX_DEPTH = 64
_MAX_WHOLE = 2**53 - 1
_MAX_DIGITS = 40  # of a number with a point or an exponent; the shortest form of a double takes 24
# Texts, closed or not, and all else that nests nothing. Possessive: a hostile file is gone over once.
_SKIPPED = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[^"\[\]{}]++', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Malformed(UsageError):
    """The content of a file is not what it should be; a file that cannot be read at all is a plain UsageError."""


class _Refused(Exception):
    """Why a document is refused, in words."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en=en, zh=zh)


def read_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file. Raises: UsageError; Malformed where it is larger than `max_bytes`."""
    shown = show_path(path)
    try:
        # A pipe that nobody writes to is not waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _unreadable(shown, "not a regular file", "不是普通文件")
            content = stream.read(max_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise _unreadable(shown, reason, reason) from None
    if len(content) > max_bytes:
        most = f"{max_bytes // 1024} KiB"
        raise Malformed(
            Text(en=f"{shown}: larger than {most}.", zh=f"{shown}：超过 {most}。"),
            remedy=Text(en="It cannot be the right file.", zh="这不会是正确的文件。"),
        )
    return content


def parse_strictly(content: bytes, *, shown: str) -> Any:
    """Return the JSON values in `content`; a byte order mark is let pass. `shown` is its name, for messages.

    Raises: Malformed, with the place.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed(shown, f"no UTF-8 at byte {error.start}", f"第 {error.start} 字节处不是 UTF-8") from None
    if _depth(content) > MAX_DEPTH:
        raise _malformed(shown, f"nested deeper than {MAX_DEPTH} levels", f"嵌套超过 {MAX_DEPTH} 层")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except _Refused as refused:
        raise _malformed(shown, refused.text.en, refused.text.zh) from None
    except json.JSONDecodeError as error:
        en, zh = f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}", "不是 JSON"
        raise _malformed(shown, en, f"{zh}：第 {error.lineno} 行第 {error.colno} 列：{error.msg}") from None


def _depth(content: bytes) -> int:
    """Return how deep brackets nest, before any reader with a stack of its own sees them."""
    depth = deepest = 0
    for bracket in _SKIPPED.sub(b"", content):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            name = ascii(key[:80])
            raise _Refused(f"the key {name} is given twice", f"键 {name} 出现了两次")
        if any(_SURROGATE.search(text) for text in (key, *_texts(value))):
            name = ascii(key[:80])
            raise _Refused(f"the text of {name} holds half a character", f"{name} 的文本中有不完整的字符")
        found[key] = value
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value; those of objects in it were looked at when they were read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _no_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is no number of JSON", f"{name} 不是 JSON 的数")


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise _Refused(f"the number {written[:40]} is too large", f"数 {written[:40]} 过大")
    if len(written) > _MAX_DIGITS or Decimal(written) != Decimal(repr(value)):
        raise _Refused(
            f"the number {written[:40]} is more than a double holds: other readers read another one",
            f"数 {written[:40]} 超出双精度所能表示：不同的读取程序会读出不同的值",
        )
    return value


def _whole(written: str) -> int:
    if len(written) > 17 or abs(int(written)) > _MAX_WHOLE:
        raise _Refused(f"the number {written[:40]} is beyond 2^53", f"数 {written[:40]} 超出 2^53")
    return int(written)


_REMEDY = Text(
    en="Give a report that dlgrade wrote: `--format json`, or a file of `dlgrade grade --output`.",
    zh="请给出 dlgrade 写出的报告：`--format json` 的结果，或 `dlgrade grade --output` 文件夹中的文件。",
)


def _unreadable(shown: str, en: str, zh: str) -> UsageError:
    return UsageError(
        Text(en=f"{shown}: cannot be read: {en}.", zh=f"{shown}：无法读取：{zh}。"),
        remedy=Text(en="Name a file that is there and may be read.", zh="请给出存在且可读的文件。"),
    )


def _malformed(shown: str, en: str, zh: str) -> Malformed:
    return Malformed(Text(en=f"{shown}: {en}.", zh=f"{shown}：{zh}。"), remedy=_REMEDY)
