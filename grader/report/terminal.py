"""The report as a student reads it in a terminal: the score, one line a test, the first failure in full, what next.

A pure function of the report and of how it is looked at. Colour is never the only sign.
"""

from __future__ import annotations

from rich.cells import cell_len

from grader.records import Language, Outcome, TestResult, Text
from grader.report import wording
from grader.report.cells import review_place
from grader.report.failure import FailureBlock
from grader.report.layout import Page
from grader.report.model import Report, Status, ended_alike, is_cut, needs_explaining
from grader.report.points import filled_blocks
from grader.report.rows import TestRows
from grader.report.sentences import (
    ScoreWords,
    award_words,
    congratulation,
    facts,
    file_names,
    handed_in_words,
    headline_of_problem,
    next_step,
    score_words,
    way_out,
)
from grader.report.signs import ASCII, UNICODE

_MIN_WIDTH = 40
_MAX_WIDTH = 100  # longer lines are hard to read
_MAX_REVIEWS = 3
_BARS = (30, 20, 10)  # columns; the longest that has room


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
        handed_in = handed_in_words(report, self._language)
        if handed_in:
            self.lines.put(body=self._signs.separator.join(handed_in), style="dim")
        self.lines.blank()
        self._score()
        award = award_words(report, self._language)
        if award is not None:
            self.lines.put(body=award, style="bold")
        if report.status is Status.NOT_STARTED:
            self.lines.blank()
            self.lines.put(body=self._say(wording.UNTOUCHED, files=file_names(report, self._language)))
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
        report, words = self._report, score_words(self._report, self._language)
        if report.score is None:
            self.lines.put(body=words.points, style="bold magenta")
        elif words.share is None:
            self.lines.put((f"{words.points}{self._signs.separator}", "bold red"), body=words.word, style="red")
        else:
            self._score_bar(words, words.share)
        if report.score is not None and report.tests and not report.hidden_available:
            self.lines.blank()
            self.lines.put(body=self._say(wording.VISIBLE_ONLY), style="yellow")

    def _score_bar(self, words: ScoreWords, share: float) -> None:
        is_full = self._report.status is Status.FULL and not is_cut(self._report)
        style = "green" if is_full else "yellow" if share else "red"
        text = f"{words.points}{self._signs.separator}{words.word}"
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
            self._failure.problem(headline_of_problem(report), report.problem, output=report.output)
            return
        failed = self._failed_tests()
        shown = failed if self._verbose else failed[:1]
        if len(failed) > 1 and ended_alike(report):
            self.lines.blank()
            self.lines.put(body=self._say(wording.ALL_ENDED_ALIKE))
        for test in shown:
            self._failure.test(test, withheld=test.name in report.withheld)
        if len(failed) > len(shown):
            self.lines.blank()
            words = wording.MORE_OF_KERNEL if report.of_kernel else wording.MORE_FAILURES
            more = words.within(self._language, len(failed) - len(shown), exercise=report.exercise.id)
            self.lines.put(body=more)

    def _failed_tests(self) -> list[TestResult]:
        """Return the tests to explain, in the order of the page: visible ones first."""
        return sorted(filter(needs_explaining, self._report.tests), key=lambda test: not test.visible)

    def _unscored(self) -> None:
        self._failure.problem(headline_of_problem(self._report), self._report.problem, output="")
        step = way_out(self._report, self._language)
        if step is not None:
            self.lines.blank()
            self.lines.put(body=step)

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
                (f"{review_place(review, self._language)}  ", "dim"), body=self._say(review.text), style="dim", indent=4
            )
        if len(reviews) > len(shown):
            self.lines.put(
                body=wording.MORE_REVIEWS.within(self._language, len(reviews) - len(shown)), style="dim", indent=4
            )

    # --------------------------------------------------------------------------------------------- the end

    def _next_step(self) -> None:
        self.lines.blank()
        done = congratulation(self._report, self._language)
        if done is not None:
            sign = self._signs.outcome(Outcome.PASSED).glyph
            self.lines.put((f"{sign} ", "green"), body=done, style="bold green")
        step = next_step(self._report, self._language)
        if step is not None:
            self.lines.put((f"{self._say(wording.NEXT)}  ", "bold"), body=step)

    def _footer(self) -> None:
        told = facts(self._report, self._language)
        if told:
            self.lines.blank()
            self.lines.put(body=self._signs.separator.join(told), style="dim")

    def _say(self, text: Text, **values: str) -> str:
        said = text.within(self._language)
        return said.format(**values) if values else said
