"""Reads a log as the runner of GitHub's Actions does: which lines are commands, and what they say.

Source: ActionCommand.cs and ActionCommandManager.cs of actions/runner: a command begins a line, after white space, with
`::`, or has the old form `##[name]` anywhere; properties and data are decoded by the escapes that GitHub documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"^\s*::([A-Za-z-]+)(?: (.*?))?::(.*)$")
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """One command of a log."""

    name: str
    properties: dict[str, str]
    message: str


def read_commands(log: str) -> list[Command]:
    """Return the commands that a runner would carry out. Raises: ValueError for one of the old form."""
    if "##[" in log:
        raise ValueError("a command of the old form")
    return [command for line in re.split(r"\r\n|\r|\n", log) if (command := _command(line)) is not None]


def _command(line: str) -> Command | None:
    found = _COMMAND.match(line)
    if found is None:
        return None
    pairs = [pair.split("=", 1) for pair in (found[2] or "").split(",") if "=" in pair]
    return Command(
        name=found[1],
        properties={name.strip(): _decoded(value, _PROPERTY) for name, value in pairs},
        message=_decoded(found[3], _DATA),
    )


def _decoded(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escape, meaning in escapes:
        text = text.replace(escape, meaning)
    return text
