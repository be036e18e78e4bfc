"""Repositories for tests, made by git itself, away from its user's own settings, and by hand where git refuses."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C",
    "HOME": os.devnull,
}


@dataclass(frozen=True)
class Git:
    """A repository at `path`."""

    path: Path

    def __call__(self, *words: str, at: str = "2026-09-20T12:00:00+02:00", stdin: bytes = b"") -> str:
        """Run git in it, and return what it prints, stripped. Raises: CalledProcessError."""
        environment = {**ENVIRONMENT, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        done = subprocess.run(
            ["git", *words], cwd=self.path, env=environment, input=stdin, check=True, capture_output=True
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, files: dict[str, str], *, at: str = "2026-09-20T12:00:00+02:00") -> str:
        """Write files, commit all, and return the commit."""
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text, encoding="utf-8")
        self("add", "-A", at=at)
        self("commit", "-q", "--allow-empty", "-m", "work", at=at)
        return self("rev-parse", "HEAD")

    def loose(self, kind: str, data: bytes) -> str:
        """Write an object by hand, whatever is in it, and return its name."""
        raw = f"{kind} {len(data)}\0".encode() + data
        name = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
        file = self.path / ".git" / "objects" / name[:2] / name[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(raw))
        return name

    def tree(self, entries: Sequence[tuple[str, str, str]]) -> str:
        """Write a folder by hand, of (mode, name, object), in the order given."""
        parts = (f"{mode} {name}".encode() + b"\0" + bytes.fromhex(found) for mode, name, found in entries)
        return self.loose("tree", b"".join(parts))

    def head(self, tree: str, *, committer: str = "C <c> 1790000000 +0200", parents: Sequence[str] = ()) -> str:
        """Write a commit of a folder by hand, make it what HEAD is, and return its name."""
        lines = [f"tree {tree}", *(f"parent {one}" for one in parents), f"author {committer}", f"committer {committer}"]
        name = self.loose("commit", ("\n".join(lines) + "\n\nwork\n").encode())
        (self.path / ".git" / "HEAD").write_text(f"{name}\n")
        return name


def new_git(path: Path, *words: str) -> Git:
    """Return a new repository, with branch `main`."""
    path.mkdir(parents=True, exist_ok=True)
    git = Git(path)
    git("init", "-q", "-b", "main", *words)
    return git


def pack_of(objects: Sequence[bytes]) -> bytes:
    """Return a pack of entries that are written already, each with its header."""
    raw = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big") + b"".join(objects)
    return raw + hashlib.sha1(raw, usedforsecurity=False).digest()


def entry_of(kind: int, data: bytes, *, base: bytes = b"", size: int | None = None) -> bytes:
    """Return one entry of a pack; `base` is what stands between its header and its bytes, `size` what it claims."""
    left = len(data) if size is None else size
    first, left = (kind << 4) | (left & 15), left >> 4
    header = bytearray([first])
    while left:
        header[-1] |= 0x80
        header.append(left & 0x7F)
        left >>= 7
    return bytes(header) + base + zlib.compress(data, 9)


def index_of(pack: bytes, places: dict[str, int]) -> bytes:
    """Return the index of a pack, of objects by their names."""
    names = sorted(places)
    firsts = [int(name[:2], 16) for name in names]
    table = b"".join(sum(first <= byte for first in firsts).to_bytes(4, "big") for byte in range(256))
    hashes, sums = b"".join(map(bytes.fromhex, names)), bytes(4 * len(names))
    offsets = b"".join(places[name].to_bytes(4, "big") for name in names)
    raw = b"\xfftOc\0\0\0\2" + table + hashes + sums + offsets + pack[-20:]
    return raw + hashlib.sha1(raw, usedforsecurity=False).digest()
