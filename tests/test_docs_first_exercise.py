"""docs/first-exercise.md tells the truth: its files are written, its commands are run, in order, in an empty folder.

A bold path and the fenced block below it are a file, whole, or what is appended to it. A `console` block holds commands
behind `$`, and what they print together; a `…` stands for anything. A comment above it names its exit code, else 0.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import desks
import pytest
from desks import Order

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "first-exercise.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^\*\*`(?P<path>[^`]+)`\*\*(?P<append> \(append\))?\n\n|^<!-- exit code: (?P<code>\d) -->\n)?"
    r"^(?P<fence>`{3,})(?P<kind>[a-z]+)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
PLAIN = re.compile(r"dlgrade [^$`&|;<>()*?~#\\\n]+")
DEADLINE_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """A file to write, or commands to run with what they should print."""

    path: str = ""
    append: bool = False
    text: str = ""
    commands: tuple[str, ...] = ()
    output: str = ""
    code: int = 0


def steps() -> Iterator[Step]:
    for found in BLOCK.finditer(PAGE):
        if found["kind"] != "console":
            assert found["path"], f"a block of the page belongs to no file:\n{found['body']}"
            yield Step(path=found["path"], append=bool(found["append"]), text=found["body"])
            continue
        lines = found["body"].splitlines()
        yield Step(
            commands=tuple(line[2:] for line in lines if line.startswith("$ ")),
            output="\n".join(line for line in lines if not line.startswith("$ ")),
            code=int(found["code"] or 0),
        )


class Shell:
    """Runs a reader's commands, and stays where `cd` led. A plain `dlgrade ...` needs no shell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "here"
        self.folder.mkdir()
        tools = folder / "bin"
        tools.mkdir()
        command = tools / "dlgrade"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m grader "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        dropped = ("DLGRADE_", "LC_", "LANG", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        self._environment = kept | {
            "PATH": os.pathsep.join((str(tools), os.environ["PATH"])),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, command: str) -> tuple[int, str]:
        if PLAIN.fullmatch(command):
            order = Order(
                arguments=shlex.split(command)[1:],
                cwd=self.folder,
                environment=self._environment,
                joined=True,
                deadline_s=DEADLINE_S,
            )
            done = desks.command(order)
            return done.returncode, done.stdout
        done = subprocess.run(
            ["bash", "-c", f'{command}\nstatus=$?\nprintf "\\n%s" "$PWD"\nexit $status'],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=DEADLINE_S,
        )
        output, _, place = done.stdout.rpartition("\n")
        self.folder = Path(place)
        return done.returncode, output


def assert_prints(output: str, expected: str) -> None:
    """Fail unless `output` is `expected`, but for white space and for what `…` stands for."""
    shown, parts = flat(output), [flat(part) for part in expected.split("…")]
    assert shown.startswith(parts[0]) and shown.endswith(parts[-1]), f"expected\n{expected}\n\ngot\n{output}"
    at = 0
    for part in filter(None, parts):
        at = shown.find(part, at)
        assert at >= 0, f"not printed, or not in this order:\n{part}\n\ngot\n{output}"
        at += len(part)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(os.name != "posix", reason="the page's commands are those of a POSIX shell")
def test_a_reader_who_follows_the_page_gets_a_proven_exercise(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for step in steps():
        if step.path:
            file = shell.folder / step.path
            assert file.parent.is_dir(), f"{step.path}: the page asks for a file in a folder that is not there"
            file.write_text((file.read_text(encoding="utf-8") if step.append else "") + step.text, encoding="utf-8")
            continue
        printed = []
        for command in step.commands:
            code, output = shell.run(command)
            printed.append(output)
        assert code == step.code, f"{step.commands}: exit code {code}, expected {step.code}\n{output}"
        assert_prints("\n".join(printed), step.output)


def test_the_page_has_files_and_commands() -> None:
    found = list(steps())
    commands = [command for step in found for command in step.commands]
    assert {command.split()[1] for command in commands if command.startswith("dlgrade")} == {
        *("new", "check", "verify", "pack")
    }
    assert sum(bool(step.path) for step in found) >= 10
    assert PAGE.count("\n$ ") == len(commands)  # no command stands outside of what is run
