"""Reads a source file that an author wrote: one decoding, one limit and one error, whichever half it belongs to."""

from __future__ import annotations

import io
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import show_path
from grader.exercise.toml_file import read_bytes
from grader.records import Text

MAX_DATA_BYTES = 16 * 1024 * 1024  # of a table or another file beside the tests
MAX_SOURCE_BYTES = 1024 * 1024  # of a stub, a reference, a file of tests, a statement


def read_source(file: Path) -> str:
    """Return the text of `file`. Raises: AuthorError where it cannot be read, is too large, or no UTF-8."""
    return decoded(file, read_bytes(file, max_bytes=MAX_SOURCE_BYTES))


def decoded(file: Path, content: bytes) -> str:
    """Return the text that `file` holds, without a byte order mark: editors on Windows write one.

    A line ends as Python sees it. Raises: AuthorError where it is no UTF-8.
    """
    try:
        return _as_text(content, errors="strict")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AuthorError(
            Text(
                en=f"{show_path(file)}:{line}: cannot be read: {error}.",
                zh=f"{show_path(file)}:{line}：无法读取：{error}。",
            ),
            remedy=Text(en="Save the file as UTF-8.", zh="请把文件另存为 UTF-8。"),
        ) from None


def decoded_anyhow(content: bytes) -> str:
    """Return the text that `content` is, with U+FFFD for what is no UTF-8: where anything may stand."""
    return _as_text(content, errors="replace")


def _as_text(content: bytes, *, errors: str) -> str:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors=errors).read()
