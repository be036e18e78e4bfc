"""Runs a function in a forked child that puts on some layers first, and returns what it returned."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from grader.sandbox.jail import landlock, seccomp, syscalls

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="seccomp and Landlock are Linux's")


@dataclass(frozen=True)
class Ending:
    """How the child ended, and the JSON that it wrote before."""

    status: int
    value: Any

    @property
    def signal(self) -> int:
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


def fork_confined(action: Callable[[], Any], *, program: bytes = b"", ruleset: int = -1) -> Ending:
    """Fork, put on the ruleset and the filter where given, act; return how it ended and what `action` returned."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
            if ruleset >= 0:
                landlock.restrict(ruleset)
            if program:
                seccomp.install(program, own_pid=os.getpid())
            answer = {"value": action()}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(pid, 0)
    answer = json.loads(data) if data else {}
    assert "error" not in answer, answer["error"]
    return Ending(status, answer.get("value"))


def confined(action: Callable[[], Any], **layers: Any) -> Any:
    """Return what `action` returned in a confined child, which must have ended well."""
    ending = fork_confined(action, **layers)
    assert ending.status == 0, f"the child ended with signal {ending.signal}, status {ending.status:#x}"
    return ending.value


def errno_of(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call by its number; return its errno, 0 where it went well."""
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    converted = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *converted) < 0 else 0
