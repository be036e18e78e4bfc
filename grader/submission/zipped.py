"""Reads the asked-for members out of a zip.

Theory of operation. `zipfile` reads the directory at the end of the archive, and undoes one member at a time in small
steps, so a bomb costs nothing unless it is asked for, and then no more than the cap. What is done here before it: the
directory's entries are counted without making a record of each, names are looked at as they are stored (`zipfile`
cuts them at a NUL), and members that share bytes are refused, as their small archive can unpack to any size.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

from grader.errors import SubmissionError
from grader.records import Text
from grader.submission import refusals
from grader.submission.limits import Limits
from grader.submission.names import MAX_MEMBERS, Offer, Picker, WantedFile
from grader.submission.read import kind_text, too_large
from grader.submission.unpack import too_much, unpacked_cap

_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # the member, strongly, the directory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that zipfile is known to raise for bytes that are no zip, or another kind of zip.
ZIP_ERRORS = (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, OSError, OverflowError, struct.error, zlib.error)


def read_zip(raw: bytes, picker: Picker, *, shown: str, limits: Limits) -> dict[WantedFile, bytes]:
    """Return the bytes of the members that `picker` asks for.

    Raises: SubmissionError for a damaged archive, one over the caps, and whatever `picker` refuses.
    """
    archive = _opened(raw, shown)
    members = archive.infolist()
    wanted = {asked: member for member in members if (asked := picker.take(_offer(member))) is not None}
    _refuse_overlaps(members, archive.start_dir, shown)
    taken: dict[WantedFile, bytes] = {}
    room = unpacked_cap(len(raw))
    for asked, member in wanted.items():
        taken[asked] = _read(archive, asked, member, shown, limits.of(asked))
        room -= len(taken[asked])
        if room < 0:
            raise too_much(shown, len(raw))
    return taken


def offers_in_zip(raw: bytes, *, shown: str) -> list[Offer]:
    """Return what a zip says of its members, none of which is read. Raises: SubmissionError, as `read_zip`."""
    archive = _opened(raw, shown)
    members = archive.infolist()
    _refuse_overlaps(members, archive.start_dir, shown)
    return [_offer(member) for member in members]


def _opened(raw: bytes, shown: str) -> zipfile.ZipFile:
    if raw.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:  # at least as many as zipfile would make records of
        raise refusals.over(shown, Text(en=f"more than {MAX_MEMBERS:,} entries", zh=f"超过 {MAX_MEMBERS:,} 个条目"))
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except ZIP_ERRORS as error:
        raise refusals.damaged(shown, str(error)) from None


def _offer(member: zipfile.ZipInfo) -> Offer:
    mode = stat.S_IFMT(member.external_attr >> 16)  # of a Unix file; 0: the packing program says nothing of it
    name = member.orig_filename
    kind = kind_text(mode) if mode and not stat.S_ISREG(mode) else None
    return Offer(name=name, not_a_file=kind, folder=name.endswith("/"))


def _refuse_overlaps(members: list[zipfile.ZipInfo], end: int, shown: str) -> None:
    before: zipfile.ZipInfo | None = None
    for member in sorted(members, key=lambda one: one.header_offset):
        if before is not None and _least_end(before) > member.header_offset:
            raise _overlapping(shown, before, member)
        before = member
    if before is not None and _least_end(before) > end:
        raise refusals.damaged(shown, "a member reaches into the directory")


def _least_end(member: zipfile.ZipInfo) -> int:
    """Return where a member ends at the earliest: its header may be longer than the directory tells."""
    return member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size


def _overlapping(shown: str, first: zipfile.ZipInfo, second: zipfile.ZipInfo) -> SubmissionError:
    one, other = refusals.shown_name(first.orig_filename), refusals.shown_name(second.orig_filename)
    return SubmissionError(
        Text(
            en=f"{shown}: {one} and {other} share bytes of the archive.",
            zh=f"{shown}：{one} 和 {other} 共用压缩包中的字节。",
        ),
        remedy=refusals.PACK_AGAIN,
    )


def _read(archive: zipfile.ZipFile, asked: WantedFile, member: zipfile.ZipInfo, shown: str, cap: int) -> bytes:
    place = f"{shown}: {refusals.shown_name(asked.name)}"
    if member.flag_bits & _ENCRYPTED:
        raise SubmissionError(
            Text(en=f"{place}: it is encrypted.", zh=f"{place}：已加密。"),
            remedy=Text(en="Pack it again without a password.", zh="请不要设置密码，重新打包。"),
        )
    if member.compress_type not in _METHODS:
        raise SubmissionError(
            Text(
                en=f"{place}: packed by method {member.compress_type}; taken are “store” and “deflate”.",
                zh=f"{place}：压缩方法为 {member.compress_type}；只接受 store 和 deflate。",
            ),
            remedy=refusals.PACK_AGAIN,
        )
    try:
        with archive.open(member) as stream:
            data = stream.read(cap + 1)
    except ZIP_ERRORS as error:
        raise refusals.damaged(place, str(error)) from None
    if len(data) > cap:
        raise too_large(max(member.file_size, len(data)), place, cap)
    return data
