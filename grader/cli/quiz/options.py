"""Options that several commands of quizzes share."""

from __future__ import annotations

import click

from grader.cli.language import local
from grader.cli.options import Decorated


def store_option(command: Decorated) -> Decorated:
    """Add `--store FILE`."""
    return click.option(
        "--store",
        metavar="FILE",
        help=local("Where attempts are kept; else DLGRADE_STORE.", "作答记录存放处；默认取 DLGRADE_STORE。"),
    )(command)


def student_option(command: Decorated) -> Decorated:
    """Add `--student NAME`."""
    return click.option(
        "--student",
        metavar="NAME",
        help=local("Who answers; else the one who is logged in here.", "作答者；默认为本机当前用户。"),
    )(command)
