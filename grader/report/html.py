"""The report as one HTML file: no script, no network, no style but its own; for screens, dark screens, phones, paper.

All that the terminal says, in one language, with every failure in full and the pictures as drawings. The bytes depend
on the report and the language alone. Text from strangers enters by `markup.element` only, which escapes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.pages.markup import Markup, element, prose, together
from grader.pages.page import html_page
from grader.pages.style import STYLE
from grader.records import Language, Outcome, TestResult, Text
from grader.report import wording
from grader.report.cells import review_place
from grader.report.html_failure import Failures, outcome_label
from grader.report.model import Report, Status, ended_alike, is_cut, needs_explaining
from grader.report.points import format_points
from grader.report.sentences import (
    award_words,
    blocker_claim,
    cannot_run,
    congratulation,
    facts,
    file_names,
    handed_in_words,
    headline_of_problem,
    next_step,
    score_words,
    way_out,
)
from grader.report.signs import UNICODE

_BAR_WIDTH = 1000


def to_html(report: Report, *, language: Language = Language.EN) -> str:
    """Return the report as one HTML document, ending with a newline."""
    return _Document(report, language).document()


class _Document:
    """The document of one report, section by section."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language
        self._failures = Failures(language)
        self._ids = {test.name: f"test-{place}" for place, test in enumerate(report.tests, start=1)}

    def document(self) -> str:
        """Return all of it."""
        words = score_words(self._report, self._language)
        return html_page(
            title=f"{self._report.exercise.id}: {words.points}",
            language=self._language,
            style=STYLE,
            body=(self._header(), element("main", None, *self._sections()), self._footer()),
        )

    def _sections(self) -> list[Markup]:
        report = self._report
        shown = [self._tests()]
        if report.status is Status.UNSCORED:
            shown.insert(0, self._unscored())
        elif report.status is not Status.NOT_STARTED:
            shown.append(self._what_went_wrong())
        return [section for section in (*shown, self._reviews(), self._notes(), self._next()) if section]

    # --------------------------------------------------------------------------------------------- the score

    def _header(self) -> Markup:
        report = self._report
        words = score_words(report, self._language)
        style = {Status.FULL: "good", Status.UNSCORED: "odd", Status.REJECTED: "bad"}.get(report.status, "")
        style = "" if is_cut(report) else style
        parts = [
            element("p", {"class": "quiet"}, report.exercise.name),
            element("h1", None, prose(self._say(report.exercise.title))),
            self._handed_in(),
            element(
                "p",
                {"class": "score"},
                element("strong", {"class": f"points {style}".strip()}, words.points),
                element("span", {"class": "quiet"}, words.word) if words.word else Markup(),
            ),
        ]
        if words.share is not None:
            parts.append(self._bar(words.share, f"{words.points}: {words.word}"))
        for note in self._notes_on_the_score():
            parts.append(element("p", {"class": "note"}, prose(note)))
        return element("header", None, *parts)

    def _handed_in(self) -> Markup:
        told = handed_in_words(self._report, self._language)
        return element("p", {"class": "quiet"}, UNICODE.separator.join(told)) if told else Markup()

    def _bar(self, share: float, alt: str) -> Markup:
        full = _BAR_WIDTH if share >= 1 - 1e-9 else min(math.floor(_BAR_WIDTH * share), _BAR_WIDTH - 1)
        box = {"viewBox": f"0 0 {_BAR_WIDTH} 10", "preserveAspectRatio": "none", "role": "img", "aria-label": alt}
        rest = element("rect", {"class": "rest", "width": str(_BAR_WIDTH), "height": "10"})
        style = "done" if share >= 1 - 1e-9 else "part"
        return element(
            "svg", {"class": "bar", **box}, rest, element("rect", {"class": style, "width": str(full), "height": "10"})
        )

    def _notes_on_the_score(self) -> list[str]:
        report, notes = self._report, []
        award = award_words(report, self._language)
        if award is not None:
            notes.append(award)
        done = congratulation(report, self._language)
        if done is not None:
            notes.append(done)
        if report.score is not None and report.tests and not report.hidden_available:
            notes.append(self._say(wording.VISIBLE_ONLY))
        if report.status is Status.NOT_STARTED:
            notes.append(self._say(wording.UNTOUCHED).format(files=file_names(report, self._language)))
        return notes

    # --------------------------------------------------------------------------------------------- the tests

    def _tests(self) -> Markup:
        report = self._report
        silent = (Outcome.GRADER_FAULT, Outcome.BLOCKED)
        if not report.tests or (
            report.status is Status.UNSCORED and all(test.outcome in silent for test in report.tests)
        ):
            return Markup()
        head = element(
            "tr",
            None,
            element("th", {"scope": "col", "class": "outcome"}, self._say(wording.OUTCOME)),
            element("th", {"scope": "col"}, self._say(wording.CLAIM)),
            self._number("th", "col", self._say(wording.POINTS)),
        )
        groups = [
            self._group(heading, [test for test in report.tests if test.visible is visible])
            for heading, visible in ((wording.VISIBLE_TESTS, True), (wording.HIDDEN_TESTS, False))
        ]
        table = element("table", {"aria-labelledby": "tests"}, element("thead", None, head), *groups)
        return self._section("tests", wording.TESTS, table)

    def _group(self, heading: Text, tests: Sequence[TestResult]) -> Markup:
        if not tests:
            return Markup()
        is_counted = self._report.status not in (Status.UNSCORED, Status.NOT_STARTED)
        title = element(
            "tr",
            None,
            element("th", {"scope": "rowgroup", "colspan": "2"}, self._say(heading)),
            self._number("th", "rowgroup", _points(tests) if is_counted else ""),
        )
        return element("tbody", None, title, *self._rows(tests))

    def _rows(self, tests: Sequence[TestResult]) -> list[Markup]:
        report = self._report
        if report.status is Status.NOT_STARTED:
            possible = [format_points(test.points) for test in tests]
            waiting = element("span", {"class": "quiet"}, UNICODE.waiting.glyph, " ", self._say(wording.NOT_STARTED))
            return [
                self._row(waiting, prose(self._say(test.claim)), points)
                for test, points in zip(tests, possible, strict=True)
            ]
        if report.problem is not None and report.status is not Status.UNSCORED:
            word = element("span", {"class": "bad"}, UNICODE.failed.glyph, " ", self._say(wording.NOT_RUN))
            return [self._row(word, cannot_run(report).within(self._language, len(tests)), _points(tests))]
        return [self._one(test) for test in tests]

    def _one(self, test: TestResult) -> Markup:
        claim = prose(self._say(test.claim))
        if self._is_explained(test):
            claim = element("a", {"href": f"#{self._ids[test.name]}"}, claim)
        if test.outcome is Outcome.BLOCKED:
            waits = self._say(wording.WAITS_FOR).format(blocker=self._say(blocker_claim(self._report, test)))
            claim = together([claim, element("div", {"class": "quiet"}, prose(waits))])
        return self._row(outcome_label(test.outcome, self._language), claim, _points([test]))

    def _row(self, outcome: Markup, claim: str, points: str) -> Markup:
        shown = element("td", {"class": "outcome"}, outcome)
        text = element("td", None, element("div", {"class": "claim"}, claim))
        return element("tr", None, shown, text, self._number("td", None, points))

    def _number(self, tag: str, scope: str | None, text: str) -> Markup:
        """Return the last cell of a row; none without a score: points without a sum would read like one."""
        if self._report.status is Status.UNSCORED:
            return Markup()
        return element(tag, {"scope": scope, "class": "number"}, text)

    def _is_explained(self, test: TestResult) -> bool:
        return self._report.problem is None and self._report.score is not None and needs_explaining(test)

    # --------------------------------------------------------------------------------------------- what went wrong

    def _what_went_wrong(self) -> Markup:
        report = self._report
        if report.problem is not None or report.status is Status.REJECTED:
            problem = self._failures.problem(headline_of_problem(report), report.problem, output=report.output)
            return self._section("failures", wording.WENT_WRONG, problem)
        failed = sorted(filter(needs_explaining, report.tests), key=lambda test: not test.visible)
        if not failed:
            return Markup()
        articles = [
            self._failures.test(test, self._ids[test.name], withheld=test.name in report.withheld) for test in failed
        ]
        if len(failed) > 1 and ended_alike(report):
            articles.insert(0, element("p", None, self._say(wording.ALL_ENDED_ALIKE)))
        return self._section("failures", wording.WENT_WRONG, *articles)

    def _unscored(self) -> Markup:
        problem = self._failures.problem(headline_of_problem(self._report), self._report.problem, output="")
        step = way_out(self._report, self._language)
        told = Markup() if step is None else element("p", {"class": "next"}, prose(step))
        return self._section("failures", wording.WENT_WRONG, problem, told)

    def _reviews(self) -> Markup:
        if not self._report.reviews:
            return Markup()
        places = (
            element(
                "li",
                None,
                element("code", None, review_place(review, self._language)),
                " ",
                prose(self._say(review.text)),
            )
            for review in self._report.reviews
        )
        said = element("p", {"class": "quiet"}, self._say(wording.NEEDS_REVIEW))
        return self._section("reviews", wording.REVIEWS, said, element("ul", {"class": "reviews"}, *places))

    def _notes(self) -> Markup:
        if not self._report.notes:
            return Markup()
        notes = (element("li", None, prose(self._say(note))) for note in self._report.notes)
        return self._section("notes", wording.NOTES, element("ul", {"class": "reviews"}, *notes))

    # --------------------------------------------------------------------------------------------- the end

    def _next(self) -> Markup:
        step = next_step(self._report, self._language)
        if step is None:
            return Markup()
        return element("p", {"class": "next"}, element("strong", None, self._say(wording.NEXT)), "  ", prose(step))

    def _footer(self) -> Markup:
        report = self._report
        told = facts(report, self._language)
        lines = [UNICODE.separator.join(told)] if told else []
        if report.versions:
            lines.append(UNICODE.separator.join(f"{name} {report.versions[name]}" for name in sorted(report.versions)))
        if report.submission is not None:
            lines.append(self._say(wording.SUBMISSION_SHA256).format(sha256=report.submission.sha256))
        lines.append(self._say(wording.EXERCISE_SHA256).format(sha256=report.exercise.sha256))
        return element("footer", None, *(element("p", None, line) for line in lines))

    def _section(self, identifier: str, heading: Text, *children: str) -> Markup:
        title = element("h2", {"id": identifier}, self._say(heading))
        return element("section", {"aria-labelledby": identifier}, title, *children)

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def _points(tests: Sequence[TestResult]) -> str:
    earned, possible = (math.fsum(values) for values in zip(*((t.earned, t.points) for t in tests), strict=True))
    return f"{format_points(earned)} / {format_points(possible)}"
