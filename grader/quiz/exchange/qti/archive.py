"""The files of a package from a stranger: looked up by name, bounded, and never unpacked to a disk."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from urllib.parse import unquote

from grader.quiz.exchange.qti.parsing import LeftOut
from grader.records import Text

MAX_BYTES = 2 * 1024 * 1024  # of one file
MAX_MEMBERS = 5_000
MAX_TOTAL = 50 * 1024 * 1024  # unpacked
_DIRECTORY_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_ERRORS = (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, OSError, OverflowError, struct.error, zlib.error,
           NotImplementedError)  # fmt: skip


class Archive:
    """The files of a zip, read when they are asked for."""

    def __init__(self, content: bytes) -> None:
        """Open a zip. Raises: LeftOut."""
        if content.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
            raise LeftOut(Text(en=f"more than {MAX_MEMBERS:,} files", zh=f"文件超过 {MAX_MEMBERS:,} 个"))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _ERRORS as error:
            raise _damaged(error) from None
        self._members = {member.filename: member for member in self._zip.infolist() if not member.is_dir()}
        self._room = MAX_TOTAL

    @property
    def names(self) -> tuple[str, ...]:
        """What the files are called."""
        return tuple(self._members)

    def find(self, base: str, href: str) -> str | None:
        """Return the name of the file that `href` leads to from `base`; None where it leads to none in the zip."""
        path = unquote(href.split("#")[0].split("?")[0])
        if not path or path.startswith("/") or "\\" in path or ":" in path:
            return None
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        return name if name in self._members else None

    def read(self, name: str) -> bytes:
        """Return a file. Raises: LeftOut."""
        member = self._members[name]
        if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
            raise LeftOut(
                Text(en="a file that is encrypted, or packed in an unusual way", zh="文件已加密，或打包方式不常见")
            )
        try:
            with self._zip.open(member) as stream:
                content = stream.read(MAX_BYTES + 1)
        except _ERRORS as error:
            raise _damaged(error) from None
        self._room -= len(content)
        if len(content) > MAX_BYTES or self._room < 0:
            raise LeftOut(Text(en="it unpacks to too much", zh="解压后过大"))
        return content


def _damaged(error: Exception) -> LeftOut:
    reason = " ".join(str(error).split())[:200]
    return LeftOut(Text(en=f"no zip, or a damaged one: {reason}", zh=f"不是 zip，或已损坏：{reason}"))
