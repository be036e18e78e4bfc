"""Records of a batch as JSON, and read back by their types.

All is plain ASCII: a file's name may hold bytes that are no text, which Python keeps as lone surrogates.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Record = TypeVar("Record")


class Unreadable(ValueError):
    """What should be a record is none: damaged, or written by another release."""


def to_line(record: object) -> bytes:
    """Return a record as one line of JSON, its newline with it."""
    return (json.dumps(_values(record), separators=(",", ":"), allow_nan=False) + "\n").encode("ascii")


def to_text(record: object) -> bytes:
    """Return a record as JSON for people."""
    return (json.dumps(_values(record), indent=2, allow_nan=False) + "\n").encode("ascii")


def from_json(content: bytes, kind: type[Record]) -> Record:
    """Return the record that `to_line` or `to_text` made this of. Raises: Unreadable."""
    import msgspec

    try:
        return msgspec.convert(json.loads(content), kind)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise Unreadable(str(error)) from None


def _values(record: object) -> Any:
    import msgspec

    to_builtins: Callable[[object], Any] = msgspec.to_builtins
    return to_builtins(record)
