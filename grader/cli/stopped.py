"""How a command is stopped: by Ctrl-C, or by SIGTERM, which is told to it as an exception too."""

from __future__ import annotations

import signal
from types import FrameType

# What a shell reports for a process that a signal ended: 128 + the signal's number.
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM


class Terminated(SystemExit):
    """The end that SIGTERM asks for. It passes through the context managers that end every process of an exam."""

    def __init__(self) -> None:
        super().__init__(EXIT_TERMINATED)


def hear_sigterm() -> None:
    """Let SIGTERM raise `Terminated`, once: `timeout` sends it twice, and the second is not to cut the end short."""
    signal.signal(signal.SIGTERM, _terminated)


def _terminated(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated
