"""The part of a terminal page that lists the tests: one line each, in columns, visible and hidden apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from grader.records import Language, Outcome, TestResult, Text
from grader.report import wording
from grader.report.layout import Page, pad, pad_left
from grader.report.model import Report, Status, root_blocker
from grader.report.points import format_points
from grader.report.sentences import blocker_claim, cannot_run
from grader.report.signs import Sign, Signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: a sign, a word for what did not pass, points, a text."""

    sign: Sign
    word: str
    earned: str
    possible: str
    text: str
    quiet: bool = False  # not the line's fault: a test that passed, or waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Widths that the rows of both groups share, in columns of the terminal; 0: no row has one."""

    word: int
    earned: int
    possible: int


class TestRows:
    """The list of the tests of `report`, as rows of a page."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    def __init__(self, page: Page, report: Report, *, language: Language, signs: Signs, verbose: bool) -> None:
        self._page = page
        self._report = report
        self._language = language
        self._signs = signs
        self._verbose = verbose

    def write(self) -> None:
        """Add both groups, each with its sum, their columns in line with each other."""
        if self._report.status is Status.UNSCORED and all(_says_nothing(test) for test in self._report.tests):
            return
        groups = [
            (heading, tests, self._rows(tests))
            for heading, tests in (
                (wording.VISIBLE_TESTS, [test for test in self._report.tests if test.visible]),
                (wording.HIDDEN_TESTS, [test for test in self._report.tests if not test.visible]),
            )
            if tests
        ]
        rows = [row for _, _, group in groups for row in group]
        columns = Columns(
            word=max((cell_len(row.word) for row in rows), default=0),
            earned=max((cell_len(row.earned) for row in rows), default=0),
            possible=max((cell_len(row.possible) for row in rows), default=0),
        )
        for heading, tests, group in groups:
            self._page.blank()
            self._page.put((self._say(heading), "bold"), (self._sum(tests), "dim"))
            for row in group:
                self._row(row, columns)

    def _row(self, row: Row, columns: Columns) -> None:
        word = pad(row.word, columns.word) + "  " if columns.word else ""
        self._page.put(
            (f"{row.sign.glyph} ", row.sign.style),
            (word, row.sign.style),
            (_in_columns(row, columns), "dim" if row.quiet else ""),
            body=row.text,
            style="dim" if row.quiet and row.sign is self._signs.waiting else "",
            indent=2,
        )

    def _rows(self, tests: Sequence[TestResult]) -> list[Row]:
        if self._report.status is Status.NOT_STARTED:
            return [self._to_do(test) for test in tests]
        if self._report.problem is not None and self._report.status is not Status.UNSCORED and not self._verbose:
            return [self._not_loaded(tests)]
        if self._verbose:
            return [self._one(test) for test in tests]
        rows = [self._one(test) for test in tests if test.outcome is not Outcome.BLOCKED]
        return rows + self._folded([test for test in tests if test.outcome is Outcome.BLOCKED])

    def _one(self, test: TestResult) -> Row:
        passed, blocked = test.outcome is Outcome.PASSED, test.outcome is Outcome.BLOCKED
        text = test.claim.within(self._language)
        if blocked:
            text = f"{text} {self._waits_for(test)}"
        return Row(
            sign=self._signs.outcome(test.outcome),
            word="" if passed else self._say(wording.OUTCOMES[test.outcome]),
            earned=self._points(_earned([test])),
            possible=self._points(_possible([test])),
            text=text,
            quiet=passed or blocked,
        )

    def _to_do(self, test: TestResult) -> Row:
        return Row(
            sign=self._signs.waiting,
            word="",
            earned="",
            possible=_possible([test]),
            text=test.claim.within(self._language),
        )

    def _not_loaded(self, tests: Sequence[TestResult]) -> Row:
        return Row(
            sign=self._signs.failed,
            word=self._say(wording.NOT_RUN),
            earned=_earned(tests),
            possible=_possible(tests),
            text=cannot_run(self._report).within(self._language, len(tests)),
        )

    def _folded(self, blocked: Sequence[TestResult]) -> list[Row]:
        """Return one row for all tests that wait, in the end, for the same test."""
        by_blocker: dict[str, list[TestResult]] = {}
        for test in blocked:
            by_blocker.setdefault(root_blocker(self._report, test), []).append(test)
        return [
            Row(
                sign=self._signs.waiting,
                word=self._say(wording.OUTCOMES[Outcome.BLOCKED]),
                earned=self._points(_earned(tests)),
                possible=self._points(_possible(tests)),
                text=wording.WAIT_FOR.within(
                    self._language, len(tests), blocker=self._say(blocker_claim(self._report, tests[0]))
                ),
                quiet=True,
            )
            for tests in by_blocker.values()
        ]

    def _waits_for(self, test: TestResult) -> str:
        return self._say(wording.WAITS_FOR).format(blocker=self._say(blocker_claim(self._report, test)))

    def _points(self, points: str) -> str:
        return "" if self._report.status is Status.UNSCORED else points  # points without a sum would read like a score

    def _sum(self, tests: Sequence[TestResult]) -> str:
        if self._report.status in (Status.UNSCORED, Status.NOT_STARTED):
            return ""
        return f"  {_earned(tests)} / {_possible(tests)}"

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def _earned(tests: Sequence[TestResult]) -> str:
    return format_points(math.fsum(test.earned for test in tests))


def _possible(tests: Sequence[TestResult]) -> str:
    return format_points(math.fsum(test.points for test in tests))


def _in_columns(row: Row, columns: Columns) -> str:
    """Return a row's points with the strokes of all rows below each other: " 1/2  "."""
    earned = pad_left(row.earned, columns.earned) + "/" if columns.earned else ""
    possible = pad(row.possible, columns.possible) + "  " if columns.possible else ""
    return earned + possible


def _says_nothing(test: TestResult) -> bool:
    return test.outcome in (Outcome.GRADER_FAULT, Outcome.BLOCKED)
