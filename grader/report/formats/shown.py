"""What a format shows of a report: its tests, its score and its problem, in one language, decided once for all formats.

A format takes its facts from `show(report, view)` and decides nothing anew: which points count, what of a hidden test
may be seen, whose fault something is, which text explains it. What is here is in the view's language and is NOT escaped
yet: claims, messages, sources and output may hold whatever a student wrote, so each goes through the function of
`grader.report.escape` that its format has.

What no format shows of a hidden test: what the student's code printed in it and how long it took (both can tell its
inputs), and whatever the exercise's `[reveal]` holds back, which no report has in the first place.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Explanation, Fault, Language, Outcome, SourceLine, TestResult, Text
from grader.report import wording
from grader.report.cells import place_in_cell
from grader.report.formats import words
from grader.report.model import Report, Status, awarded, coarse, root_blocker
from grader.report.points import whole_percent
from grader.report.sentences import award_words, blocker_claim, headline_of_problem, score_words, way_out

MAX_OUTPUT = 10_000  # characters of what a test printed; a format that has less room cuts it shorter
MAX_SOURCE = 500  # characters of a line of the student's
_MAX_FRAMES = 8  # of a traceback: the innermost say most


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One part of an explanation, such as "expected" and what was expected; the text may have several lines."""

    label: str
    text: str
    colon: str = ": "  # as the language writes it

    def lines(self) -> list[str]:
        """Return it as lines of plain text: what takes several stands below its label."""
        lines = self.text.split("\n")
        return (
            [f"{self.label}: {self.text}"]
            if len(lines) == 1
            else [f"{self.label}:", *(f"    {line}" for line in lines)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One of the student's own lines, as a traceback shows it."""

    file: str  # as the exercise names it
    line: int  # of the file, from 1; of a notebook, of the cell
    cell: int  # of the notebook, from 1; 0: it is no notebook, and `line` is the file's
    column: int  # from 1; 0: not known
    place: str  # in words: "softmax.py:9, in _normalize"
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a test did not pass, or why there is no score: `message` is one sentence, the rest goes into detail."""

    message: str
    cause_id: str = ""  # for machines: "factor.batch"; "": nobody looked for a cause
    facts: tuple[Fact, ...] = ()
    frames: tuple[Frame, ...] = ()  # the innermost last
    example: str = ""  # Python code that shows the failure; of a hidden test only where `[reveal]` shows all

    def in_full(self) -> str:
        """Return all of it as lines of plain text, the message first."""
        lines = [self.message]
        for fact in self.facts:
            lines += fact.lines()
        for frame in self.frames:
            lines += [frame.place, *([f"    {frame.source.strip()}"] if frame.source.strip() else [])]
        if self.example:
            lines += ["", *self.example.split("\n")]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTest:
    """One test. `earned` is None where the report has no score: points without a sum would read like one."""

    name: str
    claim: str
    outcome: Outcome
    word: str  # the outcome, in words
    points: float
    earned: float | None
    visible: bool
    fault: Fault | None  # None: it passed, or waits for another
    blocked_by: str  # the test that did not pass, at the beginning of the chain that it waits for; "": it does not wait
    why: Why | None  # None: it passed
    output: str  # what the student's code printed, capped; "" of a hidden test
    withheld: bool  # it printed something that is not shown
    wall_s: float  # 0 of a hidden test, and of a report without measurements

    @property
    def unscored(self) -> bool:
        """Whether author or grader are at fault: no failure of the student's, never a zero."""
        return self.outcome is Outcome.GRADER_FAULT or self.fault in (Fault.AUTHOR, Fault.GRADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One report. `points` are those that count, after the course's rules; None: there is no score, which is no zero.

    `problem` says why the submission could not be read or loaded, or why there is no score. `whole` is that problem as
    if it were a test, for formats that know nothing but tests; None where a test among `tests` says it already.
    """

    id: str  # "exercise03"
    name: str  # of the exercise, "exercise03_softmax"
    title: str
    status: Status
    fault: Fault | None
    points: float | None
    earned: float | None  # before the course's rules
    possible: float | None
    percent: int | None  # of the points that count, rounded down
    headline: str  # the score in words: "5 / 10 points, 50 %"
    award: str  # what was earned where less of it counts, and why; "": the rules say nothing
    caveat: str  # that only visible tests ran; "": all did
    tests: tuple[ShownTest, ...]
    problem: Why | None
    whole: ShownTest | None
    output: str  # printed while the student's module was imported, capped
    way_out: str  # what to do about a missing score; "": there is a score, or the problem itself says it
    exam_s: float  # two digits; 0 of a report without measurements
    report: Report  # for the facts of machines: seed, isolation, versions, digests; its texts are not to be shown

    @property
    def cases(self) -> tuple[ShownTest, ...]:
        """The tests, and before them the problem as a whole where none of them says it."""
        return self.tests if self.whole is None else (self.whole, *self.tests)


def show(report: Report, language: Language) -> Shown:
    """Return what a format shows of `report`, in `language`."""
    points = awarded(report)
    possible = None if report.score is None else report.score.possible
    problem = None if report.problem is None else _why(report.problem, language)
    if problem is None and report.status in (Status.UNSCORED, Status.REJECTED):
        problem = Why(message=headline_of_problem(report).within(language))
    step = way_out(report, language) if report.status is Status.UNSCORED else None
    return Shown(
        id=report.exercise.id,
        name=report.exercise.name,
        title=report.exercise.title.within(language),
        status=report.status,
        fault=report.fault,
        points=points,
        earned=None if report.score is None else report.score.earned,
        possible=possible,
        percent=whole_percent(points, possible),
        headline=_headline(report, language),
        award=award_words(report, language) or "",
        caveat=wording.VISIBLE_ONLY.within(language) if report.tests and not report.hidden_available else "",
        tests=tuple(_test(test, report, language) for test in report.tests),
        problem=problem,
        whole=None if problem is None else _whole(report, problem, language),
        output=report.output[:MAX_OUTPUT],
        way_out=step or "",
        exam_s=coarse(report.timings.exam_s) if report.measured else 0.0,
        report=report,
    )


def _headline(report: Report, language: Language) -> str:
    score = score_words(report, language)
    return words.AND.within(language).join(part for part in (score.points, score.word) if part)


def _test(test: TestResult, report: Report, language: Language) -> ShownTest:
    hides = test.name in report.withheld
    output = "" if hides else test.output[:MAX_OUTPUT]
    return ShownTest(
        name=test.name,
        claim=test.claim.within(language),
        outcome=test.outcome,
        word=wording.OUTCOMES[test.outcome].within(language),
        points=test.points,
        earned=None if report.status is Status.UNSCORED else test.earned,
        visible=test.visible,
        fault=test.fault,
        blocked_by=root_blocker(report, test) if test.outcome is Outcome.BLOCKED else "",
        why=_why_not(test, report, language),
        output=output,
        withheld=hides,
        wall_s=round(test.wall_s, 6) if test.visible and report.measured else 0.0,
    )


def _why_not(test: TestResult, report: Report, language: Language) -> Why | None:
    if test.outcome is Outcome.PASSED:
        return None
    if test.outcome is Outcome.BLOCKED:
        return Why(message=words.WAITS.within(language).format(blocker=blocker_claim(report, test).within(language)))
    explanation = test.explanation
    if explanation is None and report.status is not Status.UNSCORED:
        explanation = report.problem  # the code did not load: that is why, for every test
    if explanation is None:
        return Why(message=wording.UNEXPLAINED[test.outcome].within(language))
    return _why(explanation, language)


def _why(explanation: Explanation, language: Language) -> Why:
    parts = (
        (wording.CALL, explanation.call),
        (wording.EXPECTED, _said(explanation.expected, language)),
        (wording.GOT, _said(explanation.got, language)),
        (wording.WHERE, _said(explanation.where, language)),
        (wording.CAUSE, _said(explanation.cause, language)),
        (wording.NEXT_STEP, _said(explanation.next_step, language)),
    )
    return Why(
        message=explanation.problem.within(language),
        cause_id=explanation.cause_id,
        facts=tuple(fact_of(label, text, language) for label, text in parts if text),
        frames=tuple(_frame(line, language) for line in explanation.traceback[-_MAX_FRAMES:]),
        example=_said(explanation.example, language) or "",
    )


def fact_of(label: Text, text: str, language: Language) -> Fact:
    """Return a part of an explanation, labelled in `language`."""
    return Fact(label=label.within(language), text=text, colon=words.COLON.within(language))


def _frame(line: SourceLine, language: Language) -> Frame:
    cell = line.cell
    number = line.line if cell is None else line.line - cell.line + 1
    place = f"{line.file}:{number}"
    if cell is not None:
        place = place_in_cell(line.line, cell, language)
    if line.function and line.function != "<module>":
        place = wording.IN_FUNCTION.within(language).format(place=place, function=line.function)
    return Frame(
        file=line.file,
        line=number,
        cell=0 if cell is None else cell.number,
        column=line.column,
        place=place,
        source=line.source.rstrip()[:MAX_SOURCE],
    )


def _whole(report: Report, problem: Why, language: Language) -> ShownTest | None:
    """Return the problem as a test, unless a test of the exam has it: then it would be said twice."""
    fault = report.fault or Fault.STUDENT
    if any(_says(test, report, fault) for test in report.tests):
        return None
    return ShownTest(
        name="submission" if fault is Fault.STUDENT else "exam",
        claim=headline_of_problem(report).within(language),
        outcome=Outcome.GRADER_FAULT if fault is Fault.GRADER else Outcome.FAILED,
        word=wording.OUTCOMES[Outcome.GRADER_FAULT if fault is not Fault.STUDENT else Outcome.FAILED].within(language),
        points=0.0,
        earned=None if report.score is None else 0.0,
        visible=True,
        fault=fault,
        blocked_by="",
        why=problem,
        output="",
        withheld=False,
        wall_s=0.0,
    )


def _says(test: TestResult, report: Report, fault: Fault) -> bool:
    """Return whether `test` itself shows the problem of the whole report."""
    at_fault = Fault.GRADER if test.outcome is Outcome.GRADER_FAULT else test.fault
    if not test.outcome.is_missed or at_fault is not fault:
        return False
    return fault is Fault.STUDENT or test.explanation == report.problem


def _said(text: Text | None, language: Language) -> str | None:
    return None if text is None else text.within(language)
