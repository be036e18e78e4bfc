"""The objects of a git repository: found loose or packed, checked against their names, and taken apart.

An object's name is the hash of what it holds, so whatever an index or a folder claims, what comes out is what the
commit named. `refs/replace`, `info/grafts` and `objects/info/alternates` would put other objects in their place: they
are not looked at.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from grader.errors import GraderError
from grader.records import Text
from grader.submission.git_files import MIB, GitFolder, NoSuchCommit, RepositoryError, damaged
from grader.submission.git_packs import MAX_OBJECT, RawObject, TooLarge, packs_of

MAX_PACKS = 100
MAX_LOOSE = 100_000  # in one of the 256 folders
MAX_PARSED = MIB  # of a commit or tag
MAX_TAGS = 10  # of tags, on the way to a commit
_ENTRY_WORK = 1024  # what one entry of a tree counts as
_LOOSE_HEADER = re.compile(rb"(commit|tree|blob|tag) (0|[1-9][0-9]{0,12})\0")
_MOMENT = re.compile(rb" (-?[0-9]{1,15}) ([+-])([0-9]{2})([0-9]{2})$")
_SHA256 = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256\"?\s*$", re.IGNORECASE | re.MULTILINE)
_MAX_CONFIG = MIB


@dataclass(frozen=True, slots=True)
class CommitObject:
    """One commit. `at` is what its committer's machine said the time was; None: nothing that can be a time."""

    id: str
    tree: str
    parents: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a folder."""

    mode: int
    name: str
    id: str


class Objects:
    """What a repository holds, by name."""

    def __init__(self, folder: GitFolder) -> None:
        self.folder = folder
        # The only thing that is asked of `config`, and as text: nothing that it sets has an effect.
        config = folder.read("config", most=_MAX_CONFIG) or b""
        self._hash = "sha256" if _SHA256.search(config) else "sha1"
        self.hash_bytes = 32 if self._hash == "sha256" else 20
        self._packs = packs_of(folder, self.hash_bytes, most=MAX_PACKS)

    def find(self, name: str) -> RawObject | None:
        """Return the object of that name, None where it is not here. Raises: SubmissionError, TooLarge."""
        raw = bytes.fromhex(name)
        found = next((one for pack in self._packs if (one := pack.find(raw)) is not None), None) or self._loose(name)
        if found is None:
            return None
        self.folder.work.spend(len(found.data))
        digest = hashlib.new(self._hash, b"%s %d\0" % (found.kind, len(found.data)), usedforsecurity=False)
        digest.update(found.data)
        if digest.digest() != raw:
            raise damaged(self.folder.shown, f"object {name[:12]} is not what its name says")
        return found

    def read(self, name: str, kind: bytes) -> bytes:
        """Return the bytes of an object that something here names. Raises: SubmissionError, RepositoryError."""
        found = self._found(name)
        if found.kind != kind:
            raise damaged(self.folder.shown, f"object {name[:12]} is a {found.kind.decode()}, not a {kind.decode()}")
        return found.data

    def commit(self, name: str) -> CommitObject:
        """Return a commit, also that of a tag. Raises: NoSuchCommit for what leads to none."""
        for _ in range(MAX_TAGS):
            found = self._found(name)
            if found.kind == b"commit":
                return self._parsed(name, found.data)
            if found.kind != b"tag":
                raise _no_commit(self.folder.shown, name, found.kind.decode())
            name = self._field(found.data, b"object", name)
        raise damaged(self.folder.shown, "a tag of a tag of a tag, without end")

    def entries(self, tree: str) -> Iterator[TreeEntry]:
        """Yield the entries of a folder."""
        data, at = self.read(tree, b"tree"), 0
        while at < len(data):
            self.folder.work.spend(_ENTRY_WORK)
            space, end = data.find(b" ", at, at + 8), data.find(b"\0", at)
            mode, after = data[at : max(space, at)], end + 1 + self.hash_bytes
            name = data[space + 1 : end]
            if space < 0 or end < space or after > len(data) or not re.fullmatch(rb"[0-7]{5,6}", mode):
                raise damaged(self.folder.shown, f"folder {tree[:12]} is not written as folders are")
            if not name or b"/" in name:
                raise damaged(self.folder.shown, f"folder {tree[:12]} has an entry of no name, or with a slash in it")
            yield TreeEntry(int(mode, 8), name.decode("utf-8", "surrogateescape"), data[end + 1 : after].hex())
            at = after

    def beginning(self, prefix: str, *, most: int) -> list[str]:
        """Return names of objects that begin with four digits or more, at most `most` of them."""
        loose = self.folder.names("objects", prefix[:2], most=MAX_LOOSE)
        found = {prefix[:2] + name for name in loose if name.startswith(prefix[2:]) and self._is_rest(name)}
        for pack in self._packs:
            for name in pack.beginning(prefix):
                found.add(name)
                if len(found) > most:
                    break
        return sorted(found)[:most]

    def _is_rest(self, name: str) -> bool:
        return re.fullmatch("[0-9a-f]+", name) is not None and len(name) == 2 * self.hash_bytes - 2

    def _found(self, name: str) -> RawObject:
        try:
            found = self.find(name)
        except TooLarge as error:
            raise damaged(self.folder.shown, f"object {name[:12]} has {error.size:,} bytes") from None
        if found is None:
            raise self._missing(name)
        return found

    def _loose(self, name: str) -> RawObject | None:
        size = self.folder.size("objects", name[:2], name[2:])
        if size > MAX_OBJECT:
            raise TooLarge(size)
        raw = self.folder.read("objects", name[:2], name[2:], most=MAX_OBJECT)
        if raw is None:
            return None
        stream = zlib.decompressobj()
        try:
            data = stream.decompress(raw, MAX_OBJECT + 64)
        except zlib.error as error:
            raise damaged(self.folder.shown, f"object {name[:12]}: {error}") from None
        self.folder.work.spend(len(data))
        header = _LOOSE_HEADER.match(data)
        if header is None:
            raise damaged(self.folder.shown, f"object {name[:12]} is not written as objects are")
        if int(header[2]) > MAX_OBJECT:
            raise TooLarge(int(header[2]))
        return RawObject(header[1], data[header.end() :])

    def _parsed(self, name: str, data: bytes) -> CommitObject:
        if len(data) > MAX_PARSED:
            raise damaged(self.folder.shown, f"commit {name[:12]} has {len(data):,} bytes")
        head = data.partition(b"\n\n")[0].split(b"\n")
        parents = tuple(self._name(line[7:], name) for line in head if line.startswith(b"parent "))
        committer = next((line for line in head if line.startswith(b"committer ")), b"")
        return CommitObject(name, self._field(data, b"tree", name), parents, _moment(committer))

    def _field(self, data: bytes, key: bytes, name: str) -> str:
        line = data.partition(b"\n")[0]
        if not line.startswith(key + b" "):
            raise damaged(self.folder.shown, f"object {name[:12]} does not say its {key.decode()}")
        return self._name(line[len(key) + 1 :], name)

    def _name(self, digits: bytes, where: str) -> str:
        if len(digits) != 2 * self.hash_bytes or not re.fullmatch(rb"[0-9a-f]+", digits):
            raise damaged(self.folder.shown, f"object {where[:12]} names what is no object")
        return digits.decode()

    def _missing(self, name: str) -> GraderError:
        """Return the error for an object that is named and not here: why depends on what kind of copy this is."""
        shown, short = self.folder.shown, name[:12]
        if self.folder.has("objects", "info", "alternates"):
            return _not_here(
                shown,
                short,
                Text(
                    en="The repository borrows from another one (objects/info/alternates), which is not followed.",
                    zh="该仓库借用了另一个仓库的对象（objects/info/alternates），不会跟随。",
                ),
                "git repack -a -d && rm .git/objects/info/alternates",
            )
        if any(name.endswith(".promisor") for name in self.folder.names("objects", "pack", most=20 * MAX_PACKS)):
            return _not_here(
                shown,
                short,
                Text(en="It is a partial clone, and nothing is fetched.", zh="这是部分克隆，不会联网获取。"),
                "git fetch --refetch --no-filter",
            )
        if self.folder.has("shallow"):
            return _not_here(
                shown,
                short,
                Text(en="It is a shallow clone.", zh="这是浅克隆。"),
                "git fetch --unshallow",
            )
        return damaged(shown, f"object {short} is missing")


def _moment(committer: bytes) -> datetime | None:
    """Return the moment at the end of a commit's line, with its offset."""
    match = _MOMENT.search(committer)
    if match is None:
        return None
    offset = timedelta(hours=int(match[3]), minutes=int(match[4]))
    sign = -1 if match[2] == b"-" else 1
    zone = timezone(sign * offset) if offset < timedelta(hours=24) else UTC
    try:
        moment = datetime.fromtimestamp(int(match[1]), UTC)
        return moment.astimezone(zone) if moment.year in range(1970, 9000) else None
    except (ValueError, OverflowError, OSError):
        return None


def _not_here(shown: str, short: str, why: Text, command: str) -> RepositoryError:
    return RepositoryError(
        Text(
            en=f"{shown}: object {short} is not in the repository. {why.en}",
            zh=f"{shown}：对象 {short} 不在仓库中。{why.zh}",
        ),
        remedy=Text(
            en=f"Make it whole: `{command}`, or clone it again with `git clone --no-local`.",
            zh=f"请补全：`{command}`，或用 `git clone --no-local` 重新克隆。",
        ),
    )


def _no_commit(shown: str, name: str, kind: str) -> NoSuchCommit:
    kinds = {"tree": Text(en="a folder", zh="文件夹"), "blob": Text(en="a file", zh="文件")}
    got = kinds.get(kind, Text(en=kind, zh=kind))
    return NoSuchCommit(
        Text(
            en=f"{shown}: {name[:12]}: expected a commit, got {got.en}.",
            zh=f"{shown}：{name[:12]}：应为提交，实为{got.zh}。",
        ),
        remedy=Text(en="Name a commit, a tag or a branch.", zh="请给出提交、标签或分支。"),
    )
