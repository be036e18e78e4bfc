"""A secret in a variable of the environment, taken out of this process when it is read."""

from __future__ import annotations

import ctypes
import os


def take_variable(name: str) -> str:
    """Return the variable's value, "" where it is not set, and wipe it.

    A child of the same user might look into /proc/PID/environ, so its bytes are overwritten there too.
    """
    value = os.environ.get(name)
    if value is None:
        return ""
    if os.name == "posix":
        library = ctypes.CDLL(None)
        library.getenv.restype = ctypes.c_void_p
        at = library.getenv(name.encode())
        if at is not None:  # the very bytes that the kernel shows, where nobody has set the variable since the start
            ctypes.memset(at, 0, len(os.fsencode(value)))
    del os.environ[name]
    return value.strip()
