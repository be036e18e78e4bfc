"""The functions of a quiz's quiz.py, run in a child process that can be killed.

Theory of operation. `Generators` belongs to one quiz, on the trusted side. It starts its child (`generator_process`)
at the first call: clean, with an empty environment, without the current directory on its path, and sends it the text of
quiz.py as it was read with the quiz. So what is run is what the version is a digest of, whatever has become of the
file since; and no path of a student's leads into it. Waiting for an answer has an end on every system: a child that is
late is killed with all that it started. A child that has answered before and then ends, or says what nobody asked for,
is started again, once: an earlier call may have left it like that.

Whatever the author's code does (raise, hang, return nonsense, leave, forge answers) is an AuthorError with file and
line; so is a process that ends once it has that code. One that never gets so far is a GraderFault.

Threads take turns at the child. `close` waits for no turn: it kills the child, so that a call which another thread is
making ends at once, with Closed as every later one; no child is started any more.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from grader.errors import AuthorError, Closed, GraderError
from grader.exercise.paths import show_path
from grader.plaintext import printable
from grader.quiz.authored import Quiz
from grader.quiz.generator_process import GeneratorProcess, Gone, Late, Nonsense
from grader.quiz.model import Plain
from grader.records import Isolation, Text

if TYPE_CHECKING:
    from grader.quiz.generator_replies import CallResult, Raised, Results

CODE_FILE = "quiz.py"
LOAD_CPU_S = 5.0
CALL_CPU_S = 2.0
GRACE_S = 20.0  # on the clock, on top of processor time: a busy machine is no author's fault


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

    def __init__(
        self, quiz: Quiz, *, call_cpu_s: float = CALL_CPU_S, grace_s: float = GRACE_S, hash_seed: int = 0
    ) -> None:
        self._hash_seed = hash_seed  # by which the child orders sets
        self._source = quiz.source
        self._file = Path(quiz.folder) / CODE_FILE
        self._call_cpu_s = call_cpu_s
        self._grace_s = grace_s
        self._child: GeneratorProcess | None = None
        self._is_ready = False  # the child has loaded quiz.py
        self._is_used = False  # it has answered before
        self._is_closed = False
        self._turn = threading.RLock()
        self._change = threading.Lock()  # of `_child` and `_is_closed`; taken within a turn, or without one
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
        to be killed, so that none has a result: asked for alone, each tells whether it was the one. GraderFault,
        Closed.
        """
        if not calls:
            return []
        with self._turn:
            try:
                return self._ask(calls)
            except GraderError:
                if self._is_closed:  # it is no fault of theirs that the child was killed
                    raise _closed() from None
                raise

    def _ask(self, calls: Sequence[Call]) -> list[Returned | Failure]:
        request = {
            "calls": [
                {"function": call.function, "params": dict(call.params), "seed": call.seed.hex()} for call in calls
            ]
        }
        limit_s = self._grace_s + self._call_cpu_s * len(calls)
        try:
            reply = self._answer(request, limit_s)
        except (Gone, Late, Nonsense) as error:
            was_first, self._is_used = not self._is_used, False
            self._end()
            if was_first or isinstance(error, Late):
                raise self._ended(error, calls) from None
            return self._ask(calls)  # what an earlier call has left behind is no fault of these
        if reply.results is None:
            raise self._says(None, Text(en="returned too much.", zh="返回的内容过多。"), calls)
        if len(reply.results) != len(calls):
            self._end()
            raise self._ended(Nonsense(), calls)
        return [self._result(call, one) for call, one in zip(calls, reply.results, strict=True)]

    def _answer(self, request: Mapping[str, Any], limit_s: float) -> Results:
        """Return the answer of the running child. Raises: CannotLoad, GraderFault; Gone, Late, Nonsense."""
        child = self._running()
        child.send(request)
        from grader.quiz.generator_replies import Results

        reply = child.receive(Results, limit_s)
        self._is_used = True
        return reply

    def prepare(self) -> None:
        """Start the child and go on, so that it gets ready while something else is done. Raises: Closed."""
        with self._turn, self._change:
            if self._is_closed:
                raise _closed()
            if self._child is None:
                self._child = GeneratorProcess(self._hash_seed)
                self._child.send({"source": self._source, "limits": {"load_s": LOAD_CPU_S, "call_s": self._call_cpu_s}})
                self._is_ready = self._is_used = False

    def close(self) -> None:
        """End the child, for good."""
        with self._change:
            self._is_closed = True
            if self._child is not None:
                self._child.kill()
        with self._turn:
            self._end()

    def _end(self) -> None:
        """End the child; the next call starts another."""
        with self._change:
            if self._child is not None:
                self._child.close()
                self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> GeneratorProcess:
        self.prepare()
        child = self._child
        assert child is not None
        if not self._is_ready:
            try:
                self._take_in(child)
            except BaseException:
                self._end()
                raise
        return child

    def _take_in(self, child: GeneratorProcess) -> None:
        """Wait until a new child has loaded quiz.py. Raises: CannotLoad; GraderFault where it never got that far."""
        self.isolation = child.started()
        from grader.quiz.generator_replies import Loaded

        try:
            error = child.receive(Loaded, LOAD_CPU_S + self._grace_s).error
        except (Gone, Late, Nonsense) as ended:
            raise _cannot_load(self._ended(ended, ())) from None
        if error is not None:
            raise _cannot_load(self._told(error, ()))
        self._is_ready = True

    def _result(self, call: Call, result: CallResult) -> Returned | Failure:
        if result.failure is not None:
            return Failure(self._told(result.failure, (call,)))
        return Returned(result.value)

    def _told(self, error: Raised, calls: Sequence[Call]) -> AuthorError:
        if error.type == "OutOfTime":
            return self._says(error.line, _NO_END, calls)
        said = printable(f"{error.type}: {error.message}")
        return self._says(error.line, Text(en=f"{said}.", zh=f"{said}。"), calls)

    def _ended(self, error: Gone | Late | Nonsense, calls: Sequence[Call]) -> AuthorError:
        if isinstance(error, Late):
            return self._says(None, _NO_END, calls)
        if isinstance(error, Nonsense):
            return self._says(None, _NONSENSE, calls)
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


def _cannot_load(error: AuthorError) -> CannotLoad:
    return CannotLoad(error.problem, remedy=error.remedy or "")


def _closed() -> Closed:
    return Closed(Text(en="The process that computes answers was ended.", zh="计算答案的进程已结束。"))


_NONSENSE = Text(
    en="sent something that is not what was asked for: it writes into a pipe of dlgrade's.",
    zh="发来的内容与请求不符：它写入了 dlgrade 的管道。",
)
_NO_END = Text(en="does not come to an end in time.", zh="未能在限定时间内结束。")
