"""Undoes gzip, bzip2, xz and zstd a little at a time, so that a bomb costs no more than the cap, in time and memory.

No size in a header is believed: what comes out is counted while it comes out, against a cap that also depends on how
much went in, and the decompressor is asked for at most 64 KiB at a time.
"""

from __future__ import annotations

import bz2
import importlib
import lzma
import platform
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from grader.errors import SubmissionError
from grader.records import Text
from grader.submission import refusals
from grader.submission.kinds import Kind
from grader.submission.limits import MIB

MAX_UNPACKED_BYTES = 16 * MIB  # bzip2 takes half a second for that
MAX_RATIO = 200  # of bytes out to bytes in; source code reaches 10
FREE_BYTES = 4 * MIB  # which any archive may unpack to: a tar of small files is mostly zeros
MAX_STREAMS = 1_000  # one after the other in one file, as parallel compressors write them
MAX_XZ_MEMORY = 96 * MIB  # what `xz -9` needs
MAX_ZSTD_WINDOW_LOG = 23  # 8 MiB, as of every level but --ultra
_STEP = 64 * 1024
_PADDING = re.compile(rb"\0+")


class Decompressor(Protocol):
    """What bz2, lzma and zstd offer."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        # A full buffer may hide more to come, although all input is consumed.
        self.needs_input = not self._zlib.unconsumed_tail and len(out) < max_length
        return out


def unpacked(raw: bytes, kind: Kind, *, shown: str) -> Iterator[bytes]:
    """Yield what a compressed file holds, in pieces. Raises SubmissionError over the caps, and when it is damaged."""
    if kind is Kind.TAR:
        yield from (raw[at : at + _STEP] for at in range(0, len(raw), _STEP))
        return
    room = unpacked_cap(len(raw))
    for piece in _pieces(raw, _decompressor(kind, shown), shown=shown):
        room -= len(piece)
        if room < 0:
            raise too_much(shown, len(raw))
        yield piece


def unpacked_cap(packed_bytes: int) -> int:
    """Return how much an archive of this size may unpack to."""
    return min(MAX_UNPACKED_BYTES, FREE_BYTES + MAX_RATIO * packed_bytes)


def too_much(shown: str, packed_bytes: int) -> SubmissionError:
    """Return the error for an archive that unpacks to more than `unpacked_cap`."""
    mib = unpacked_cap(packed_bytes) // MIB
    return refusals.over(
        shown, Text(en=f"it unpacks to more than {mib} MiB, which is too much", zh=f"解压后超过 {mib} MiB，过大")
    )


def _pieces(raw: bytes, make: Callable[[], Decompressor], *, shown: str) -> Iterator[bytes]:
    """Yield what each of the streams in `raw`, one after the other, unpacks to."""
    errors: tuple[type[Exception], ...] = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, *_zstd_errors())
    source = _Source(raw)
    for _ in range(MAX_STREAMS):
        stream = make()
        while not stream.eof:
            data = source.read() if stream.needs_input else b""
            if stream.needs_input and not data:
                raise refusals.damaged(shown, "it ends too early")
            try:
                piece = stream.decompress(data, _STEP)
            except errors as error:
                raise refusals.damaged(shown, str(error)) from None
            if piece:
                yield piece
        source.give_back(stream.unused_data)
        if not source.begins_anew():
            return  # what follows is padding
    raise refusals.over(shown, Text(en=f"more than {MAX_STREAMS:,} streams", zh=f"超过 {MAX_STREAMS:,} 个压缩流"))


class _Source:
    """Hands out `raw` in steps, so that what a stream leaves over, which is copied, is never long."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def read(self) -> bytes:
        piece = self._raw[self._at : self._at + _STEP]
        self._at += len(piece)
        return piece

    def give_back(self, unused: bytes) -> None:
        self._at -= len(unused)

    def begins_anew(self) -> bool:
        """Whether another stream of the same kind follows, behind the zeros that may pad a stream."""
        padding = _PADDING.match(self._raw, self._at)
        self._at = padding.end() if padding else self._at
        return self._raw.startswith(self._raw[:3], self._at)


def _decompressor(kind: Kind, shown: str) -> Callable[[], Decompressor]:
    match kind:
        case Kind.GZIP:
            return _Gzip
        case Kind.BZIP2:
            return bz2.BZ2Decompressor
        case Kind.XZ:
            return lambda: lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY)
    zstd = _zstd()
    if zstd is None:
        raise SubmissionError(
            Text(
                en=f"{shown}: a zstd archive, which this Python ({platform.python_version()}) cannot unpack.",
                zh=f"{shown}：zstd 压缩包，当前 Python（{platform.python_version()}）无法解压。",
            ),
            remedy=Text(en="Pack it with zip, or with tar and gzip.", zh="请用 zip，或用 tar 和 gzip 打包。"),
        )
    options = {zstd.DecompressionParameter.window_log_max: MAX_ZSTD_WINDOW_LOG}
    return lambda: zstd.ZstdDecompressor(options=options)


def _zstd() -> Any:
    """Return the standard library's zstd, which came with Python 3.14; None before, or where it was left out."""
    try:
        return importlib.import_module("compression.zstd")
    except ImportError:
        return None


def _zstd_errors() -> tuple[type[Exception], ...]:
    zstd = _zstd()
    return () if zstd is None else (zstd.ZstdError,)
