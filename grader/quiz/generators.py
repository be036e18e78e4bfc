"""The functions of a quiz's quiz.py, run in a child process that can be killed.

Theory of operation. `Generators` belongs to one quiz, on the trusted side. It starts its child (`generator_child`) at
the first call: clean, with an empty environment, without the current directory on its path, and with the text of
quiz.py as it was read with the quiz. So what is run is what the version is a digest of, whatever has become of the
file since; and no path of a student's leads into it. The child confines itself before it loads that text. A thread of
ours reads its answers, so that waiting for one has an end on every system: a child that is late is killed with all
that it started. A child that dies between two calls is started again, once.

Whatever the author's code does (raise, hang, return nonsense, leave) is an AuthorError with file and line. What the
child cannot help is a GraderFault.
"""

from __future__ import annotations

import contextlib
import json
import queue
import struct
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from grader.errors import AuthorError, GraderFault
from grader.exercise.paths import show_path
from grader.plaintext import printable
from grader.quiz.authored import Quiz
from grader.quiz.model import Plain
from grader.records import Isolation, Text
from grader.sandbox import fresh

CODE_FILE = "quiz.py"
LOAD_CPU_S = 5.0
CALL_CPU_S = 2.0
GRACE_S = 20.0  # on the clock, on top of processor time: a busy machine is no author's fault
_LENGTH = struct.Struct(">I")
_MAX_FRAME_BYTES = 8 * 1024 * 1024
_LAST_WORDS_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a function of quiz.py."""

    function: str
    params: Mapping[str, Plain]
    seed: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call has no result: the author's mistake."""

    error: AuthorError


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function returned, as JSON holds it: nothing of it has been checked."""

    value: Any


class CannotLoad(AuthorError):
    """quiz.py itself fails: no function of it can be called."""


def shown_params(params: Mapping[str, Plain]) -> str:
    """Return parameters as messages show them: `w=1.0, lr=0.1`."""
    return printable(", ".join(f"{name}={value!r}" for name, value in params.items()), limit=200)


class Generators:
    """Runs the functions of one quiz; a context manager, whose end ends the child. Threads take turns."""

    def __init__(self, quiz: Quiz, *, call_cpu_s: float = CALL_CPU_S, grace_s: float = GRACE_S) -> None:
        self._source = quiz.source
        self._file = Path(quiz.folder) / CODE_FILE
        self._call_cpu_s = call_cpu_s
        self._grace_s = grace_s
        self._child: _Child | None = None
        self._is_ready = False  # the child has loaded quiz.py
        self._turn = threading.RLock()
        self.isolation: Isolation | None = None  # of the child, once there was one

    def call(self, call: Call) -> Any:
        """Return what one call returns. Raises: AuthorError, GraderFault."""
        (result,) = self.call_all([call])
        if isinstance(result, Failure):
            raise result.error
        return result.value

    def call_all(self, calls: Sequence[Call]) -> list[Returned | Failure]:
        """Return what each call returns, or why it does not.

        Raises: CannotLoad where quiz.py itself fails; AuthorError where one of several calls made the child end, or had
        to be killed, so that none has a result: asked for alone, each tells whether it was the one. GraderFault.
        """
        if not calls:
            return []
        with self._turn:
            return self._ask(calls)

    def _ask(self, calls: Sequence[Call]) -> list[Returned | Failure]:
        request = {
            "calls": [
                {"function": call.function, "params": dict(call.params), "seed": call.seed.hex()} for call in calls
            ]
        }
        limit_s = self._grace_s + self._call_cpu_s * len(calls)
        try:
            reply = self._running().ask(request, limit_s)
        except _Gone:
            self.close()
            try:
                reply = self._running().ask(request, limit_s)
            except (_Gone, _Late) as error:
                raise self._ended(calls, error) from None
        except _Late as error:
            raise self._ended(calls, error) from None
        if "results" not in reply:
            raise self._says(None, Text(en="returned too much.", zh="返回的内容过多。"), calls)
        return [self._result(call, one) for call, one in zip(calls, reply["results"], strict=True)]

    def prepare(self) -> None:
        """Start the child and go on, so that it gets ready while something else is done."""
        with self._turn:
            if self._child is None:
                self._child = _Child()
                self._child.send({"source": self._source, "limits": {"load_s": LOAD_CPU_S, "call_s": self._call_cpu_s}})
                self._is_ready = False

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> _Child:
        self.prepare()
        child = self._child
        assert child is not None
        if not self._is_ready:
            try:
                self._take_in(child)
            except BaseException:
                self.close()
                raise
        return child

    def _take_in(self, child: _Child) -> None:
        """Wait until a new child has loaded quiz.py. Raises: CannotLoad, GraderFault."""
        try:
            hello = child.receive(LOAD_CPU_S + self._grace_s)
        except _Late:
            raise _cannot_load(self._says(None, _NO_END, ())) from None
        except _Gone as gone:
            raise _no_start(gone.status, child.last_words()) from None
        self.isolation = Isolation(hello["isolation"])
        if hello["error"]:
            raise _cannot_load(self._told(hello["error"], ()))
        self._is_ready = True

    def _result(self, call: Call, result: Mapping[str, Any]) -> Returned | Failure:
        if "error" in result:
            return Failure(self._told(result["error"], (call,)))
        return Returned(result["value"])

    def _told(self, error: Mapping[str, Any], calls: Sequence[Call]) -> AuthorError:
        if error["type"] == "OutOfTime":
            return self._says(error["line"], _NO_END, calls)
        said = printable(f"{error['type']}: {error['message']}")
        return self._says(error["line"], Text(en=f"{said}.", zh=f"{said}。"), calls)

    def _ended(self, calls: Sequence[Call], error: _Late | _Gone) -> AuthorError:
        self.close()
        if isinstance(error, _Late):
            return self._says(None, _NO_END, calls)
        ended = Text(
            en=f"ended its process (status {error.status}): it left, or needed too much memory.",
            zh=f"使进程结束（状态 {error.status}）：它退出了，或占用了过多内存。",
        )
        return self._says(None, ended, calls)

    def _says(self, line: int | None, text: Text, calls: Sequence[Call]) -> AuthorError:
        place = show_path(self._file) + (f":{line}" if line else "")
        if len(calls) == 1:
            called = f"{calls[0].function}({shown_params(calls[0].params)})"
            text = Text(en=f"{called}: {text.en}", zh=f"{called}：{text.zh}")
        return AuthorError(
            Text(en=f"{place}: {text.en}", zh=f"{place}：{text.zh}"),
            remedy=Text(en="Correct that function.", zh="请改正该函数。")
            if calls
            else Text(en="Correct it.", zh="请改正。"),
        )


class _Gone(Exception):
    """The child has ended."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class _Late(Exception):
    """The child did not answer in time."""


class _Child:
    """One process, and the thread that reads its answers."""

    def __init__(self) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the child
        self._process = subprocess.Popen(
            fresh.command("grader.quiz.generator_child:main"),
            env=fresh.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd="/" if Path("/").is_dir() else None,
            start_new_session=True,
        )
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True, name="quiz generators").start()

    def ask(self, request: Mapping[str, Any], limit_s: float) -> dict[str, Any]:
        """Return the answer to a request. Raises: as `receive`."""
        self.send(request)
        return self.receive(limit_s)

    def send(self, request: Mapping[str, Any]) -> None:
        """Put a request; a child that is gone is found out when its answer is received."""
        content = json.dumps(request).encode()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(_LENGTH.pack(len(content)) + content)
            self._process.stdin.flush()

    def receive(self, limit_s: float) -> dict[str, Any]:
        """Return the next answer. Raises: _Gone, _Late; GraderFault for what is no answer."""
        try:
            answer = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise _Late from None
        if answer is None:
            raise _Gone(self._status())
        try:
            reply = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise GraderFault(f"generators: {error}") from None
        if not isinstance(reply, dict):
            raise GraderFault("generators: no object")
        return reply

    def last_words(self) -> str:
        """Return the end of what the process wrote to stderr before it was confined."""
        self._log.seek(0)
        return self._log.read()[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Kill the process, and wait for its end."""
        fresh.kill_tree(self._process)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written has nobody to read it
                    pipe.close()

    def _status(self) -> int | None:
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return None

    def _read(self) -> None:
        """Put each answer into the queue; None when there will be no more."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while len(head := stdout.read(_LENGTH.size)) == _LENGTH.size:
                (size,) = _LENGTH.unpack(head)
                if size > _MAX_FRAME_BYTES:
                    break
                content = stdout.read(size)
                if len(content) < size:
                    break
                self._answers.put(content)
        except (OSError, ValueError):  # closed by `close`
            pass
        self._answers.put(None)


def _cannot_load(error: AuthorError) -> CannotLoad:
    return CannotLoad(error.problem, remedy=error.remedy or "")


def _no_start(status: int | None, words: str) -> GraderFault:
    said = f" {printable(words, limit=_LAST_WORDS_BYTES, newlines=True)}" if words else ""
    return GraderFault(
        Text(
            en=f"The process that computes answers ended at its start (status {status}).{said}",
            zh=f"计算答案的进程在启动时结束（状态 {status}）。{said}",
        )
    )


_NO_END = Text(en="does not come to an end in time.", zh="未能在限定时间内结束。")
