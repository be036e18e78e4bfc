"""The files of a git repository, which its owner may have made by hand: opened without following anything, and capped.

Theory of operation. A repository is a folder of files, and git itself trusts them: `config` names programs, a `.git`
file, `commondir`, `objects/info/alternates` and symbolic links name other places. Here only files are read, by this
process. The repository's folder is held open, and everything in it is opened from there, one part of the path after the
other, no part a link. What names another place is not looked at. Files are read by `pread`, never mapped: a file that
is cut short meanwhile is an error, not a signal.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderFault, SubmissionError, Undecided
from grader.exercise.paths import show_path
from grader.plaintext import printable
from grader.records import Text
from grader.submission.read import unreadable

MIB = 1024 * 1024
MAX_WORK = 512 * MIB  # bytes that one reading of a repository may unpack, look through or copy
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"):
    _FILE |= getattr(os, _name, 0)
    _FOLDER |= getattr(os, _name, 0)
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL)


class RepositoryError(Undecided):
    """A repository lacks what was asked of it, or is of a kind that is not read: whoever asked has to say what counts.

    Where nobody asked for a commit, the caller knows that it is the student's.
    """


class NoSuchCommit(RepositoryError):
    """The commit that a person asked for is not in the repository."""


class Work:
    """Counts what a reading costs, so that a small repository cannot be made to cost much."""

    def __init__(self, shown: str, *, most: int = MAX_WORK) -> None:
        self._shown = shown
        self._left = most

    def spend(self, size: int) -> None:
        """Count `size` bytes. Raises: SubmissionError once there were too many."""
        self._left -= size
        if self._left < 0:
            raise SubmissionError(
                Text(
                    en=f"{self._shown}: reading this repository takes too much work.",
                    zh=f"{self._shown}：读取该仓库的工作量过大。",
                ),
                remedy=Text(
                    en="Make a fresh clone of it with `git clone --no-local`, or hand in the files themselves.",
                    zh="请用 `git clone --no-local` 重新克隆，或直接提交文件。",
                ),
            )


@dataclass(frozen=True, slots=True)
class OpenFile:
    """One file of the repository, open for reading at any place."""

    fd: int
    size: int

    def at(self, offset: int, size: int) -> bytes:
        """Return the bytes at `offset`: fewer where the file ends."""
        return os.pread(self.fd, size, offset) if 0 <= offset < self.size else b""


class GitFolder:
    """A repository's own folder, `.git` or a bare one, held open. `shown` is how messages name the repository."""

    def __init__(self, fd: int, shown: str) -> None:
        self.shown = shown
        self.work = Work(shown)
        self._fd = fd
        self._owner = os.fstat(fd).st_uid
        self._open: list[int] = []

    def read(self, *parts: str, most: int) -> bytes | None:
        """Return the bytes of a file, None where there is none. Raises: SubmissionError for more than `most`."""
        file = self.open(*parts)
        if file is None:
            return None
        try:
            if file.size > most:
                raise damaged(self.shown, f"{'/'.join(parts)} has {file.size:,} bytes")
            self.work.spend(file.size)
            return file.at(0, file.size)
        finally:
            self._close(file.fd)

    def open(self, *parts: str) -> OpenFile | None:
        """Return a file, open until the repository is left; None where there is none."""
        with self._inside(parts[:-1]) as folder:
            fd = None if folder is None else self._opened(parts, _FILE, folder)
        if fd is None:
            return None
        self._open.append(fd)
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise damaged(self.shown, f"{'/'.join(parts)} is not a regular file")
        if status.st_nlink > 1 and status.st_uid != self._owner:
            raise damaged(self.shown, f"{'/'.join(parts)} is a hard link to a file of another user")
        return OpenFile(fd, status.st_size)

    def names(self, *parts: str, most: int) -> list[str]:
        """Return the sorted names in a folder, none where there is none. Raises: SubmissionError for too many."""
        with self._inside(parts) as folder:
            if folder is None:
                return []
            with os.scandir(folder) as entries:
                found = [entry.name for entry in itertools.islice(entries, most + 1)]
        if len(found) > most:
            raise damaged(self.shown, f"{'/'.join(parts)} has more than {most:,} entries; `git gc` packs them")
        return sorted(found)

    def has(self, *parts: str) -> bool:
        """Return whether there is anything of that name, whatever it is."""
        return self._status(parts) is not None

    def is_folder(self, *parts: str) -> bool:
        """Return whether there is a folder of that name, not a link to one."""
        status = self._status(parts)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def size(self, *parts: str) -> int:
        """Return how many bytes a file has, 0 where there is none."""
        status = self._status(parts)
        return 0 if status is None else status.st_size

    def close(self) -> None:
        """Close every file."""
        while self._open:
            os.close(self._open.pop())
        os.close(self._fd)

    def _close(self, fd: int) -> None:
        self._open.remove(fd)
        os.close(fd)

    def _status(self, parts: tuple[str, ...]) -> os.stat_result | None:
        with self._inside(parts[:-1]) as folder:
            return None if folder is None else _status(parts[-1], folder)

    @contextmanager
    def _inside(self, parts: tuple[str, ...]) -> Iterator[int | None]:
        """Hold the folder at `parts` open; None: there is none."""
        fd: int | None = os.dup(self._fd)
        try:
            for place in range(len(parts)):
                assert fd is not None
                inner = self._opened(parts[: place + 1], _FOLDER, fd)
                os.close(fd)
                fd = inner
                if fd is None:
                    break
            yield fd
        finally:
            if fd is not None:
                os.close(fd)

    def _opened(self, parts: tuple[str, ...], flags: int, folder: int) -> int | None:
        try:
            return os.open(parts[-1], flags, dir_fd=folder)
        except ValueError:  # a NUL in the name
            return None
        except OSError as error:
            if _is_link(parts[-1], folder):
                raise damaged(self.shown, f"{'/'.join(parts)} is a symbolic link") from None
            if error.errno in _ABSENT:
                return None
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
                raise GraderFault(Text(en=f"{self.shown}: {error}.", zh=f"{self.shown}：{error}。")) from None
            raise unreadable(error, f"{self.shown}/{'/'.join(parts)}") from None


@contextmanager
def opened(path: Path, *, shown: str = "") -> Iterator[GitFolder]:
    """Hold the repository at `path` open: a working clone with its `.git`, or a bare one.

    `shown` is how messages name it, else by its path.
    Raises: RepositoryError where there is none; SubmissionError for one that may not be read.
    """
    shown = shown or show_path(path)
    if os.open not in os.supports_dir_fd:
        raise GraderFault(
            Text(
                en=f"{shown}: commits cannot be read safely on this system.",
                zh=f"{shown}：在该系统上无法安全地读取提交。",
            )
        )
    try:
        top = os.open(path, _FOLDER)
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise unreadable(error, shown) from None
        raise _no_repository(shown) from None
    try:
        inner = _git_folder(top, shown)
    finally:
        os.close(top)
    folder = GitFolder(inner, shown)
    try:
        yield folder
    finally:
        folder.close()


def is_repository(path: Path) -> bool:
    """Return whether `path` is a git repository with all that belongs to it: a working clone, or a bare one."""
    try:
        with opened(path):
            return True
    except (SubmissionError, GraderFault):
        return False


def damaged(shown: str, detail: str) -> SubmissionError:
    """Return the error for a repository that no git program writes."""
    reason = printable(detail, limit=200)
    return SubmissionError(
        Text(
            en=f"{shown}: the git repository is damaged: {reason}.",
            zh=f"{shown}：git 仓库已损坏：{reason}。",
        ),
        remedy=Text(
            en="Make a fresh clone of it, or hand in the files themselves.",
            zh="请重新克隆，或直接提交文件。",
        ),
    )


def _git_folder(top: int, shown: str) -> int:
    """Open `.git` in the folder `top`, or `top` itself where that is a bare repository."""
    try:
        fd = os.open(".git", _FOLDER, dir_fd=top)
    except FileNotFoundError:
        fd = os.dup(top)
    except OSError as error:
        if _is_link(".git", top) or error.errno == errno.ENOTDIR:
            raise _elsewhere(shown, ".git") from None
        raise unreadable(error, f"{shown}/.git") from None
    try:
        if not all(_is_there(name, fd) for name in ("HEAD", "objects", "refs")):
            raise _no_repository(shown)
        if _is_there("commondir", fd):
            raise _elsewhere(shown, "commondir")
    except RepositoryError:
        os.close(fd)
        raise
    return fd


def _status(name: str, folder: int) -> os.stat_result | None:
    """Return what an entry itself is, None where there is none or it may not be looked at."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except (OSError, ValueError):
        return None


def _is_there(name: str, folder: int) -> bool:
    return _status(name, folder) is not None


def _is_link(name: str, folder: int) -> bool:
    status = _status(name, folder)
    return status is not None and stat.S_ISLNK(status.st_mode)


def _no_repository(shown: str) -> RepositoryError:
    return RepositoryError(
        Text(
            en=f"{shown}: no git repository, and a commit of it is asked for.",
            zh=f"{shown}：不是 git 仓库，而要求的是其中的某个提交。",
        ),
        remedy=Text(
            en="Clone the student's repository there (it needs its .git folder), or ask for no commit.",
            zh="请把学生的仓库克隆到那里（需要 .git 文件夹），或不要指定提交。",
        ),
    )


def _elsewhere(shown: str, name: str) -> RepositoryError:
    return RepositoryError(
        Text(
            en=f"{shown}: {name} says that the repository lies elsewhere, and that is not followed.",
            zh=f"{shown}：{name} 指明仓库在别处，不会跟随。",
        ),
        remedy=Text(
            en="It is a submodule or a linked worktree, or made by hand: use a clone of its own (`git clone`).",
            zh="这是子模块、关联的工作树或手工制作的仓库：请使用独立的克隆（`git clone`）。",
        ),
    )
