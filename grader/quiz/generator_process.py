"""The process in which quiz.py runs, as its parent sees it: what is sent, what comes back, and its end.

Theory of operation. The child (`generator_child`) confines itself and says how far before it is sent any of the
author's text; from then on nothing it says is believed. Code that runs there can find the pipe and write into it what
it likes, as often as it likes. So a thread of ours takes one frame for each request and no more, whatever else comes
stays in the pipe; a frame has a largest size, answers to a request by a number drawn for it, and is an answer only if
it has the very form of one. The same thread sends the requests: a child that does not read cannot keep us waiting.
"""

from __future__ import annotations

import contextlib
import json
import queue
import secrets
import struct
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

from grader.errors import GraderFault
from grader.plaintext import printable
from grader.records import Isolation, Text
from grader.sandbox import fresh

MAX_FRAME_BYTES = 2 * 1024 * 1024
_LENGTH = struct.Struct(">I")
_START_S = 60.0  # a slow disk may take this long to import what confines it
_END_S = 5.0
_LAST_WORDS_BYTES = 2_000
T = TypeVar("T")


class Gone(Exception):
    """The child has ended."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Late(Exception):
    """The child did not answer in time."""


class Nonsense(Exception):
    """What came is no answer to what was asked."""


class GeneratorProcess:
    """One child, started at once. Only one request may wait for its answer, besides the first."""

    def __init__(self, hash_seed: int = 0) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the child
        self._process = subprocess.Popen(
            fresh.command("grader.quiz.generator_child:main"),
            env={**fresh.environment(), "PYTHONHASHSEED": str(hash_seed)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd="/" if Path("/").is_dir() else None,
            start_new_session=True,
        )
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._exchange, daemon=True, name="quiz generators")
        self._thread.start()
        self._number = ""  # that the next answer has to bear

    def send(self, request: Mapping[str, Any]) -> None:
        """Hand over a request; a child that is gone is found out when its answer is received."""
        self._number = secrets.token_hex(8)
        content = json.dumps({"to": self._number, **request}).encode()
        self._requests.put(_LENGTH.pack(len(content)) + content)

    def started(self) -> Isolation:
        """Wait until the child is confined, and return how far. Raises: GraderFault."""
        try:
            content = self._received(_START_S)
            from grader.quiz.generator_replies import Hello, converted

            return converted(json.loads(content), Hello).isolation
        except Gone as gone:
            raise _no_start(gone.status, self._last_words()) from None
        except (Late, ValueError) as error:
            raise _no_start(None, f"{type(error).__name__} {error}") from None

    def receive(self, kind: type[T], limit_s: float) -> T:
        """Return the answer to the request that was sent. Raises: Gone, Late, Nonsense."""
        content = self._received(limit_s)
        from grader.quiz.generator_replies import converted

        try:
            answer = json.loads(content)
            if not isinstance(answer, dict) or answer.pop("to", None) != self._number:
                raise Nonsense
            return converted(answer, kind)
        except (ValueError, RecursionError):
            raise Nonsense from None

    def kill(self) -> None:
        """Kill the process: whoever waits for its answer learns that it is gone. Nothing after `close`."""
        fresh.kill_tree(self._process)

    def close(self) -> None:
        """Kill the process, and wait for its end."""
        self.kill()
        self._process.wait()
        self._requests.put(None)
        self._thread.join(_END_S)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written has nobody to read it
                    pipe.close()

    def _received(self, limit_s: float) -> bytes:
        try:
            content = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise Late from None
        if content is None:
            raise Gone(self._status())
        return content

    def _last_words(self) -> str:
        """Return the end of what the process wrote to stderr before it was confined."""
        self._log.seek(0)
        return self._log.read()[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()

    def _status(self) -> int | None:
        try:
            return self._process.wait(timeout=_END_S / 5)
        except subprocess.TimeoutExpired:
            return None

    def _exchange(self) -> None:
        """Take the greeting, then send each request and take one answer; None when there will be no more."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        with contextlib.suppress(OSError, ValueError):  # it has ended, or `close` was quicker
            content = _frame(stdout)
            while content is not None:
                self._answers.put(content)
                request = self._requests.get()
                if request is None:
                    break
                stdin.write(request)
                stdin.flush()
                content = _frame(stdout)
        self._answers.put(None)


def _frame(stdout: IO[bytes]) -> bytes | None:
    """Return the next frame; None at the end, where it is cut short too; nothing in the place of one too large."""
    head = stdout.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    if size > MAX_FRAME_BYTES:
        return b""
    content = stdout.read(size)
    return content if len(content) == size else None


def _no_start(status: int | None, words: str) -> GraderFault:
    said = f" {printable(words, limit=_LAST_WORDS_BYTES, newlines=True)}" if words else ""
    return GraderFault(
        Text(
            en=f"The process that computes answers ended at its start (status {status}).{said}",
            zh=f"计算答案的进程在启动时结束（状态 {status}）。{said}",
        )
    )
