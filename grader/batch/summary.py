"""The class in a terminal, at the end of a run: what has no score first, then scores, hard tests, mistakes, cases.

A screen at most, however large the class; silent about what there is none of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from grader.batch import words
from grader.batch.places import Places
from grader.batch.statistics import BINS, Case, CauseFigures, ExerciseFigures, Statistics, TestFigures, Why
from grader.plaintext import printable
from grader.records import Fault, Language, Outcome, Text
from grader.report.escape import without_commands
from grader.report.layout import Page, cut, pad, pad_left
from grader.report.points import filled_blocks, format_percent
from grader.report.signs import ASCII, UNICODE
from grader.report.wording import LIST_SEPARATOR, NEXT_STEP

if TYPE_CHECKING:
    from grader.report import View

_MIN_WIDTH, _MAX_WIDTH = 40, 100
_WIDE = 70  # columns, from which an exercise has room for all in a line
_NARROW = 50  # columns, below which there is no bar beside a test
_LEAST_NAME = 6  # columns of a name, or it is left out: the id stands there
_BAR = 24  # columns of the longest bar of the histogram
_RATE = 10  # columns of the bar of a pass rate
_TESTS, _MISTAKES, _CASES, _IDS = 5, 4, 3, 5  # of each at most
_FEW = 3  # scores, below which a histogram shows no more than they do
_IN_A_LINE = frozenset({Why.NOT_LOADED, Why.BEYOND, Why.LATE, Why.MISSING})
_QUARTERS = 4  # and below which there are no quartiles
_LEVELS, _ASCII_LEVELS = " ▁▂▃▄▅▆▇█", " .:-=+*%#"

Where = Callable[[Case], str]


def report_of_case(case: Case) -> str:
    """Return where the report of a case lies, seen from the folder of `dlgrade grade --output`."""
    return Places(Path()).report(case.student, case.exercise, case.attempt, suffix=".html").as_posix()


def to_summary(found: Statistics, view: View, *, where: Where = report_of_case) -> str:
    """Return the class as lines of at most `view.width` columns, between 40 and 100, ending with a newline.

    `where` says where to look for a case.
    """
    summary = _Summary(found, view, where)
    summary.write()
    return without_commands(summary.lines.render(color=view.color))


class _Summary:
    """The page of one class, section by section."""

    def __init__(self, found: Statistics, view: View, where: Where) -> None:
        self._found = found
        self._language = Language.EN if view.ascii_only else view.language
        self._signs = ASCII if view.ascii_only else UNICODE
        self._levels = _ASCII_LEVELS if view.ascii_only else _LEVELS
        self._where = where
        width = min(max(view.width, _MIN_WIDTH), _MAX_WIDTH)
        self.lines = Page(width=width, ascii_only=view.ascii_only)

    def write(self) -> None:
        """Fill the page."""
        found = self._found
        if not found.students:
            self.lines.put(body=self._say(words.NOBODY_AT_ALL))
            return
        self._unscored()
        if len(found.exercises) == 1:
            self._one(found.exercises[0])
        else:
            self._several(found.exercises)
        self._hardest()
        self._mistakes()
        self._cases()

    # --------------------------------------------------------------------------------------------- scores

    def _unscored(self) -> None:
        cases = [case for case in self._found.cases if case.why is Why.UNSCORED]
        if not cases:
            return
        sign = self._signs.outcome(Outcome.GRADER_FAULT).glyph
        told = words.NO_ZERO.within(self._language, len(cases))
        self.lines.put((f"{sign} ", "bold magenta"), body=told, style="bold magenta")
        for case in cases[:_CASES]:
            self._case(case)
            self._what_happened(case)
        self._more(len(cases) - _CASES)
        remedies = dict.fromkeys(self._say(case.remedy) for case in cases[:_CASES] if case.remedy is not None)
        for way in (*remedies, *ways_out(self._found, self._language)):
            self.lines.put((f"{self._say(NEXT_STEP)}  ", "bold blue"), body=way)
        self.lines.blank()

    def _one(self, figures: ExerciseFigures) -> None:
        title = self._say(figures.exercise.title)
        self.lines.put((f"{figures.exercise.id}  ", "bold"), body=title, style="bold", indent=0)
        self.lines.blank()
        self.lines.put(body=self._signs.separator.join(counts_of(figures, self._language)))
        if figures.spread is None:
            self.lines.put(body=self._say(words.NOBODY))
            return
        self.lines.put(body=self._signs.separator.join(spread_of(figures, self._language)))
        self._undated()
        if sum(figures.spread.histogram) < _FEW:
            return
        self.lines.blank()
        most = max(figures.spread.histogram)
        for place, count in enumerate(figures.spread.histogram):
            label = f"{f'{100 * place // BINS}-{100 * (place + 1) // BINS} %':>8}  "
            length = filled_blocks(count / most, min(_BAR, self.lines.width - 24))
            bar = self._signs.full_block * length
            self.lines.put((label, "dim"), (bar, "cyan"), (f" {count}" if count else self._signs.waiting.glyph, "dim"))

    def _several(self, exercises: Sequence[ExerciseFigures]) -> None:
        ids = max(cell_len(figures.exercise.id) for figures in exercises)
        for figures in exercises:
            share = "" if figures.spread is None else format_percent(figures.spread.mean)
            counted = self._signs.separator.join(counts_of(figures, self._language))
            is_wide = self.lines.width >= _WIDE
            self.lines.put(
                (pad(figures.exercise.id, ids) + "  ", "bold"),
                (self._spark(figures) + "  ", "cyan"),
                (pad_left(share, 5) + "  ", ""),
                body=counted if is_wide else "",
            )
            if not is_wide:
                self.lines.put(body=counted, style="dim", indent=4)
        self._undated()

    def _undated(self) -> None:
        told = undated_of(self._found, self._language)
        if told:
            self.lines.put(body=told, style="yellow")

    def _spark(self, figures: ExerciseFigures) -> str:
        if figures.spread is None:
            return " " * BINS
        most, top = max(figures.spread.histogram), len(self._levels) - 1
        return "".join(self._levels[filled_blocks(count / most, top)] for count in figures.spread.histogram)

    # --------------------------------------------------------------------------------------------- what is hard

    def _hardest(self) -> None:
        tests = [(test, one) for one in self._found.exercises for test in one.tests if test.passed < test.taken]
        tests.sort(key=lambda pair: pair[0].rate)
        if not tests:
            return
        self._heading(words.HARDEST)
        for test, figures in tests[:_TESTS]:
            self._test(test, figures)

    def _test(self, test: TestFigures, figures: ExerciseFigures) -> None:
        room = _RATE if self.lines.width >= _NARROW else 0
        length = filled_blocks(test.rate, room) if room else 0
        self.lines.verbatim(
            (self._signs.full_block * length, "yellow"),
            (self._signs.empty_block * (room - length), "dim"),
            (f" {pad_left(format_percent(test.rate), 5)}  ", ""),
            (self._of(figures), "dim"),
            body=claim_of(test, self._language),
        )

    def _mistakes(self) -> None:
        causes = [(cause, one) for one in self._found.exercises for cause in one.causes]
        causes.sort(key=lambda pair: -pair[0].students)
        mistakes = [pair for pair in causes if pair[0].is_mistake][:_MISTAKES]
        others = [pair for pair in causes if not pair[0].is_mistake][:_MISTAKES]
        if not causes:
            return
        self._heading(words.MISTAKES)
        width = max((len(str(cause.students)) for cause, _ in mistakes), default=0)
        for cause, figures in mistakes:
            self.lines.verbatim(
                (f"{cause.students:>{width}} ", "bold"),
                ("x  " if self._signs is ASCII else "×  ", "dim"),
                (self._of(figures), "dim"),
                body=words_of_cause(cause, self._language),
            )
        if others:
            counted = self._say(words.CAUSE_AND_COUNT)
            each = [
                counted.format(cause=" ".join((self._of(one) + cause.cause_id).split()), count=cause.students)
                for cause, one in others
            ]
            self.lines.put(body=self._say(words.OTHERS).format(causes=self._list(each)), style="dim")

    # --------------------------------------------------------------------------------------------- whom to look at

    def _cases(self) -> None:
        kinds = [why for why in Why if why is not Why.UNSCORED and any(case.why is why for case in self._found.cases)]
        if not kinds:
            return
        self._heading(words.NEEDS_REVIEW)
        for why in kinds:
            cases = [case for case in self._found.cases if case.why is why]
            cases.sort(key=lambda case: -case.count)  # stable: of equals, the order of the students
            if why in _IN_A_LINE:
                self._in_a_line(why, cases)
                continue
            counted = counted_cases(cases, self._language)
            self.lines.put((self._say(words.WHY[why]), "yellow"), (f"  {counted}", "dim"))
            for case in cases[:_CASES]:
                self._case(case)
                if why is Why.REJECTED:
                    self._what_happened(case)
            self._more(len(cases) - _CASES)

    def _in_a_line(self, why: Why, cases: Sequence[Case]) -> None:
        """Add who it is, of whom there may be many."""
        ids = list(dict.fromkeys(case.student for case in cases))
        rest = [] if len(ids) <= _IDS else [words.MORE.within(self._language, len(ids) - _IDS)]
        counted = counted_cases(cases, self._language)
        head = ((self._say(words.WHY[why]), "yellow"), (f"  {counted}  ", "dim"))
        who = self._list([cut(printable(one), 24) for one in ids[:_IDS]] + rest)
        beside = 2 * sum(cell_len(text) for text, _ in head) < self.lines.width
        self.lines.put(*head, body=who if beside else "")
        if not beside:
            self.lines.put(body=who, indent=4)

    def _case(self, case: Case) -> None:
        told = {Why.REVIEW: words.PLACES}.get(case.why)
        count = "" if told is None else f"{told.within(self._language, case.count)}  "
        if case.why is Why.PENDING:
            count = f"{self._say(words.ATTEMPT).format(number=case.attempt)}  "
        where, student = self._where(case), self.lines.clean_code(case.student)
        named = case.name.casefold() not in ("", case.student.casefold())
        who = self.lines.clean_code(f"{case.student} {case.name}") if named else student
        room = self.lines.width - 6 - cell_len(count) - cell_len(where)
        beside = cell_len(student) <= room
        if cell_len(who) > room < cell_len(student) + _LEAST_NAME:
            who = student
        who = cut(who, room if beside else self.lines.width // 2, ellipsis=self._signs.ellipsis)
        self.lines.put((f"{who}  ", "bold"), (count, ""), body=where if beside else "", indent=4)
        if not beside and where:  # in full: a path that is cut opens nothing
            self.lines.put(body=where, indent=6)

    def _what_happened(self, case: Case) -> None:
        told = first_line_of(case, self._language) if case.why is Why.REJECTED else what_happened(case, self._language)
        self.lines.put(body=cut(told, 3 * self.lines.width // 2), indent=6)

    def _more(self, count: int) -> None:
        if count > 0:
            self.lines.put(body=words.MORE.within(self._language, count), style="dim", indent=4)

    def _heading(self, text: Text) -> None:
        self.lines.blank()
        self.lines.put((self._say(text), "bold"))

    def _of(self, figures: ExerciseFigures) -> str:
        return "" if len(self._found.exercises) == 1 else f"{figures.exercise.id}  "

    def _list(self, parts: Sequence[str]) -> str:
        return self._say(LIST_SEPARATOR).join(parts)

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def counts_of(figures: ExerciseFigures, language: Language) -> list[str]:
    """Return how many handed an exercise in and what became of it; nothing of what there is none of."""
    counted = (
        (words.MISSING, figures.missing),
        (words.UNSCORED, figures.unscored),
        (words.REJECTED, figures.rejected),
        (words.NOT_STARTED, figures.not_started),
        (words.FORBIDDEN, figures.forbidden),
        (words.NOT_LOADED, figures.not_loaded),
        (words.CUT, figures.cut),
        (words.FULL, figures.full),
    )
    graded = words.GRADED.within(language, figures.graded)
    return [graded, *(text.within(language, count) for text, count in counted if count)]


def counted_cases(cases: Sequence[Case], language: Language) -> str:
    """Return how many students these cases of one kind are of, and how many submissions where those are more."""
    students = len({case.student for case in cases})
    if students == len(cases):
        return str(students)
    return words.BOTH_COUNTS.within(language).format(
        students=words.OF_STUDENTS.within(language, students),
        submissions=words.SUBMISSIONS.within(language, len(cases)),
    )


def undated_of(found: Statistics, language: Language) -> str:
    """Return of how many nobody knows when they were handed in, where that matters; "" of none."""
    undated = sum(one.undated for one in found.exercises)
    handed_in = sum(one.handed_in for one in found.exercises)
    return words.UNDATED.within(language, undated, of=str(handed_in)) if undated else ""


def spread_of(figures: ExerciseFigures, language: Language) -> list[str]:
    """Return mean, median and quartiles in words; none without a score."""
    spread = figures.spread
    if spread is None:
        return []
    lower, upper = format_percent(spread.lower), format_percent(spread.upper)
    said = [
        words.MEAN.within(language).format(share=format_percent(spread.mean)),
        words.MEDIAN.within(language).format(share=format_percent(spread.median)),
        words.MIDDLE.within(language).format(lower=lower, upper=upper),
    ]
    scores = sum(spread.histogram)
    return said if scores >= _QUARTERS else said[: min(scores, 2)]


def words_of_cause(cause: CauseFigures, language: Language) -> str:
    """Return what a cause is called: a known mistake in its author's words, any other by its id."""
    return cause.cause_id if cause.text is None else " ".join(cause.text.within(language).split())


def claim_of(test: TestFigures, language: Language) -> str:
    """Return what a test claims, and that it is hidden."""
    claim = test.claim.within(language)
    return claim if test.visible else words.HIDDEN_CLAIM.within(language).format(claim=claim)


def what_happened(case: Case, language: Language) -> str:
    """Return whose fault it is that there is no score, and the first line of what happened."""
    problem = first_line_of(case, language)
    if case.fault is None:
        return problem
    fault = (words.DECISION if case.undecided else words.FAULTS[case.fault]).within(language)
    return words.FAULT_AND_PROBLEM.within(language).format(fault=fault, problem=problem) if problem else fault


def first_line_of(case: Case, language: Language) -> str:
    """Return the first line of what happened; "" where nobody knows."""
    return "" if case.problem is None else case.problem.within(language).partition("\n")[0]


def ways_out(found: Statistics, language: Language) -> list[str]:
    """Return what whoever grades does about missing scores, each way once."""
    scored = {one.exercise.name for one in found.exercises if one.graded > one.rejected}
    ways = []
    for case in found.cases:
        if case.why is not Why.UNSCORED:
            continue
        if case.fault is Fault.AUTHOR:
            ways.append(words.MEND_AND_REGRADE if case.exercise in scored else words.MEND_AND_RESUME)
        elif not case.undecided:  # what is to be decided says how, too
            ways.append(words.TRY_AGAIN)
    return [way.within(language) for way in dict.fromkeys(ways)]
