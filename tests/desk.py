"""Serves `dlgrade` commands, each in a process of its own that is forked from one that is warm.

Theory of operation. A test process starts one desk (`python desk.py`), which imports what every command needs but
nothing that depends on a language or an environment, so nothing of `grader.cli`, and starts a base (`one_base`). It
reads one order a line from its stdin: arguments, working folder, environment, and the files that are to be stdin,
stdout and stderr. For each it forks a process that takes these on, runs `grader.cli.main` as `python -m grader` does,
and ends as the interpreter ends. The desk answers with the exit status, negative for a signal, before it reads the next
order; a command that a signal ended may have left a question to the base unanswered, so the next gets a new base.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from typing import Any

# What a check, a class and a proof load before they do anything.
_NEEDED = (
    *("click", "jsonschema", "rich.console", "rich.text"),
    *("grader.pipeline", "grader.examination.requests", "grader.exercise", "grader.submission", "grader.runners.local"),
)


def main() -> int:
    """Serve until stdin ends. In a forked process: run its command and return its exit code."""
    import one_base

    one_base.share_for_good()
    for name in _NEEDED:
        importlib.import_module(name)
    orders, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    for line in orders:
        order: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            orders.close()
            answers.close()
            _take_on(order)
            from grader.cli import main as command

            command()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code < 0:
            one_base.renew()
        print(code, file=answers, flush=True)
    return 0


def _take_on(order: dict[str, Any]) -> None:
    """Become the process that was ordered: its environment, folder, arguments and standard streams."""
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    tempfile.tempdir = None  # the desk's choice, by its own environment
    os.chdir(order["cwd"])
    sys.argv[1:], sys.path[0] = order["arguments"], order["cwd"]
    modes = (os.O_RDONLY, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_APPEND)  # two may be the same file
    streams = list(zip(range(3), order["streams"], modes, strict=True))
    for number, path, mode in streams:
        opened = os.open(path or os.devnull, mode)
        os.dup2(opened, number)
        os.close(opened)
    for number, path, _ in streams:
        if not path:
            os.close(number)
    # As the interpreter makes them in a UTF-8 locale: None for one that is closed.
    ways = (("r", "surrogateescape"), ("w", "surrogateescape"), ("w", "backslashreplace"))
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, way, encoding="utf-8", errors=errors, closefd=False) if path else None  # noqa: SIM115
        for (number, path, _), (way, errors) in zip(streams, ways, strict=True)
    )


if __name__ == "__main__":
    sys.exit(main())
