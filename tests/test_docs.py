"""The documents tell the truth: commands, options, links, and no path of anyone's machine."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from grader import __version__
from grader.cli.app import COMMANDS, app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SKIPPED_FOLDERS = {".git", ".venv", "venv", "build", "dist", "__pycache__", "node_modules"}
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part in SKIPPED_FOLDERS or part.startswith(".dlgrade") for part in page.relative_to(ROOT).parts)
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def shown(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def readme_command(name: str) -> str:
    match = re.search(
        rf"^<!-- command: {name} -->\n```[a-z]*\n(?P<command>.*?)\n```$", README, re.MULTILINE | re.DOTALL
    )
    assert match is not None, f"README.md has no command after <!-- command: {name} -->"
    return match["command"]


def test_readme_gives_the_two_commands() -> None:
    assert readme_command("main") == "pip install -c constraints.txt -e . && dlgrade check exercise03"
    assert (
        readme_command("test") == "pip install -c constraints.txt -e '.[dev]' && python -m pytest -n 2 --dist loadfile"
    )


@pytest.mark.parametrize("name", ["main", "test"])
def test_ci_runs_the_very_command_of_the_readme(name: str) -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    function = re.search(r"^readme_command\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    assert function is not None
    assert f"$(readme_command {name})" in script
    read = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{function[0]}\nreadme_command {name}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout.rstrip("\n") == readme_command(name)


def test_ci_lets_no_failure_pass() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.splitlines()[:1] == ["#!/usr/bin/env bash"]
    assert "set -euo pipefail" in script
    assert "|| true" not in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def every_command() -> list[click.Command]:
    context = click.Context(app)
    commands = [app.get_command(context, name) for name in app.list_commands(context)]
    return [command for command in commands if command is not None]


def with_those_below(command: click.Command) -> list[click.Command]:
    """Return a command, and those of it where it is a group."""
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    below = [command.get_command(context, name) for name in command.list_commands(context)]
    return [command, *(one for one in below if one is not None)]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: str(command.name))
def test_every_command_and_option_is_documented(command: click.Command) -> None:
    section = re.search(rf"^## dlgrade {command.name}\b.*?(?=^## |\Z)", COMMANDS_PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/commands.md has no section for {command.name}"
    for one in with_those_below(command):
        text = section[0]
        if one is not command:
            found = re.search(
                rf"^### dlgrade {command.name} {one.name}\b.*?(?=^### |\Z)", text, re.MULTILINE | re.DOTALL
            )
            assert found is not None, f"docs/commands.md has no section for {command.name} {one.name}"
            text = found[0]
        for parameter in one.params:
            for name in parameter.opts if isinstance(parameter, click.Option) else ():
                assert re.search(rf"`{name}\b", text), f"docs/commands.md does not mention {one.name} {name}"


@pytest.mark.parametrize("command", every_command(), ids=lambda command: str(command.name))
def test_every_option_says_what_it_does(command: click.Command) -> None:
    for one in with_those_below(command):
        assert one.help
        assert all(option.help for option in one.params if isinstance(option, click.Option))


def test_no_command_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"`dlgrade ([a-z]+)", "".join(page.read_text(encoding="utf-8") for page in USER_PAGES)))
    assert named <= set(COMMANDS)


USER_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        target = match["target"].split("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        assert (page.parent / target).exists(), f"{shown(page)} links to {target}, which is not there"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, f"docs/README.md does not list {page.name}"


def test_no_path_of_anyones_machine_is_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so there is no list of the repository's files")
    # Written apart, so that this file does not find itself.
    private = re.compile(
        "|".join(("/" + "home/(?!student)[a-z]", "/" + "Users/[A-Za-z]", "/" + "work/", "/" + "opt/dlg", "/" + "root/"))
    )
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if file.is_file():
            found = private.search(file.read_bytes().decode("utf-8", errors="replace"))
            assert found is None, f"{name} holds {found[0] if found else ''}"


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_every_extra_that_a_page_names_is_one_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {
        (page.name, extra)
        for page in PAGES
        for extra in re.findall(r"'(?:\.|dlgrade)\[([a-z]+)\]'", page.read_text(encoding="utf-8"))
    }
    assert ("notebooks.md", "notebook") in named
    assert {extra for _, extra in named} <= set(project["optional-dependencies"])


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {
        normal(line.split("==")[0])
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    }
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    for requirement in wanted:
        name = re.split(r"[<>=!~ \[;]", requirement)[0]
        assert normal(name) in pins, f"constraints.txt does not pin {name}"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def test_the_transcript_in_the_readme_is_what_dlgrade_prints() -> None:
    block = README.partition("<!-- transcript -->\n```\n")[2].partition("\n```")[0]
    command, _, expected = block.partition("\n")
    words = shlex.split(command.removeprefix("$ dlgrade "))
    environment = {**os.environ, "DLGRADE_LANG": "en", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "grader", *words], cwd=ROOT, capture_output=True, encoding="utf-8", env=environment
    )
    assert without_machine(done.stdout.rstrip()) == without_machine(expected), done.stderr


def without_machine(page: str) -> str:
    """Cut what depends on the machine off the last line: its isolation, and the time that the exam took."""
    return re.sub(r"isolation [^·]+ · (.*) · [\d.]+ m?s$", r"\1", page)


def test_the_benchmarks_can_be_started() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "verify" in done.stdout
    assert "batch" in done.stdout
