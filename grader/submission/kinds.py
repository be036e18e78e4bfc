"""What a handed-in file is, told by its first bytes: a name proves nothing."""

from __future__ import annotations

import re
from enum import Enum

# What names of archives and of packed files end with, as a part of an expression; how one is read, its bytes say.
PACKED_SUFFIX = r"\.zip|\.tar(\.(gz|bz2|xz|zst))?|\.tgz|\.tbz2?|\.txz|\.gz|\.bz2|\.xz|\.zst"
NAMED_ARCHIVE = re.compile(rf"({PACKED_SUFFIX}|\.rar|\.7z)$", re.IGNORECASE)
HEAD_BYTES = 512  # as many as a tar header has


class Kind(Enum):
    """How a handed-in file is read."""

    SOURCE = "source"
    NOTEBOOK = "notebook"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    FOREIGN = "foreign"  # an archive of a kind that is not taken: RAR, 7z
    DOCUMENT = "document"  # of Word before 2007, PDF, RTF: what people write prose with


ARCHIVES = frozenset({Kind.ZIP, Kind.TAR, Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.ZSTD})
MAGIC = {
    Kind.ZIP: re.compile(rb"PK(\x03\x04|\x05\x06)"),
    Kind.GZIP: re.compile(rb"\x1f\x8b\x08"),
    Kind.BZIP2: re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    Kind.XZ: re.compile(rb"\xfd7zXZ\0"),
    Kind.ZSTD: re.compile(rb"\x28\xb5\x2f\xfd"),
    Kind.FOREIGN: re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c"),
    Kind.DOCUMENT: re.compile(rb"%PDF-|\xd0\xcf\x11\xe0|\{\\rtf"),
    Kind.NOTEBOOK: re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"(cells|metadata|nbformat|nbformat_minor|worksheets)"'),
    Kind.TAR: re.compile(rb".{257}ustar", re.DOTALL),
}


def kind_of(head: bytes, name: str) -> Kind:
    """Return the kind of a file by its first `HEAD_BYTES`; `name` decides only for a notebook or an old tar."""
    for kind, magic in MAGIC.items():
        if magic.match(head):
            return kind
    if name.lower().endswith(".ipynb"):
        return Kind.NOTEBOOK
    # Before POSIX a tar had no mark: a name, zeros, and numbers in octal digits.
    return Kind.TAR if name.lower().endswith(".tar") and b"\0" in head else Kind.SOURCE
