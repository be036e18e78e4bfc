"""A lock on an open file or folder, which the system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

_PAUSE_S = 0.01


@contextlib.contextmanager
def locked(descriptor: int, *, wait_s: float, busy: Callable[[], Exception]) -> Iterator[None]:
    """Be its only holder inside the block, and until `descriptor` is closed; raise `busy()` where another holds it on.

    There are no such locks on Windows: nothing is locked there, and a caller must not depend on it for its files to
    stay whole.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise busy() from None
            time.sleep(_PAUSE_S)
    yield
