"""Sittings at quizzes for tests: the real command in a pseudo-terminal, and transcripts of it."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cli_runs import DEADLINE_S, clean_environment

GOLDENS = Path(__file__).resolve().parent.parent / "goldens" / "quiz"
_PASSING = re.compile(r"  (checking|正在检查) …\r +\r")  # it comes where marking takes long, and is wiped away
_PASTE = re.compile(r"\x1b\[\?2004[hl]\r?")  # how readline tells a terminal that text may be pasted


class Sitting:
    """The real command in a pseudo-terminal; `shown` is all that stood on it, what was typed included."""

    def __init__(
        self, *arguments: str, course: Path, store: Path, width: int = 80, env: Mapping[str, str] | None = None
    ) -> None:
        import fcntl
        import termios

        self.shown = ""
        self._from = 0  # where what was typed last begins
        self._pending = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 200, width, 0, 0))
        extra = {"TERM": "xterm", "NO_COLOR": "1", "DLGRADE_STORE": str(store), "TZ": "UTC", **(env or {})}
        environment = {name: value for name, value in clean_environment(extra).items() if name != "COLUMNS"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "quiz", *arguments, "--course", str(course), "--student", "ada"],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    def type(self, *lines: str) -> None:
        """Type lines, each when the prompt stands there; `<text>` is the letter under which an option is shown."""
        for line in lines:
            self.wait_for_prompt()
            self._from = len(self.shown)
            typed = re.sub(r"<(.+?)>", lambda found: self._letter(found[1]), line)
            os.write(self._ours, typed.encode() + b"\r")

    def _letter(self, text: str) -> str:
        found = re.findall(
            rf"^ +(?:\x1b\[[0-9;]*m)*([A-Z]|[0-9]+)  (?:\x1b\[[0-9;]*m)*{re.escape(text)}", self.shown, re.M
        )
        assert found, f"no option {text!r}:\n{self.shown}"
        return str(found[-1])

    def type_at_once(self, *lines: str) -> None:
        """Type lines as somebody does who does not look: all before the first one is read."""
        self.wait_for_prompt()
        self._from = len(self.shown)
        os.write(self._ours, "".join(f"{line}\r" for line in lines).encode())

    def type_on(self, text: str) -> None:
        """Type text behind the prompt, without Enter."""
        self.wait_for_prompt()
        os.write(self._ours, text.encode())
        self._read(lambda: text in self.shown[self._from :])

    def press_ctrl_c(self) -> None:
        """Press Ctrl-C until it is heeded: while readline handles a key it is not, in any program."""
        before = len(self.shown)
        while "\n" not in self.shown[before:] and self.process.poll() is None:
            os.write(self._ours, b"\x03")
            until = time.monotonic() + 2.0
            self._read(lambda: "\n" in self.shown[before:] or time.monotonic() > until)  # noqa: B023 - called at once

    def wait_for_prompt(self) -> None:
        """Read until something is asked."""
        self._read(lambda: re.search(r"(> |… )(\x1b\[0m)?\Z", self.shown[self._from :]) is not None)

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        self._read(lambda: self.process.poll() is not None)
        with contextlib.suppress(OSError):
            while chunk := os.read(self._ours, 65536):
                self._take(chunk)
        return self.process.wait(timeout=DEADLINE_S)

    def close(self) -> None:
        """End the command, if it is still there."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=DEADLINE_S)
        os.close(self._ours)

    def _read(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not is_done():
            assert time.monotonic() < deadline, f"nothing more came:\n{self.shown}"
            ready, _, _ = select.select([self._ours], [], [], 0.05)
            if ready:
                try:
                    self._take(os.read(self._ours, 65536))
                except OSError:  # the other end is closed
                    return

    def _take(self, chunk: bytes) -> None:
        self._pending += chunk
        try:
            text, self._pending = self._pending.decode(), b""
        except UnicodeDecodeError:  # in the middle of a character
            return
        self.shown = _PASSING.sub("", _PASTE.sub("", self.shown + text.replace("\r\n", "\n")))

    @property
    def transcript(self) -> str:
        """All that was shown, as a golden holds it."""
        return "\n".join(line.rstrip() for line in self.shown.replace("\r", "").split("\n")).strip("\n") + "\n"


@contextlib.contextmanager
def sitting(
    *arguments: str, course: Path, store: Path, width: int = 80, env: Mapping[str, str] | None = None
) -> Iterator[Sitting]:
    """Give a sitting for the block; its command does not outlive it."""
    found = Sitting(*arguments, course=course, store=store, width=width, env=env)
    try:
        yield found
    finally:
        found.close()


def assert_golden(name: str, transcript: str) -> None:
    """Fail unless a transcript is what is pinned; DLGRADE_UPDATE_GOLDENS=1 pins it anew."""
    file = GOLDENS / f"{name}.txt"
    if os.environ.get("DLGRADE_UPDATE_GOLDENS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(transcript, encoding="utf-8")
    assert transcript == file.read_text(encoding="utf-8")
