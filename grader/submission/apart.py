"""Asks about source code in a process of its own, where it is too long to be parsed in ours without a limit.

Theory of operation. Nothing of a submission is run where it is taken in, but some of it is parsed, and that alone can
be an attack: CPython 3.11 takes time that grows with the square of an f-string's length (three minutes for 900 KB), and
symbol tables grow with the product of a function's names and of the functions in it; a few megabytes of brackets fill a
gigabyte. No signal stops the parser, which is C code. What is short cannot hurt and is parsed here. What is longer is
parsed by a new process that the kernel ends after `LIMIT_S` of its own CPU time, so a busy machine costs nobody a
score; what it could not read by then is the student's fault. The question is `module:function` of ours, which takes
and returns plain values of JSON, so a process whose memory a parser has spoilt can answer, and do nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import grader
from grader.errors import GraderFault, SubmissionError
from grader.records import Text

CHARACTERS = 32 * 1024  # more than that is long; less takes a parser a tenth of a second, whatever stands in it
LIMIT_S = 4  # of CPU time; the worst of what people could write, a megabyte of statements, takes two
_LATE_S = 120.0  # of any time, for a machine that gives a process none
_MEMORY_BYTES = 3 * 1024**3
_LENGTH_OF_ERROR = 2_000
_NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some systems cannot start Python


def is_long(text: str) -> bool:
    """Return whether a source may take a parser more than a moment."""
    return len(text) > CHARACTERS


def ask(question: str, *values: Any, shown: str) -> Any:
    """Return what `module:function` of ours returns for these values of JSON, in a process of its own.

    `shown` is how messages name the source. Raises: SubmissionError where it takes too long, or more than a parser can
    take; and the one that the function raises. GraderFault where no process can be had.
    """
    with _started() as process:
        try:
            output, errors = process.communicate(
                json.dumps([LIMIT_S, question, values]).encode("ascii"), timeout=_LATE_S
            )
        except subprocess.TimeoutExpired:
            process.kill()
            if hasattr(signal, "SIGXCPU"):
                raise GraderFault(_starved(shown)) from None
            raise _too_long(shown) from None  # where the system counts no CPU time
    if process.returncode < 0:  # by the kernel: its time is up, or the parser has broken down
        raise _too_long(shown)
    try:
        answer = json.loads(output)
    except ValueError:
        raise GraderFault(errors.decode("utf-8", "replace")[-_LENGTH_OF_ERROR:]) from None
    if "refused" in answer:
        problem, remedy = (Text(**text) for text in answer["refused"])
        raise SubmissionError(problem, remedy=remedy if remedy.en else "")
    return answer["value"]


def _started() -> subprocess.Popen[bytes]:
    root = str(Path(grader.__file__).resolve().parent.parent)
    code = f"import sys; sys.path.insert(0, {root!r}); from grader.submission.apart import main; main()"
    try:
        return subprocess.Popen(
            [sys.executable, "-s", "-P", "-X", "utf8", "-c", code],
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=os.sep,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraderFault(
            Text(en=f"No process to read source code in: {reason}.", zh=f"无法创建读取源代码的进程：{reason}。")
        ) from None


# ------------------------------------------------------------------------------------------ in the new process


def main() -> None:
    """Be the process: answer one question from stdin on stdout."""
    limit_s, question, values = json.load(sys.stdin.buffer)
    _confine(limit_s)
    module, _, function = question.partition(":")
    try:
        answer: dict[str, Any] = {"value": getattr(importlib.import_module(module), function)(*values)}
    except SubmissionError as error:
        remedy = error.remedy or Text(en="", zh="")
        answer = {"refused": [{"en": text.en, "zh": text.zh} for text in (error.problem, remedy)]}
    except BaseException:  # noqa: BLE001  the asker tells it as its own fault
        traceback.print_exc()
        os._exit(1)
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # a tree of a million nodes takes as long to be given back


def _confine(limit_s: int) -> None:
    """Let the kernel end this process when its time is up, and give it no more memory than a parser needs."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in (
        (resource.RLIMIT_CPU, limit_s),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS takes none on memory
            _, hard = resource.getrlimit(limit)
            top = most + 1 if limit == resource.RLIMIT_CPU else most  # behind SIGXCPU comes SIGKILL
            top = top if hard == resource.RLIM_INFINITY else min(top, hard)
            resource.setrlimit(limit, (min(most, top), top))


# ------------------------------------------------------------------------------------------ what is said


def _too_long(shown: str) -> SubmissionError:
    return SubmissionError(
        Text(
            en=f"{shown}: Python cannot read it in {LIMIT_S} s.",
            zh=f"{shown}：Python 无法在 {LIMIT_S} 秒内读完它。",
        ),
        remedy=Text(
            en="What people write is read in a moment: take out generated text, such as an f-string of many thousand "
            "characters, or data.",
            zh="人写的代码瞬间即可读完：请删去生成的内容，例如上万字符的 f-string，或大段数据。",
        ),
    )


def _starved(shown: str) -> Text:
    return Text(
        en=f"{shown}: it could not be read, for this machine gives its processes no time.",
        zh=f"{shown}：无法读取，因为这台机器没有给进程分配时间。",
    )
