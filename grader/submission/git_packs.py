"""Reads one object out of a git pack: its index, its entries, and the deltas that entries may be.

Theory of operation. A pack is a row of entries, each deflated; an entry may be a delta, which makes its object out of
another entry's. The index beside it says where the entry of an object begins. Both are a stranger's: every number is
checked before it is used, no more is inflated than the entry claims and we allow, chains of deltas are followed in a
loop with an end, and all of it is counted as work.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.submission.git_files import MIB, GitFolder, OpenFile, damaged

MAX_OBJECT = 16 * MIB  # unpacked
MAX_HELD = 64 * MIB  # the deltas of one chain
MAX_CHAIN = 4096  # more than git itself makes
MAX_CACHED = 8 * MIB
_CACHED_ENTRY = 64 * 1024
_PIECE = 16 * 1024
_HEADER = 64  # bytes that an entry's header fits into
_STEP = 128  # bytes of work that one instruction of a delta, or one look into an index, counts as
_KINDS = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_BY_OFFSET, _BY_NAME = 6, 7
_INDEX_MARK = b"\xfftOc\0\0\0\2"
_TOO_LARGE = "has an object that is too large to be read, and others made of it"
_FANOUT = 8
_HASHES = _FANOUT + 256 * 4


@dataclass(frozen=True, slots=True)
class RawObject:
    """An object as it is stored."""

    kind: bytes
    data: bytes


class TooLarge(Exception):
    """An object is larger than any that is read; says how large it claims to be."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"an object of {size:,} bytes")


@dataclass
class Pack:
    """One pack with its index; `name` is that of both files without their endings."""

    folder: GitFolder
    name: str
    hash_bytes: int
    _index: OpenFile | None = None
    _pack: OpenFile | None = None
    _count: int = 0
    _cache: dict[int, RawObject] = field(default_factory=dict)
    _cached: int = 0

    def find(self, wanted: bytes) -> RawObject | None:
        """Return the object of that hash, None where this pack has not got it."""
        place = self._first(wanted)
        if place >= self._count or self._hash(place) != wanted:
            return None
        return self._resolve(self._offset(place))

    def beginning(self, prefix: str) -> Iterator[str]:
        """Yield the hashes, in hexadecimal digits, that begin with `prefix`."""
        digits = 2 * self.hash_bytes
        place = self._first(bytes.fromhex(prefix.ljust(digits, "0")))
        while place < self._count:
            found = self._hash(place).hex()
            if not found.startswith(prefix):
                return
            yield found
            place += 1

    def _file(self, ending: str) -> OpenFile:
        file = self.folder.open("objects", "pack", self.name + ending)
        if file is None:
            raise self._bad("is missing", ending)
        return file

    def _opened_index(self) -> OpenFile:
        if self._index is None:
            index = self._file(".idx")
            if index.at(0, len(_INDEX_MARK)) != _INDEX_MARK:
                raise self._bad("is no index of version 2; `git gc` writes one")
            self._count = self._number(index, _FANOUT + 255 * 4)
            if _HASHES + self._count * (self.hash_bytes + 8) > index.size:
                raise self._bad("ends too early")
            self._index = index
        return self._index

    def _number(self, file: OpenFile, offset: int) -> int:
        raw = file.at(offset, 4)
        if len(raw) < 4:
            raise self._bad("ends too early")
        return int.from_bytes(raw, "big")

    def _hash(self, place: int) -> bytes:
        self.folder.work.spend(_STEP)
        return self._opened_index().at(_HASHES + place * self.hash_bytes, self.hash_bytes)

    def _first(self, wanted: bytes) -> int:
        """Return the place of the first hash that is not smaller."""
        index = self._opened_index()
        low = self._number(index, _FANOUT + 4 * (wanted[0] - 1)) if wanted[0] else 0
        high = self._number(index, _FANOUT + 4 * wanted[0])
        if not low <= high <= self._count:
            raise self._bad("has a table out of order")
        while low < high:
            middle = (low + high) // 2
            if self._hash(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _offset(self, place: int) -> int:
        index = self._opened_index()
        table = _HASHES + self._count * (self.hash_bytes + 4)
        offset = self._number(index, table + 4 * place)
        if not offset & 0x80000000:
            return offset
        large = table + 4 * self._count + 8 * (offset & 0x7FFFFFFF)
        return int.from_bytes(index.at(large, 8), "big")

    def _resolve(self, offset: int) -> RawObject:
        """Return the object whose entry begins at `offset`, made of all that it is a delta of."""
        chain: list[tuple[int, bytes]] = []
        held = 0
        while (base := self._cache.get(offset)) is None:
            kind, data, under = self._entry(offset, is_first=not chain)
            if under is None:
                base = self._remember(offset, RawObject(kind, data))
                break
            chain.append((offset, data))
            held += len(data)
            if len(chain) > MAX_CHAIN or held > MAX_HELD:
                raise self._bad("has too long a chain of deltas", ".pack")
            offset = under
        for place, delta in reversed(chain):
            made = self._applied(delta, base.data, is_last=place == chain[0][0])
            base = self._remember(place, RawObject(base.kind, made))
        return base

    def _remember(self, offset: int, found: RawObject) -> RawObject:
        if len(found.data) <= _CACHED_ENTRY and self._cached + len(found.data) <= MAX_CACHED:
            self._cache[offset] = found
            self._cached += len(found.data) + _STEP
        return found

    def _entry(self, offset: int, *, is_first: bool) -> tuple[bytes, bytes, int | None]:
        """Return an entry's kind and its bytes; for a delta also where the entry that it changes begins.

        Raises: TooLarge only for the first of a chain, which is the object that was asked for.
        """
        if self._pack is None:
            self._pack = self._file(".pack")
        head = self._pack.at(offset, _HEADER)
        if offset < 12 or len(head) < 2:
            raise self._bad("has no entry where its index says", ".pack")
        kind, size, at = self._kind_and_size(head)
        under: int | None = None
        if kind == _BY_OFFSET:
            back, at = self._back(head, at)
            under = offset - back
            if not 12 <= under < offset:
                raise self._bad("has a delta of what is not before it", ".pack")
        elif kind == _BY_NAME:
            under = self._place_of(head[at : at + self.hash_bytes])
            at += self.hash_bytes
        elif kind not in _KINDS:
            raise self._bad("has an entry of an unknown kind", ".pack")
        if size > MAX_OBJECT:
            raise TooLarge(size) if is_first and under is None else self._bad(_TOO_LARGE, ".pack")
        return _KINDS.get(kind, b""), self._inflated(offset + at, size), under

    def _place_of(self, wanted: bytes) -> int:
        place = self._first(wanted) if len(wanted) == self.hash_bytes else self._count
        if place >= self._count or self._hash(place) != wanted:
            raise self._bad("has a delta of what it has not got", ".pack")
        return self._offset(place)

    def _kind_and_size(self, head: bytes) -> tuple[int, int, int]:
        kind, size, shift, at = head[0] >> 4 & 7, head[0] & 15, 4, 1
        more = head[0] & 0x80
        while more:
            if at >= len(head) or shift > 60:
                raise self._bad("has an entry of no size", ".pack")
            size |= (head[at] & 0x7F) << shift
            more, shift, at = head[at] & 0x80, shift + 7, at + 1
        return kind, size, at

    def _back(self, head: bytes, at: int) -> tuple[int, int]:
        """Return how far before this entry the one lies that it changes, and where the bytes go on."""
        back = -1
        for place in range(at, min(at + 10, len(head))):
            back = (back + 1) << 7 | head[place] & 0x7F
            if not head[place] & 0x80:
                return back, place + 1
        raise self._bad("has a delta of nowhere", ".pack")

    def _inflated(self, offset: int, size: int) -> bytes:
        assert self._pack is not None
        stream, parts, left = zlib.decompressobj(), [], size
        while not stream.eof:
            piece = stream.unconsumed_tail or self._pack.at(offset, _PIECE)
            if not stream.unconsumed_tail:
                offset += len(piece)
                self.folder.work.spend(len(piece))
            try:
                part = stream.decompress(piece, left + 1)
            except zlib.error as error:
                raise self._bad(str(error), ".pack") from None
            left -= len(part)
            self.folder.work.spend(len(part))
            parts.append(part)
            if left < 0 or (not piece and not stream.eof):
                raise self._bad("has an entry of another size than it says", ".pack")
        if left:
            raise self._bad("has an entry of another size than it says", ".pack")
        return b"".join(parts)

    def _applied(self, delta: bytes, base: bytes, *, is_last: bool) -> bytes:
        """Return what a delta makes of `base`."""
        was, at = self._length(delta, 0)
        size, at = self._length(delta, at)
        if size > MAX_OBJECT:
            raise TooLarge(size) if is_last else self._bad(_TOO_LARGE, ".pack")
        if was != len(base):
            raise self._bad("has a delta of another object", ".pack")
        made = bytearray()
        while at < len(delta):
            code = delta[at]
            at += 1
            if code & 0x80:
                start, length, at = _copied(delta, code, at)
                piece = base[start : start + length]
                is_whole = len(piece) == length
            else:
                piece = delta[at : at + code]
                is_whole, at = len(piece) == code > 0, at + code
            if not is_whole or len(made) + len(piece) > size:
                raise self._bad("has a broken delta", ".pack")
            made += piece
            self.folder.work.spend(len(piece) + _STEP)
        if len(made) != size:
            raise self._bad("has a broken delta", ".pack")
        return bytes(made)

    def _length(self, delta: bytes, at: int) -> tuple[int, int]:
        length = shift = 0
        while at < len(delta) and shift < 64:
            byte = delta[at]
            length |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not byte & 0x80:
                return length, at
        raise self._bad("has a broken delta", ".pack")

    def _bad(self, what: str, ending: str = ".idx") -> Exception:
        return damaged(self.folder.shown, f"{self.name}{ending} {what}")


def _copied(delta: bytes, code: int, at: int) -> tuple[int, int, int]:
    """Return start and length of what is copied out of the base, and where the delta goes on."""
    start = length = 0
    for bit in range(7):
        if code & 1 << bit:
            byte = delta[at] if at < len(delta) else 0
            at += 1
            if bit < 4:
                start |= byte << 8 * bit
            else:
                length |= byte << 8 * (bit - 4)
    return start, length or 0x10000, at


def packs_of(folder: GitFolder, hash_bytes: int, *, most: int) -> list[Pack]:
    """Return the packs of a repository."""
    names = folder.names("objects", "pack", most=20 * most)
    found = [name.removesuffix(".idx") for name in names if name.endswith(".idx")]
    if len(found) > most:
        raise damaged(folder.shown, f"it has {len(found):,} packs; `git gc` joins them")
    return [Pack(folder, name, hash_bytes) for name in found]
