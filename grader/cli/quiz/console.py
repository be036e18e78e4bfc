"""Where a quiz is asked: paper that is shown, and lines that are typed.

In a terminal a line can be edited and earlier ones recalled, by readline where Python has it. From a pipe lines come
one by one, and each is shown behind its prompt, so that what was written reads as a conversation. What is typed before
a prompt stands there was meant for something else, and could cost a try: a terminal forgets it, a pipe does not, as its
writer never sees a prompt. Ctrl-C and the end of the input are the same: the student leaves. Where an attempt has a
deadline, a timer ends the typing when it is reached: SIGALRM, which only Unix has and only the main thread gets;
elsewhere the deadline shows with the next answer.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from rich.cells import cell_len

from grader.cli.language import choose_language
from grader.cli.output import dress, is_terminal, write_out
from grader.plaintext import printable
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.records import Language

MAX_WIDTH = 88  # columns: longer lines are hard to read
_AGAIN_S = 0.5
_NOTICED_S = 0.2  # what takes longer makes people wonder whether their key was heard
MAX_TYPED = 100_000  # characters; the marker refuses much less, and says so


class StudentLeft(Exception):
    """The student leaves: Ctrl-C, or nothing more comes. `typed` is what stood on the line."""

    def __init__(self, typed: str = "") -> None:
        super().__init__(typed)
        self.typed = typed


class TimeOver(StudentLeft):
    """The deadline was reached while the student was typing."""


class Console:
    """One conversation on stdin and stdout."""

    def __init__(self) -> None:
        found = dress()
        self.language: Language = Language.EN if found.ascii_only else choose_language(None)
        self._width = min(found.width, MAX_WIDTH)
        self._color = found.color
        self._ascii_only = found.ascii_only
        self._edits = is_terminal(sys.stdin) and is_terminal(sys.stdout)

    def paper(self) -> Paper:
        """Return empty paper that fits this terminal."""
        return Paper(width=self._width, color=self._color, ascii_only=self._ascii_only)

    def show(self, paper: Paper) -> None:
        """Write paper to stdout. Raises: OutputLost."""
        if text := paper.render():
            write_out(text)

    def say(self, text: str, style: Style = Style.PLAIN, *, indent: int = 2) -> None:
        """Write one paragraph."""
        paper = self.paper()
        paper.put(Span(text, style), indent=indent)
        self.show(paper)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Say what is being done while the block runs, if that takes long enough to be noticed; then wipe it away."""
        if not self._edits:
            yield
            return
        told = threading.Event()
        timer = threading.Timer(_NOTICED_S, self._tell, (what, told))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            if told.is_set():
                sys.stdout.write(f"\r{' ' * (cell_len(what) + 4)}\r")
                sys.stdout.flush()

    def _tell(self, what: str, told: threading.Event) -> None:
        told.set()
        sys.stdout.write(f"  {what} {'...' if self._ascii_only else '…'}")
        sys.stdout.flush()

    def ask(self, prompt: str, *, seconds: float | None = None, goes_on: bool = False) -> str:
        """Return the next line, without the blanks around it; `goes_on`: of an answer of which lines are there already.

        Raises: StudentLeft on Ctrl-C and at the end of the input; TimeOver after `seconds`.
        """
        shown = printable(prompt)
        if self._ascii_only:
            shown = shown.encode("ascii", "replace").decode("ascii")
        if self._edits and not goes_on:
            _forget_typed()
        try:
            with _timer(seconds):
                line = self._typed(shown) if self._edits else _piped(shown)
        except (KeyboardInterrupt, EOFError):
            write_out("")
            raise StudentLeft(_on_the_line() if self._edits else "") from None
        except TimeOver:
            write_out("")
            raise TimeOver(_on_the_line() if self._edits else "") from None
        return line[:MAX_TYPED].strip()

    def _typed(self, prompt: str) -> str:
        with suppress(ImportError):  # Windows has none
            import readline  # noqa: F401 - makes input() editable
        # readline must know what takes no room on the line.
        return input(f"\x01\x1b[1m\x02{prompt}\x01\x1b[0m\x02" if self._color else prompt)


def _piped(prompt: str) -> str:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline(MAX_TYPED) if sys.stdin is not None else ""
    if not line:
        raise EOFError
    write_out(printable(line.rstrip("\r\n"), limit=MAX_TYPED))
    return line


def _forget_typed() -> None:
    """Drop what was typed and not read yet, where this system can."""
    with suppress(ImportError, OSError):  # Windows has none
        import termios

        with suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def _on_the_line() -> str:
    """Return what stood on the line that was left, where readline kept it."""
    readline = sys.modules.get("readline")
    return str(readline.get_line_buffer()) if readline is not None else ""


@contextmanager
def _timer(seconds: float | None) -> Iterator[None]:
    """Raise TimeOver in the block after `seconds`, where this system can."""
    here = threading.current_thread() is threading.main_thread()
    if seconds is None or not here or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _late)
    # Again and again: one that comes while readline handles a key ends nothing before the next key.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01), _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(_number: int, _frame: FrameType | None) -> None:
    raise TimeOver
