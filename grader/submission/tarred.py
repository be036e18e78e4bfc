"""Reads the asked-for members out of a tar, in one pass, without `TarFile`.

Theory of operation. A tar is a row of 512-byte headers, each followed by its member's bytes. `tarfile.TarFile` trusts
what it reads more than we may: it holds every member's record, reads an extended header of any claimed size at once,
and several of the Python versions that we run on can be sent into an endless loop by a negative size, or into
quadratic time by an extended header (CVE-2025-8194, CVE-2024-6232). So only `TarInfo.frombuf`, which reads one header
of fixed size, is used. Here the walk is written out: forward only, every size checked before it is used, and what is
not asked for is passed over without being kept.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from tarfile import BLOCKSIZE as BLOCK
from tarfile import TarInfo

from grader.records import Text
from grader.submission import refusals
from grader.submission.kinds import Kind
from grader.submission.limits import MIB, Limits
from grader.submission.names import Offer, Picker, WantedFile
from grader.submission.read import too_large
from grader.submission.unpack import unpacked

MAX_EXTENDED_BYTES = MIB  # of one extended header: macOS puts a file's attributes there
MAX_FIELD_DIGITS = 8
_REGULAR = (tarfile.REGTYPE, tarfile.AREGTYPE)
_EXTENDED = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
# Members without bytes, whatever their size says; unknown kinds have as many as it says.
_BODILESS = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)
_KINDS = {
    tarfile.SYMTYPE: Text(en="a symbolic link", zh="符号链接"),
    tarfile.LNKTYPE: Text(en="a hard link", zh="硬链接"),
    tarfile.CHRTYPE: Text(en="a device", zh="设备文件"),
    tarfile.BLKTYPE: Text(en="a device", zh="设备文件"),
    tarfile.FIFOTYPE: Text(en="a named pipe", zh="命名管道"),
    tarfile.GNUTYPE_SPARSE: Text(en="a sparse file", zh="稀疏文件"),
}
_OTHER = Text(en="no regular file", zh="非普通文件")
_SPARSE = "GNU.sparse"


def read_tar(raw: bytes, kind: Kind, picker: Picker, *, shown: str, limits: Limits) -> dict[WantedFile, bytes]:
    """Return the bytes of the members that `picker` asks for. `kind` says how the tar is compressed.

    Raises: SubmissionError for a damaged archive, one over the caps, and whatever `picker` refuses.
    """
    taken: dict[WantedFile, bytes] = {}
    stream = _Stream(unpacked(raw, kind, shown=shown), shown)
    for member in _members(stream, shown):
        asked = picker.take(_offer(member))
        size = _size(member)
        if asked is None:
            stream.skip(_padded(size))
            continue
        cap = limits.of(asked)
        if size > cap:
            raise too_large(size, f"{shown}: {refusals.shown_name(asked.name)}", cap)
        taken[asked] = stream.take(_padded(size))[:size]
    return taken


def offers_in_tar(pieces: Iterator[bytes], *, shown: str) -> Iterator[Offer]:
    """Yield what an unpacked tar says of its members, whose bytes are passed over. Raises: SubmissionError."""
    stream = _Stream(pieces, shown)
    for member in _members(stream, shown):
        yield _offer(member)
        stream.skip(_padded(_size(member)))


def _offer(member: TarInfo) -> Offer:
    return Offer(name=member.name, not_a_file=_not_a_file(member), target=member.linkname, folder=member.isdir())


def _size(member: TarInfo) -> int:
    """Return how many bytes follow a member's header."""
    return 0 if member.type in _BODILESS else member.size


def _not_a_file(member: TarInfo) -> Text | None:
    if member.type in _REGULAR and _SPARSE not in member.pax_headers:
        return None
    return _KINDS.get(member.type, _OTHER)


def _members(stream: _Stream, shown: str) -> Iterator[TarInfo]:
    """Yield every member, with its name as the extended headers before it say; the caller passes over its bytes."""
    extended: dict[str, str] = {}
    first = True
    while block := stream.take(BLOCK, may_end=True):
        try:
            member = TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.TarError as error:
            if not block.strip(b"\0") and not first:
                return
            raise refusals.damaged(shown, "it holds no tar archive" if first else str(error)) from None
        first = False
        if member.size < 0:
            raise refusals.damaged(shown, "a member of negative size")
        if member.type == tarfile.GNUTYPE_SPARSE:  # its header goes on in blocks that only some programs understand
            raise refusals.bad_member(shown, member.name, _KINDS[member.type])
        if member.type in _EXTENDED:
            extended.update(_extended(stream, member, shown))
            continue
        if member.type == tarfile.XGLTYPE:  # for the archive as a whole: a comment, as git writes it
            stream.skip(_padded(member.size))
            continue
        if extended.get("size", str(member.size)) != str(member.size):
            raise refusals.damaged(shown, "a member with two sizes")
        member.name = extended.get("path", member.name)
        member.linkname = extended.get("linkpath", member.linkname)
        member.pax_headers = {_SPARSE: ""} if any(key.startswith(_SPARSE) for key in extended) else {}
        extended = {}
        yield member


def _extended(stream: _Stream, member: TarInfo, shown: str) -> dict[str, str]:
    """Read what an extended header says of the next member: a name too long for a plain header, and the like."""
    if member.size > MAX_EXTENDED_BYTES:
        raise refusals.damaged(shown, f"an extended header of {member.size:,} bytes")
    body = stream.take(_padded(member.size))[: member.size]
    if member.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        return _fields(body, shown)
    key = "path" if member.type == tarfile.GNUTYPE_LONGNAME else "linkpath"
    return {key: body.rstrip(b"\0").decode("utf-8", "surrogateescape")}


def _fields(body: bytes, shown: str) -> dict[str, str]:
    """Read the fields of a pax header, each `length key=value\\n`, where the length is that of the whole field."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(body):
        space = body.find(b" ", at, at + MAX_FIELD_DIGITS + 1)
        digits = body[at:space] if space > at else b""
        end = at + int(digits) if digits.isdigit() else 0
        if not space < end <= len(body) or body[end - 1 : end] != b"\n":
            raise refusals.damaged(shown, "a bad extended header")
        key, _, value = body[space + 1 : end - 1].partition(b"=")
        fields[key.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
        at = end
    return fields


def _padded(size: int) -> int:
    return size + (-size % BLOCK)


class _Stream:
    """Takes exact numbers of bytes from pieces of any length."""

    def __init__(self, pieces: Iterator[bytes], shown: str) -> None:
        self._pieces = pieces
        self._shown = shown
        self._piece = b""
        self._at = 0

    def take(self, size: int, *, may_end: bool = False) -> bytes:
        """Return the next `size` bytes; with `may_end` none where nothing is left."""
        parts = list(self._parts(size))
        left = size - sum(map(len, parts))
        if left and not (may_end and left == size):
            raise refusals.damaged(self._shown, "it ends in the middle of a member")
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over `size` bytes without keeping them."""
        if sum(map(len, self._parts(size))) < size:
            raise refusals.damaged(self._shown, "it ends in the middle of a member")

    def _parts(self, size: int) -> Iterator[bytes]:
        while size:
            if self._at == len(self._piece):
                self._piece, self._at = next(self._pieces, b""), 0
                if not self._piece:
                    return
            part = self._piece[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            yield part
