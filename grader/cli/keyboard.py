"""Keys for `watch`: single ones from a terminal, and letters from whatever else stdin is.

Where there is a terminal and termios, it is switched to unbuffered input without echo, and switched back on any
exit; Ctrl-C stays a signal. Elsewhere (a pipe, Windows) a thread reads, and a key may need Enter.
"""

from __future__ import annotations

import os
import queue
import select
import sys
import threading
import time
from types import TracebackType
from typing import Any

from grader.cli.output import is_terminal

END = ""  # nothing will ever come from stdin again


class Keyboard:
    """Waits for a key; use as a context manager."""

    def __init__(self) -> None:
        self._single = False
        self._saved: list[Any] = []
        self._keys: queue.Queue[str] = queue.Queue()
        self._ended = False

    def __enter__(self) -> Keyboard:
        if is_terminal(sys.stdin) and sys.platform != "win32":
            import termios
            import tty

            self._saved = termios.tcgetattr(sys.stdin.fileno())
            tty.setcbreak(sys.stdin.fileno())
            self._single = True
        else:
            threading.Thread(target=self._read_all, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._single and sys.platform != "win32":
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._saved)

    def wait(self, seconds: float) -> str | None:
        """Return the next key in lower case, `END`, or None when none came within `seconds`."""
        if self._ended:
            time.sleep(seconds)
            return None
        key = self._wait_single(seconds) if self._single else self._wait_queued(seconds)
        self._ended = key == END
        return key

    def _wait_single(self, seconds: float) -> str | None:
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return None
        # Past Python's buffer: select knows nothing of what that holds.
        return os.read(sys.stdin.fileno(), 1).decode("ascii", errors="replace").lower()

    def _wait_queued(self, seconds: float) -> str | None:
        try:
            return self._keys.get(timeout=seconds)
        except queue.Empty:
            return None

    def _read_all(self) -> None:
        # os.read, not sys.stdin: a daemon thread that holds sys.stdin's lock aborts the interpreter when it exits.
        try:
            while text := os.read(sys.stdin.fileno(), 1024):
                for key in text.decode("ascii", errors="replace").lower():
                    if not key.isspace():
                        self._keys.put(key)
        except (OSError, ValueError, AttributeError):  # closed, or never there
            pass
        self._keys.put(END)
