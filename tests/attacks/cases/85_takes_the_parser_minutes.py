"""Hands in the stub behind one f-string that CPython 3.11 parses for a minute: better no score than a zero."""
# /// attack
# class = 85
# goal = "be left without a score instead of with none earned, and hold up the exams of others"
# gain = "hang"
# kind = "driver"
# outcome = "timeout"
# naive = true
# ///

from grader.records import Outcome
from grader.report import Status

SOURCE = "x = f'" + "{0}" * 150_000 + "'\n\n\ndef standardise(x):\n    raise NotImplementedError\n"


def attack(arena):
    report = arena.grade(SOURCE)
    ends = {test.outcome for test in report.tests}
    return [] if report.status is Status.PARTIAL and ends == {Outcome.TIMEOUT} else [f"{report.status}: {ends}"]


def naive(arena):
    return arena.gains(arena.naive(SOURCE))
