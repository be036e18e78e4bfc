"""A file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Put `content` where `target` is, whole or not at all: who reads it sees the old file or the new one.

    Nobody can have laid a link in its way: it is written under a name drawn by chance, made anew or not at all.
    Raises: OSError.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong before is what is told
            temporary.unlink(missing_ok=True)
        raise
