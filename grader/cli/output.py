"""Where text goes: reports to stdout, everything else to stderr, and only as much dress as the other end can wear."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO

from grader.errors import UsageError, both
from grader.plaintext import printable
from grader.records import Text

MAX_PLAIN = 100_000  # characters of one message
PLAIN_WIDTH = 100  # columns, where nobody says how wide the other end is
MARKS = "✓✗█░·…"  # some of what reports draw with
CLEAR_LINE = "\r\x1b[2K"
CLEAR_SCREEN = "\x1b[2J\x1b[3J\x1b[H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """How a report on stdout may look."""

    width: int  # columns
    color: bool
    ascii_only: bool  # the encoding has no bars and marks


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person sees `stream` now; a closed or missing one is none."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # None under pythonw; closed
        return False


def dress() -> Dress:
    """Return what stdout can show: plain when piped, when NO_COLOR is set, or on a dumb terminal."""
    terminal = is_terminal(sys.stdout)
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else PLAIN_WIDTH
    return Dress(width=max(40, width), color=terminal and not plain, ascii_only=not can_show(MARKS))


def can_show(text: str) -> bool:
    """Return whether stdout's encoding has every character of `text`."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError, AttributeError):
        return False
    return True


def accept_every_character() -> None:
    """Let a stream of a narrow encoding show `?` for what it cannot, instead of failing halfway through a report."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def occupy_standard_descriptors() -> None:
    """Open nothing in the place of a standard stream that is closed, or a socket of ours would get its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one


class OutputLost(UsageError):
    """Stdout did not take what was written to it."""


def write_out(text: str) -> None:
    """Write `text` and a newline to stdout; a reader that has left, such as `| head`, is no error.

    Raises: OutputLost where stdout is closed, or its disk is full.
    """
    if sys.stdout is None:
        raise cannot_write(None)
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except (OSError, ValueError) as error:  # ValueError: closed by whoever imported us
        discard_stdout()
        raise cannot_write(error) from None


def cannot_write(error: OSError | ValueError | None, *, remedy: Text | None = None) -> OutputLost:
    """Return what to say of a stdout that failed with `error`; None: it was closed from the start."""
    why = both((isinstance(error, OSError) and error.strerror) or str(error))
    if error is None:
        why = Text(en="stdout is closed", zh="标准输出已关闭")
    return OutputLost(
        Text(en=f"The output could not be written: {why.en}.", zh=f"无法写出结果：{why.zh}。"),
        remedy=remedy or Text(en="Send it somewhere that takes it.", zh="请改为输出到可写的位置。"),
    )


def discard_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush is quiet too."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or never there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_plain(text: str) -> None:
    """Write text without dress to stdout: a stranger's words in it steer no terminal. Raises OutputLost."""
    write_out(printable(text, limit=MAX_PLAIN, newlines=True))


def write_error(text: str) -> None:
    """Write a line to stderr, safe to print; if even that is closed, there is nobody left to tell."""
    try:
        sys.stderr.write(f"{printable(text, limit=MAX_PLAIN, newlines=True)}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # AttributeError: it was closed from the start
        return


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes; Chinese characters take two."""
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` columns."""
    return text + " " * (width - columns(text))


class Progress:
    """One line on stderr that says what is being waited for, and is gone afterwards; nothing when stderr is piped."""

    def __init__(self) -> None:
        self._shown = False
        self._terminal = is_terminal(sys.stderr)

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._terminal:
            sys.stderr.write(f"{CLEAR_LINE}{printable(text)}")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away, before anything else is printed."""
        if self._shown:
            sys.stderr.write(CLEAR_LINE)
            sys.stderr.flush()
            self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
