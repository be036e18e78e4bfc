"""One exam at a time on each GPU: a lock that the controller holds while an exam is on it.

Theory of operation. Two exams on one GPU would fill its memory together, and spoil each other's times. So the
controller holds an flock on a file that is named after the GPU, in a folder that belongs to its account alone. The
system lets go of the lock when its holder dies, however that is, so no stale file keeps anybody waiting. Other accounts
have locks of their own: a GPU that several people share needs a queue of the machine's.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import GraderFault
from grader.records import Text


@contextlib.contextmanager
def gpu_slot(uuid: str, *, waits: Callable[[], None]) -> Iterator[None]:
    """Have a GPU to oneself inside the block; `waits` is called, once, where it is taken. Raises GraderFault."""
    import fcntl  # Windows has none

    descriptor = _open(f"gpu-{uuid}.lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(name: str) -> int:
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"{folder} is not a folder of this account alone")
        return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise GraderFault(
            Text(
                en=f"The lock that keeps exams apart on a GPU cannot be had: {error}.",
                zh=f"无法取得用于隔开 GPU 上各考试的锁：{error}。",
            ),
            remedy=Text(
                en="Set XDG_RUNTIME_DIR to a folder of your own, or remove what stands in its place.",
                zh="请将 XDG_RUNTIME_DIR 设为自己的文件夹，或移走占用该位置的内容。",
            ),
        ) from None


def _folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime, "dlgrade")
    return Path(tempfile.gettempdir(), f"dlgrade-{os.geteuid()}")
