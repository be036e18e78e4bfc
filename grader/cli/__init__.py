"""The command line: parse, call one function, render, exit code.

`app` holds the table of commands and the way out of every failure; each command is a module that is imported only
when it is asked for, so that `dlgrade --help` stays instant.
"""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

_EXIT_UNWRITTEN = 120  # Python's own, for what it cannot write out in the end


def main() -> NoReturn:
    """Run the command line of this process, and end the process with its exit code."""
    from grader.cli.app import run

    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End at once, but for what is registered for the end: to take a thousand modules down takes 10 to 40 ms."""
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.closed:
                stream.flush()
    except OSError:
        code = _EXIT_UNWRITTEN
    finally:
        os._exit(code)
