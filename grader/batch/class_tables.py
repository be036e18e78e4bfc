"""The tables on the pages of a class: tests, mistakes, who passes what, who needs a person, and the students."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from grader.batch import words
from grader.batch.class_charts import rate_bar, spark
from grader.batch.classbook import Asked, Classbook, Standing, Student, standing_of
from grader.batch.places import Places
from grader.batch.rows import Row, Tried
from grader.batch.statistics import Case, CauseFigures, ExerciseFigures, TestFigures, Why
from grader.batch.summary import claim_of, spread_of, what_happened
from grader.pages.markup import Address, Markup, beside, element, prose, together
from grader.records import Language, Outcome, Text
from grader.report import wording
from grader.report.points import format_percent, format_points
from grader.report.signs import UNICODE

MAX_TOLD = 6  # of each kind with what happened, before the rest is folded away: likely the same, many times
MAX_CASES = 50  # of each other kind
MAX_FOLDED = 1000
_STYLES = {
    Standing.FULL: ("good", UNICODE.outcome(Outcome.PASSED).glyph),
    Standing.CUT: ("warn", UNICODE.outcome(Outcome.PASSED).glyph),
    Standing.NOT_STARTED: ("quiet", UNICODE.waiting.glyph),
    Standing.FORBIDDEN: ("bad", UNICODE.outcome(Outcome.FORBIDDEN).glyph),
    Standing.NOT_LOADED: ("bad", UNICODE.failed.glyph),
    Standing.REJECTED: ("bad", UNICODE.failed.glyph),
    Standing.UNSCORED: ("odd", UNICODE.outcome(Outcome.GRADER_FAULT).glyph),
}
_AT_ONCE = 60  # students in sight: a table of more scrolls on its own, or nobody would find what is below it
_NONE = "\u2013"  # where there is no number
_CELLS = {Outcome.PASSED: "pass", Outcome.BLOCKED: "wait"}


class Tables:
    """Makes the tables, in one language. `linked`: the suffix of the reports that lie beside the page; "": none do."""

    def __init__(self, exercises: Sequence[Asked], language: Language, *, linked: str) -> None:
        self._ids = {exercise.name: exercise.id for exercise in exercises}
        self._language = language
        self._linked = linked

    # --------------------------------------------------------------------------------------------- exercises

    def exercises(self, figures: Sequence[ExerciseFigures], anchors: Sequence[str]) -> Markup:
        """Return a line an exercise, which leads to its section."""
        heads = (words.EXERCISE, words.SCORES, words.HANDED_IN_HEAD)
        rows = (self._exercise(one, anchor) for one, anchor in zip(figures, anchors, strict=True))
        return self.table(words.EXERCISE, [(self.say(head), None) for head in heads], rows, style="scroll overview")

    def _exercise(self, one: ExerciseFigures, anchor: str) -> Markup:
        link = element("a", {"href": f"#{anchor}"}, one.exercise.id)
        title = element("div", {"class": "quiet"}, prose(self.say(one.exercise.title)))
        drawn = Markup() if one.spread is None else spark(one.spread, self._language)
        said = UNICODE.separator.join(spread_of(one, self._language)[:2])
        counted = words.HANDED_IN.within(self._language).format(handed_in=one.handed_in, students=one.students)
        shown = element("td", {"class": "wide"}, drawn, element("div", {"class": "quiet"}, said))
        return element("tr", None, element("th", {"scope": "row"}, link, title), shown, element("td", None, counted))

    # --------------------------------------------------------------------------------------------- tests

    def tests(self, tests: Sequence[TestFigures]) -> Markup:
        """Return the tests of an exercise, numbered, with their pass rates."""
        with_r = any(test.discrimination is not None for test in tests)
        heads: list[tuple[str, str | None]] = [
            ("#", "number"),
            (self.say(wording.CLAIM), None),
            (self.say(words.SHARE_PASSED), None),
            (self.say(words.PASSED), "number"),
        ]
        rows = (self._test(number, test, with_r=with_r) for number, test in enumerate(tests, start=1))
        return self.table(words.TESTS, [*heads, *([("r", "number")] if with_r else [])], rows)

    def _test(self, number: int, test: TestFigures, *, with_r: bool) -> Markup:
        passed = words.RATE.within(self._language).format(passed=test.passed, taken=test.taken)
        share = element("span", {"class": "quiet"}, format_percent(test.rate))
        rated = element("div", {"class": "rated"}, rate_bar(test.rate), share)
        r = "" if test.discrimination is None else f"{test.discrimination:.2f}".replace("-", "\u2212")
        return element(
            "tr",
            None,
            element("td", {"class": "number"}, str(number)),
            element("td", {"class": "words"}, prose(claim_of(test, self._language))),
            element("td", {"class": "wide"}, rated),
            element("td", {"class": "number"}, passed),
            element("td", {"class": "number"}, r) if with_r else Markup(),
        )

    def causes(self, heading: Text, causes: Sequence[CauseFigures], tests: Sequence[TestFigures]) -> Markup:
        """Return the causes of failures, and at how many students."""
        numbers = {test.name: str(number) for number, test in enumerate(tests, start=1)}
        heads: list[tuple[str, str | None]] = [
            (self.say(words.STUDENTS), "number"),
            (self.say(words.CAUSE), None),
            (self.say(words.SEEN_IN), None),
        ]
        return self.table(heading, heads, (self._cause(cause, numbers) for cause in causes))

    def _cause(self, cause: CauseFigures, numbers: dict[str, str]) -> Markup:
        code = element("code", None, cause.cause_id)
        told = (
            code
            if cause.text is None
            else together([prose(cause.text.within(self._language)), element("div", {"class": "quiet"}, code)])
        )
        found = sorted(int(numbers[test]) for test in cause.tests if test in numbers)
        seen = self.say(words.TEST) + " " + self.say(wording.LIST_SEPARATOR).join(map(str, found))
        return element(
            "tr",
            None,
            element("td", {"class": "number"}, str(cause.students)),
            element("td", {"class": "words"}, told),
            element("td", None, seen),
        )

    # --------------------------------------------------------------------------------------------- who passes what

    def matrix(self, exercise: Asked, students: Sequence[Student], tests: Sequence[TestFigures]) -> Markup:
        """Return a table of students against tests, the best first: what is out of line is seen at once."""
        taken = [(student, student.rows[exercise.name]) for student in students if exercise.name in student.rows]
        taken = sorted((pair for pair in taken if pair[1].tests), key=lambda pair: -(pair[1].points or 0.0))
        heads = [
            (self.say(words.STUDENT), None),
            *((str(number), None) for number, _ in enumerate(tests, start=1)),
            (self.say(wording.POINTS), "number"),
        ]
        rows = (self._line(exercise, student, row, tests) for student, row in taken)
        return self._of_students(words.MATRIX, heads, rows, count=len(taken), style="scroll matrix")

    def _line(self, exercise: Asked, student: Student, row: Row, tests: Sequence[TestFigures]) -> Markup:
        outcomes = {test.name: test.outcome for test in row.tests}
        cells = (self._mark(outcomes.get(test.name)) for test in tests)
        who = self._link(student.id, exercise.name, row.handed_in.attempt, student.id)
        points = words.STANDINGS[Standing.UNSCORED].within(self._language)
        if row.points is not None:
            points = format_points(row.points)
        name = element("span", {"class": "quiet"}, f" {student.name}") if student.name != student.id else Markup()
        head = element("th", {"scope": "row"}, who, name)
        return element("tr", None, head, *cells, element("td", {"class": "number"}, points))

    def _mark(self, outcome: Outcome | None) -> Markup:
        if outcome is None:
            return element("td", None)
        word = self.say(wording.OUTCOMES[outcome])
        glyph = element("span", {"aria-hidden": "true"}, UNICODE.outcome(outcome).glyph)
        said = element("span", {"class": "said"}, word)
        return element("td", {"class": _CELLS.get(outcome, "miss"), "title": word}, glyph, said)

    # --------------------------------------------------------------------------------------------- cases

    def unscored(self, cases: Sequence[Case]) -> Markup:
        """Return who has no score, and whose fault that is."""
        heads: list[tuple[str, str | None]] = [(self.say(words.STUDENT), None), (self.say(words.PROBLEM), None)]
        rows = [
            element("tr", None, self._who(case), element("td", {"class": "words"}, *self._what_happened(case)))
            for case in cases
        ]
        return self._folded(rows, lambda part: self.table(words.NO_SCORE, heads, part), first=MAX_TOLD)

    def _what_happened(self, case: Case) -> list[Markup]:
        """Return why a case has no score, and the way out where that is known."""
        told = [prose(what_happened(case, self._language))]
        if case.remedy is not None:
            told.append(element("div", {"class": "quiet"}, prose(self.say(case.remedy))))
        return told

    def with_problems(self, cases: Sequence[Case]) -> Markup:
        """Return whose submissions of one kind were not run, and why."""
        heads: list[tuple[str, str | None]] = [(self.say(words.STUDENT), None), (self.say(words.PROBLEM), None)]
        rows = [
            element("tr", None, self._who(case), element("td", {"class": "words"}, prose(self._problem(case))))
            for case in cases
        ]
        return self._folded(rows, lambda part: self.table(words.WHY[cases[0].why], heads, part), first=MAX_TOLD)

    def cases(self, cases: Sequence[Case]) -> Markup:
        """Return what is said of each case in a word or two, the most first; of what is missing by student."""
        if cases[0].why is Why.MISSING:
            lines = self._missing(cases)
        else:
            ordered = sorted(cases, key=lambda case: -case.count)  # stable: of equals, the students' order
            lines = [element("li", None, self._link_of(case), self._about(case)) for case in ordered]
        return self._folded(lines, lambda part: element("ul", {"class": "key"}, *part), first=MAX_CASES)

    def _missing(self, cases: Sequence[Case]) -> list[Markup]:
        """Return a line a student, with the exercises that are missing where there are several."""
        found: dict[str, list[Case]] = {}
        for case in cases:
            found.setdefault(case.student, []).append(case)
        lines = []
        for student, own in found.items():
            name = own[0].name if own[0].name != student else ""
            exercises = self.say(wording.LIST_SEPARATOR).join(self._ids[case.exercise] for case in own)
            told = "" if own[0].problem is None else self.say(own[0].problem)
            parts = [student, name, exercises if len(self._ids) > 1 else "", told]
            lines.append(element("li", None, UNICODE.separator.join(part for part in parts if part)))
        return lines

    def _problem(self, case: Case) -> str:
        if case.problem is None:
            return self.say(words.NO_WORDS)
        return case.problem.within(self._language).partition("\n")[0]

    def _folded(self, parts: Sequence[Markup], draw: Callable[[Sequence[Markup]], Markup], *, first: int) -> Markup:
        """Return the first of these, and the rest folded away; what a page has no room for stands in the gradebook."""
        shown = [draw(parts[:first])]
        rest = parts[first : first + MAX_FOLDED]
        if rest:
            more = element("summary", None, words.MORE.within(self._language, len(rest)))
            shown.append(element("details", {"class": "after"}, more, draw(rest)))
        left = len(parts) - first - len(rest)
        if left > 0:
            told = words.IN_GRADEBOOK.within(self._language, left)
            shown.append(element("p", {"class": "quiet after"}, told))
        return together(shown)

    def _who(self, case: Case) -> Markup:
        about = element("span", {"class": "quiet"}, self._about(case))
        return element("th", {"scope": "row"}, self._link_of(case), about)

    def _about(self, case: Case) -> str:
        """Return the name, the exercise where there are several, and a count, each behind a separator."""
        told = {Why.REVIEW: words.PLACES, Why.LATE: words.DAYS}.get(case.why)
        parts = [
            case.name if case.name != case.student else "",
            self._ids[case.exercise] if len(self._ids) > 1 else "",
            "" if told is None else told.within(self._language, case.count),
            self.say(words.ATTEMPT).format(number=case.attempt) if case.why in (Why.PENDING, Why.BEYOND) else "",
        ]
        return "".join(UNICODE.separator + part for part in parts if part)

    def _link_of(self, case: Case) -> str:
        if case.why is Why.MISSING:
            return case.student
        return self._link(case.student, case.exercise, case.attempt, case.student)

    # --------------------------------------------------------------------------------------------- students

    def students(self, book: Classbook, students: Sequence[Student]) -> Markup:
        """Return a line a student, which leads to their reports."""
        with_sections = any(student.section for student in book.students)
        heads: list[tuple[str, str | None]] = [
            (self.say(words.STUDENT), None),
            *([(self.say(words.SECTION), None)] if with_sections else []),
            *([(self.say(words.TOTAL), "number")] if len(book.exercises) > 1 else []),
            (self.say(words.SHARE), "number"),
            *((exercise.id, None) for exercise in book.exercises),
        ]
        rows = (self._student(book, student, with_section=with_sections) for student in students)
        return self._of_students(words.STUDENTS_TABLE, heads, rows, count=len(students), style="scroll students")

    def _student(self, book: Classbook, student: Student, *, with_section: bool) -> Markup:
        name = student.name if student.name != student.id else ""
        quiet = element("div", {"class": "quiet"}, name) if name else Markup()
        cells = [element("th", {"scope": "row"}, student.id, quiet)]
        if with_section:
            cells.append(element("td", None, student.section))
        total, possible = student.total, book.possible
        if len(book.exercises) > 1:
            of = "" if possible is None else f" / {format_points(possible)}"
            cells.append(element("td", {"class": "number"}, _NONE if total is None else format_points(total) + of))
        share = _NONE if total is None or not possible else format_percent(total / possible)
        cells.append(element("td", {"class": "number"}, share))
        return element("tr", None, *cells, *(self._result(student, exercise) for exercise in book.exercises))

    def _result(self, student: Student, exercise: Asked) -> Markup:
        row = student.rows.get(exercise.name)
        if row is None:
            return element("td", None, element("span", {"class": "warn tag"}, self.say(words.STATUS_MISSING)))
        possible = exercise.possible if row.possible is None else row.possible
        said = words.NO_SCORE.within(self._language)
        if row.points is not None:
            said = format_points(row.points) + ("" if possible is None else f" / {format_points(possible)}")
        link = self._link(student.id, exercise.name, row.handed_in.attempt, said)
        counted = Markup() if row.counted is None else element("div", {"class": "quiet"}, self.say(row.counted))
        return element("td", {"class": "result"}, link, *self._tags(row), self._attempts(row), counted)

    def _attempts(self, row: Row) -> Markup:
        """Return all attempts with their points, where there are several; a folded list would hide who went too far."""
        if not row.tried:
            return Markup()
        within = [self._attempt(row, one) for one in row.tried if not one.beyond]
        beyond = [self._attempt(row, one) for one in row.tried if one.beyond]
        parts = [self.say(words.ATTEMPTS), " ", *_between(UNICODE.separator, within)]
        if beyond:
            said = element("span", {"class": "warn"}, self.say(words.OVER_THE_LIMIT))
            parts += [UNICODE.separator, said, " ", *_between(UNICODE.separator, beyond)]
        return element("div", {"class": "quiet"}, *parts)

    def _attempt(self, row: Row, one: Tried) -> Markup:
        points = _NONE if one.earned is None else format_points(one.earned)
        return together(
            [self._link(row.handed_in.student, row.exercise, one.attempt, str(one.attempt)), f" ({points})"]
        )

    def _tags(self, row: Row) -> list[Markup]:
        tags = []
        standing = standing_of(row)
        if standing in _STYLES:
            style, glyph = _STYLES[standing]
            told = words.CUT_LATE if standing is Standing.CUT and row.late_days else words.STANDINGS[standing]
            word = f"{glyph} {self.say(told)}" if row.points is not None else glyph
            tags.append(element("span", {"class": f"{style} tag"}, word))
        if row.points is not None and row.pending:
            tags.append(element("span", {"class": "warn tag"}, self.say(words.PENDING)))
        if row.late_days:
            late = f"{self.say(words.WHY[Why.LATE])} {words.DAYS.within(self._language, row.late_days)}"
            tags.append(element("span", {"class": "warn tag"}, late))
        if row.reviews:
            places = f"{self.say(words.WHY[Why.REVIEW])} {row.reviews}"
            tags.append(element("span", {"class": "warn tag"}, places))
        return [together([" ", tag]) for tag in tags]

    # --------------------------------------------------------------------------------------------- parts

    def _of_students(
        self, label: Text, heads: Sequence[tuple[str, str | None]], rows: Iterable[Markup], *, count: int, style: str
    ) -> Markup:
        """Return a table with a row a student, whole; where there are many it scrolls, and says so."""
        if count <= _AT_ONCE:
            return self.table(label, heads, rows, style=style)
        told = element("p", {"class": "quiet scrolls"}, words.SCROLLS.within(self._language).format(count=count))
        return together([told, self.table(label, heads, rows, style=f"{style} tall")])

    def table(
        self,
        label: Text,
        heads: Sequence[tuple[str, str | None]],
        rows: Iterable[Markup],
        *,
        style: str = "scroll",
    ) -> Markup:
        """Return a table in a box of its own, which scrolls where a screen is narrow."""
        head = element("tr", None, *(element("th", {"scope": "col", "class": kind}, text) for text, kind in heads))
        table = element("table", None, element("thead", None, head), element("tbody", None, *rows))
        return element("div", {"class": style, "role": "region", "aria-label": self.say(label), "tabindex": "0"}, table)

    def _link(self, student: str, exercise: str, attempt: int, text: str) -> str:
        if not self._linked:
            return text
        return element("a", {"href": report_address(student, exercise, attempt, self._linked)}, text)

    def say(self, text: Text) -> str:
        """Return a text in the language of the page."""
        return text.within(self._language)


def _between(separator: str, parts: Sequence[Markup]) -> list[str]:
    """Return the parts with a separator between each two."""
    return [part for one in parts for part in (separator, one)][1:]


def report_address(student: str, exercise: str, attempt: int, suffix: str) -> Address:
    """Return where a report lies, seen from the pages of the class."""
    return beside(*Places(Path()).report(student, exercise, attempt, suffix=suffix).parts)
