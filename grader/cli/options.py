"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import click

from grader.cli.language import local
from grader.errors import EXIT_NOT_FULL
from grader.records import Device, Isolation, Language

# Any callable, kept as it is: click's decorators apply to functions and commands alike.
Decorated = TypeVar("Decorated", bound=Callable[..., object])

AUTO = "auto"


class FailWhen(StrEnum):
    """When a command that graded something ends with a failure."""

    NOT_FULL = "not-full"
    UNSCORED = "unscored"
    NEVER = "never"

    def code(self, code: int) -> int:
        """Return the exit code of what was graded, where the score by itself asks for `code`."""
        forgiven = self is FailWhen.NEVER or (self is FailWhen.UNSCORED and code == EXIT_NOT_FULL)
        return 0 if forgiven else code


def language_option(command: Decorated) -> Decorated:
    """Add `--language`: it overrides DLGRADE_LANG for all that this run says, errors included."""
    return click.option(
        "--language",
        type=click.Choice([language.value for language in Language]),
        is_eager=True,
        expose_value=False,
        callback=_speak,
        help=local("Of feedback and messages; else DLGRADE_LANG, else the locale.", "反馈与消息的语言。"),
    )(command)


def _speak(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        os.environ["DLGRADE_LANG"] = value


def course_option(command: Decorated) -> Decorated:
    """Add `--course DIR`."""
    return click.option(
        "--course",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help=local("The folder that holds exercises/; else it is looked for.", "含有 exercises/ 的文件夹。"),
    )(command)


def key_option(command: Decorated) -> Decorated:
    """Add `--key-file FILE`: what opens sealed solutions. A key itself is never an argument: others could read it."""
    return click.option(
        "--key-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=local(
            "The key of solutions.sealed; else DLGRADE_SEAL_KEY.", "solutions.sealed 的密钥；默认取 DLGRADE_SEAL_KEY。"
        ),
    )(command)


def isolation_option(command: Decorated) -> Decorated:
    """Add `--isolation`."""
    return click.option(
        "--isolation",
        type=click.Choice([AUTO, *(degree.value for degree in Isolation)]),
        default=AUTO,
        show_default=True,
        help=local("How strongly your code is confined; auto: as strongly as can be.", "隔离程度；auto 取最强。"),
    )(command)


def fail_when_option(default: FailWhen) -> Callable[[Decorated], Decorated]:
    """Return what adds `--fail-when`: a CI shows a failure as a red cross, and teachers differ on when it helps."""
    return click.option(
        "--fail-when",
        type=click.Choice([one.value for one in FailWhen]),
        default=default.value,
        show_default=True,
        help=local(
            "Exit with a failure: below a full score, only without a score, or never once a report is made.",
            "何时以失败码退出：未满分、仅当没有得分，或只要有报告就从不。",
        ),
    )


def examination_options(command: Decorated) -> Decorated:
    """Add what decides how an exam runs: `--device`, `--seed`, `--isolation`."""
    seed = click.option(
        "--seed",
        type=click.INT,
        callback=within_64_bits,
        metavar="N",
        help=local("Repeat the inputs of a report; else they are new each time.", "重现某次报告的输入。"),
    )
    device = click.option(
        "--device",
        type=click.Choice([device.value for device in Device]),
        default=Device.CPU.value,
        show_default=True,
        help=local("Where the tensors live.", "张量所在的设备。"),
    )
    return device(seed(isolation_option(command)))


def within_64_bits(_context: click.Context, _parameter: click.Parameter, value: int | None) -> int | None:
    """Return a seed that can be sent; click's callback."""
    # Not click.IntRange, which would print the whole range into --help.
    if value is not None and not 0 <= value < 2**63:
        raise click.BadParameter(local(f"{value} is not in [0, 2^63).", f"{value} 不在 [0, 2^63) 内。"))
    return value


def as_isolation(value: str) -> Isolation | None:
    """Return what `--isolation` asks for; None: as strongly as can be."""
    return None if value == AUTO else Isolation(value)
