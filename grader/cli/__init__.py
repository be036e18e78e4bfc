"""The command line: parse, call one function, render, exit code.

`app` holds the table of commands and the way out of every failure; each command is a module that is imported only
when it is asked for, so that `dlgrade --help` stays instant.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line of this process and return its exit code."""
    from grader.cli.app import run

    return run(sys.argv[1:])
