"""What the self-test's attackers try to reach: a file and a server that every process of the machine can have."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = "dlgrade-proof-"
_SECRET = "the answers"
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Plant:
    """Where they are."""

    secret: str
    port: int


@contextlib.contextmanager
def planted() -> Iterator[Plant]:
    """Plant a readable file and a listening socket, and take both away. Raises OSError.

    Both are tried from here first: an attempt that would fail outside the jail, too, proves nothing.
    """
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    lock = _locked(folder)
    try:
        folder.chmod(0o755)
        secret = folder / "secret"
        secret.write_text(_SECRET)
        secret.chmod(0o644)
        with socket.create_server(("127.0.0.1", 0)) as server:
            plant = Plant(str(secret), server.getsockname()[1])
            _reach(plant)
            server.accept()[0].close()
            yield plant
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _reach(plant: Plant) -> None:
    if Path(plant.secret).read_text() != _SECRET:
        raise OSError(f"{plant.secret}: the planted file cannot be read back")
    socket.create_connection(("127.0.0.1", plant.port), timeout=_PATIENCE_S).close()


def _locked(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; None when another holds it, or it is gone or not ours."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
    except OSError:  # its base lives
        pass
    os.close(descriptor)
    return None


def _remove_abandoned() -> None:
    """Remove what a base of this user left that was killed while it had planted."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
