"""The process in which a quiz's own functions run. The parent is `generators`.

Theory of operation. The parent starts this with an empty environment and speaks to it over stdin and stdout: frames of
a length (4 bytes, big end first) and JSON. Before it takes in anything, this process confines itself with the students'
jail (`grader.sandbox.jail`) and closes all other descriptors: Landlock lets it read Python's own folders and nothing
else, seccomp lets it start no process and open no socket. Where the machine lacks these, resource limits are all. Its
first frame says which it is: sent later, it could be the author's code that says so.

Then the first request holds the text of quiz.py, and each further one holds calls, answered by one frame with as many
results. A request has a number, which its answer repeats. What a function prints goes nowhere: the descriptor of stdout
is taken away before any of the author's code runs. A call has its own limit of processor time, by a timer whose signal
becomes an exception at the line that runs; a call into C that does not return is ended by the parent, which kills this
process.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import os
import random
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import FrameType, ModuleType
from typing import Any, BinaryIO

from grader.records import Isolation
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.jail.box import Box, Materials
from grader.sandbox.jail.boxes import make_box
from grader.sandbox.jail.layers import LayerMissing

LENGTH = struct.Struct(">I")
MAX_FRAME_BYTES = 2 * 1024 * 1024
MEMORY_MIB = 512
LIFE_CPU_S = 600.0
MAX_DEPTH = 8
FILE = "quiz.py"


class OutOfTime(Exception):
    """A call has used up its processor time."""


def main() -> None:
    """Serve one parent until it hangs up."""
    requests, replies = _pipes()
    _send(replies, {"isolation": _confine(requests, replies)})
    first = _receive(requests)
    if first is None:
        return
    limits = first["limits"]
    functions, error = _load(first["source"], limits["load_s"])
    _send(replies, {"to": first["to"], "error": error})
    while (request := _receive(requests)) is not None:
        results = [_call(functions, call, limits["call_s"]) for call in request["calls"]]
        _send(replies, {"to": request["to"], "results": results})


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the ends towards the parent, on descriptors that `print` and `input` do not know."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence(0, 1)
    return requests, replies


def _silence(*descriptors: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _receive(requests: BinaryIO) -> Any:
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return json.loads(requests.read(LENGTH.unpack(head)[0]))


def _send(replies: BinaryIO, value: dict[str, Any]) -> None:
    content = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    if len(content) > MAX_FRAME_BYTES:
        content = json.dumps({"to": value["to"], "results": None}).encode()
    replies.write(LENGTH.pack(len(content)) + content)
    replies.flush()


def _confine(*kept: BinaryIO) -> str:
    """Confine this process, or a fork of it, as far as the machine can, and return which degree it is in.

    What it may hold open is `kept`: among the rest is a descriptor of /proc, which lists all processes.

    The jail's accounts are given to forks. What is left of this process waits for the fork and ends as it does; if it
    is killed, the system kills the fork.
    """
    box = _box()
    box.settle()
    if box.isolation is not Isolation.PROCESS and (child := box.fork()):
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    box.enter()
    close_all_but(*(stream.fileno() for stream in kept))
    box.limit(memory_mib=MEMORY_MIB, cpu_s=LIFE_CPU_S, device="cpu")
    _silence(2)
    return box.isolation.value


def _box() -> Box:
    try:
        return make_box(Isolation.LANDLOCK, Materials.find())
    except LayerMissing:
        return make_box(Isolation.PROCESS, None)


def _load(source: str, limit_s: float) -> tuple[ModuleType, dict[str, Any] | None]:
    module = ModuleType("quiz")
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    try:
        with _timer(limit_s):
            exec(compile(source, FILE, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  that is its purpose
    except BaseException as error:  # noqa: BLE001  whatever the author's file raises, SystemExit too, is told
        return module, _told(error)
    return module, None


def _call(module: ModuleType, call: dict[str, Any], limit_s: float) -> dict[str, Any]:
    function: Callable[..., object] | None = getattr(module, call["function"], None)
    try:
        if not callable(function):
            raise NameError(f"{call['function']} is not defined")  # noqa: TRY004  its name is gone, or rebound
        with _timer(limit_s):
            result = function(dict(call["params"]), random.Random(int(call["seed"], 16)))
            return {"value": _plain(result)}
    except BaseException as error:  # noqa: BLE001  as above
        return {"error": _told(error)}


@contextlib.contextmanager
def _timer(limit_s: float) -> Iterator[None]:
    """Raise OutOfTime in what runs within, once it has used so much processor time."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGPROF, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, limit_s, 0.1)  # again, where somebody has swallowed the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a result as JSON can hold it: tuples as lists, fractions as text, numbers of NumPy as Python's."""
    if depth > MAX_DEPTH:
        raise ValueError("a result that is nested too deeply")
    if value is None or isinstance(value, bool | str):
        return value
    if type(value) in (int, float):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {_name(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, int | float):
        return float(value) if isinstance(value, float) else int(value)
    if callable(getattr(value, "tolist", None)):
        return _plain(value.tolist(), depth + 1)
    raise TypeError(f"a result may hold numbers, text, True, False, lists and dicts, not {type(value).__name__}")


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of a result must be text, not {key!r}")
    return key


def _told(error: BaseException) -> dict[str, Any]:
    """Return what went wrong: the exception, and the last line of quiz.py that led to it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    line = lines[-1] if lines else error.lineno if isinstance(error, SyntaxError) else None
    try:
        message = str(error)[:500]
    except Exception:  # noqa: BLE001  an exception of the author's whose own text raises
        message = ""
    return {"type": type(error).__name__, "message": message, "line": line}


if __name__ == "__main__":
    sys.exit("started by grader.quiz.generators alone")
