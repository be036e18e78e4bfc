"""A command at the tests' desk is what it is from a shell: what the other tests of the command line rest on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from cli_runs import ROOT, SOLUTION, clean_environment
from desks import Desk, Order, from_scratch

from grader.report.document import without_timings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every command is started from scratch")


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    opened = Desk(clean_environment())
    yield opened
    opened.close()


def order(*arguments: str, **env: str) -> Order:
    return Order(arguments=arguments, cwd=ROOT, environment=clean_environment(env))


def test_a_check_leaves_the_same_report_code_and_messages(desk: Desk) -> None:
    mistake = SOLUTION / "mistakes" / "no_max_shift.py"
    check = order(
        "check", "softmax", "--submission", str(mistake), "--seed", "7", "--format", "json", DLGRADE_LANG="zh"
    )
    here, there = desk.run(check), from_scratch(check)
    assert (here.returncode, here.stderr) == (there.returncode, there.stderr) == (1, "")
    assert without_timings(json.loads(here.stdout)) == without_timings(json.loads(there.stdout))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("arguments", [("--help",), ("list",), ("check", "sofmax"), ("grade",)], ids=" ".join)
def test_what_needs_no_exam_is_printed_alike(desk: Desk, arguments: tuple[str, ...], language: str) -> None:
    asked = order(*arguments, DLGRADE_LANG=language)
    here, there = desk.run(asked), from_scratch(asked)
    assert (here.returncode, here.stdout, here.stderr) == (there.returncode, there.stdout, there.stderr)


def test_one_command_leaves_nothing_to_the_next(desk: Desk) -> None:
    before = desk.run(order("list")).stdout
    assert desk.run(order("list", "--language", "zh", DLGRADE_LANG="zh", COLUMNS="40")).stdout != before
    assert desk.run(order("list")).stdout == before
