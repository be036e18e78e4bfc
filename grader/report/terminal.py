"""The report as a student reads it in a terminal: the score, one line a test, the first failure in full, what next.

A pure function of the report and of how it is looked at. Colour is never the only sign.
"""

from __future__ import annotations

from rich.cells import cell_len

from grader.records import Fault, Language, Outcome, TestResult, Text
from grader.report import wording
from grader.report.failure import FailureBlock
from grader.report.layout import Page
from grader.report.model import Report, Score, Status, coarse, needs_explaining
from grader.report.points import filled_blocks, format_percent, format_points
from grader.report.rows import TestRows
from grader.report.signs import ASCII, UNICODE

_MIN_WIDTH = 40
_MAX_WIDTH = 100  # longer lines are hard to read
_MAX_REVIEWS = 3
_BARS = (30, 20, 10)  # columns; the longest that has room
_ENDINGS = {Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED, Outcome.FORBIDDEN}  # of the child, not of the test


def to_terminal(
    report: Report,
    *,
    language: Language = Language.EN,
    width: int = 80,
    color: bool = False,
    verbose: bool = False,
    ascii_only: bool = False,
) -> str:
    """Return the report as lines of at most `width` columns, between 40 and 100, ending with a newline.

    `verbose` explains every failure rather than the first and lists blocked tests one by one. `ascii_only`, for an
    output that cannot show more, has ASCII signs and English sentences and escapes every other character.
    """
    page = _Page(
        report,
        language=Language.EN if ascii_only else language,
        width=min(max(width, _MIN_WIDTH), _MAX_WIDTH),
        verbose=verbose,
        ascii_only=ascii_only,
    )
    page.write()
    return page.lines.render(color=color)


class _Page:
    """The page of one report, section by section."""

    def __init__(self, report: Report, *, language: Language, width: int, verbose: bool, ascii_only: bool) -> None:
        self._report = report
        self._language = language
        self._verbose = verbose
        self._signs = ASCII if ascii_only else UNICODE
        self.lines = Page(width=width, ascii_only=ascii_only)
        self._failure = FailureBlock(self.lines, language=language, signs=self._signs, verbose=verbose)

    def write(self) -> None:
        """Fill the page."""
        report = self._report
        self.lines.put(
            (f"{report.exercise.id}  ", "bold"), body=self._say(report.exercise.title), style="bold", indent=0
        )
        self.lines.blank()
        self._score()
        if report.status is Status.NOT_STARTED:
            self.lines.blank()
            self.lines.put(body=self._say(wording.UNTOUCHED, files=self._files()))
        TestRows(self.lines, report, language=self._language, signs=self._signs, verbose=self._verbose).write()
        if report.status is Status.UNSCORED:
            self._unscored()
        elif report.status is not Status.NOT_STARTED:
            self._failures()
        self._reviews()
        self._next_step()
        self._footer()

    # --------------------------------------------------------------------------------------------- the score

    def _score(self) -> None:
        report = self._report
        if report.score is None:
            self.lines.put(body=self._say(wording.NO_SCORE), style="bold magenta")
        elif report.score.possible is None:
            points = self._say(wording.SCORE_UNKNOWN, earned=format_points(report.score.earned))
            self.lines.put(
                (f"{points}{self._signs.separator}", "bold red"), body=self._say(wording.REJECTED), style="red"
            )
        else:
            self._score_bar(report.score, report.score.possible)
        if report.score is not None and report.tests and not report.hidden_available:
            self.lines.blank()
            self.lines.put(body=self._say(wording.VISIBLE_ONLY), style="yellow")

    def _score_bar(self, score: Score, possible: float) -> None:
        share = score.earned / possible if possible else 0.0
        style = "green" if self._report.status is Status.FULL else "yellow" if score.earned else "red"
        points = self._say(wording.SCORE, earned=format_points(score.earned), possible=format_points(possible))
        word = {
            Status.FULL: self._say(wording.FULL if self._report.hidden_available else wording.VISIBLE_FULL),
            Status.NOT_STARTED: self._say(wording.NOT_STARTED),
            Status.REJECTED: self._say(wording.REJECTED),
        }.get(self._report.status, format_percent(share))
        text = f"{points}{self._signs.separator}{word}"
        room = self.lines.width - 4 - cell_len(text)
        length = next((length for length in _BARS if length <= room), _BARS[-1])
        full = filled_blocks(share, length)
        self.lines.put(
            (self._signs.full_block * full, style),
            (self._signs.empty_block * (length - full), "dim"),
            ("  ", ""),
            body=text,
            style="bold",
        )

    # --------------------------------------------------------------------------------------------- what went wrong

    def _failures(self) -> None:
        report = self._report
        if report.problem is not None or report.status is Status.REJECTED:
            rejected = report.status is Status.REJECTED
            self._failure.problem(
                wording.READING if rejected else wording.LOADING, report.problem, output=report.output
            )
            return
        failed = self._failed_tests()
        shown = failed if self._verbose else failed[:1]
        if len(failed) > 1 and _ended_alike(failed, report.tests):
            self.lines.blank()
            self.lines.put(body=self._say(wording.ALL_ENDED_ALIKE))
        for test in shown:
            self._failure.test(test, withheld=test.name in report.withheld)
        if len(failed) > len(shown):
            self.lines.blank()
            more = wording.MORE_FAILURES.within(self._language, len(failed) - len(shown), exercise=report.exercise.id)
            self.lines.put(body=more)

    def _failed_tests(self) -> list[TestResult]:
        """Return the tests to explain, in the order of the page: visible ones first."""
        return sorted(filter(needs_explaining, self._report.tests), key=lambda test: not test.visible)

    def _unscored(self) -> None:
        report = self._report
        fault = report.fault or Fault.GRADER
        headline = wording.UNAVAILABLE if report.unavailable else wording.UNSCORED[fault]
        self._failure.problem(headline, report.problem, output="")
        if fault is Fault.GRADER and report.problem is not None and report.problem.next_step is not None:
            return  # it already says what to do, and better
        self.lines.blank()
        step = wording.ASK_DOCTOR if report.unavailable else wording.WHAT_TO_DO[fault]
        self.lines.put(body=self._say(step, exercise=report.exercise.id))

    def _reviews(self) -> None:
        """Add what a person should look at: quietly, since it is no accusation and costs nothing."""
        reviews = self._report.reviews
        if not reviews:
            return
        self.lines.blank()
        self.lines.put((f"{self._signs.waiting.glyph} ", "dim"), body=self._say(wording.NEEDS_REVIEW))
        shown = reviews if self._verbose else reviews[:_MAX_REVIEWS]
        for review in shown:
            self.lines.put(
                (f"{review.file}:{review.line}  ", "dim"), body=self._say(review.text), style="dim", indent=4
            )
        if len(reviews) > len(shown):
            self.lines.put(
                body=wording.MORE_REVIEWS.within(self._language, len(reviews) - len(shown)), style="dim", indent=4
            )

    # --------------------------------------------------------------------------------------------- the end

    def _next_step(self) -> None:
        report = self._report
        self.lines.blank()
        exercise = report.exercise.id
        if report.status is Status.UNSCORED or (report.status is Status.REJECTED and report.problem is not None):
            return  # said above, with what to do
        if report.status is Status.FULL:
            self._congratulate()
            if report.next_exercise is None:
                return
            step = self._say(wording.NEXT_EXERCISE, exercise=report.next_exercise)
        elif report.status is Status.NOT_STARTED:
            step = self._say(wording.NEXT_START, exercise=exercise, files=self._files())
        elif report.hints and report.problem is None:
            step = wording.NEXT_HINT.within(self._language, report.hints, exercise=exercise)
        else:
            step = self._say(wording.NEXT_EDIT, exercise=exercise, files=self._files())
        self.lines.put((f"{self._say(wording.NEXT)}  ", "bold"), body=step)

    def _congratulate(self) -> None:
        report = self._report
        if report.counts.passed < report.counts.tests:
            return  # every point, yet a test that gives none does not pass
        done = wording.WELL_DONE if report.hidden_available else wording.VISIBLE_DONE
        self.lines.put(
            (f"{self._signs.outcome(Outcome.PASSED).glyph} ", "green"), body=self._say(done), style="bold green"
        )

    def _footer(self) -> None:
        report = self._report
        self.lines.blank()
        facts = []
        if report.isolation is not None:
            facts.append(self._say(wording.ISOLATION[report.isolation]))
        facts.append(report.device.value)
        if report.seed is not None:
            facts.append(self._say(wording.SEED, seed=str(report.seed)))
        if report.timings.total_s > 0:
            facts.append(self._time(coarse(report.timings.total_s)))
        self.lines.put(body=self._signs.separator.join(facts), style="dim")

    def _time(self, seconds: float) -> str:
        if seconds < 1:
            return self._say(wording.MILLISECONDS, time=f"{1000 * seconds:.0f}")
        return self._say(wording.SECONDS, time=f"{seconds:.1f}")

    def _files(self) -> str:
        return self._say(wording.LIST_SEPARATOR).join(self._report.exercise.files)

    def _say(self, text: Text, **values: str) -> str:
        said = text.within(self._language)
        return said.format(**values) if values else said


def _ended_alike(failed: list[TestResult], tests: tuple[TestResult, ...]) -> bool:
    """Return whether every test that ran ended the child in the same way, so that the first may explain the rest."""
    ran = [test for test in tests if test.outcome is not Outcome.BLOCKED]
    outcomes = {test.outcome for test in ran}
    return len(failed) == len(ran) and len(outcomes) == 1 and outcomes <= _ENDINGS
