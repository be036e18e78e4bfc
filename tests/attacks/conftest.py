"""Fixtures of the attack suite, and its table."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from attacks.arena import Arena
from attacks.naive_run import Naive
from attacks.table import ATTACK, Board
from attacks.trial import Opponent, Opponents
from grader.errors import SandboxUnavailable
from grader.records import Isolation

collect_ignore = ["exercises", "solutions", "cases", "naive"]  # what is attacked, and what attacks: no tests of ours
# At `landlock` there is most to reach of all degrees that other people's code is run in: the suite tries that one.
DEGREES = tuple(map(Isolation, (os.environ.get("DLGRADE_ATTACKS_DEGREES") or "landlock").split(",")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    board = Board()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # They travel with the reports, which may come from the processes of pytest-xdist.
            for key, told in getattr(report, "user_properties", ()):
                if key == ATTACK and report.when == "call":  # the report of its teardown has them, too
                    board.add(**told)
    lines = list(board.lines(degree.value for degree in DEGREES))
    if lines:
        terminalreporter.section("attacks")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made


@pytest.fixture(scope="session")
def naive(arena: Arena) -> Iterator[Naive]:
    with Naive(arena) as grader:
        yield grader


@pytest.fixture(scope="session")
def opponents(arena: Arena, naive: Naive) -> Iterator[Opponents]:
    with Opponents(arena, naive) as made:
        yield made


@pytest.fixture
def opponent(request: pytest.FixtureRequest, opponents: Opponents) -> Opponent:
    """dlgrade at the degree of the parameter; a skip with the reason where this machine has it not.

    DLGRADE_ATTACKS_REQUIRE=strong,landlock turns that skip into a failure.
    """
    degree: Isolation = request.param
    try:
        return opponents.at(degree)
    except SandboxUnavailable as missing:
        if degree.value in os.environ.get("DLGRADE_ATTACKS_REQUIRE", "").split(","):
            pytest.fail(f"DLGRADE_ATTACKS_REQUIRE names {degree.value}: {missing}")
        pytest.skip(str(missing))
