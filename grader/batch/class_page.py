"""The class at a glance as HTML: what has no score first, then scores, tests and mistakes, then every student.

One file, and further ones for the students of a large class; nothing is loaded and nothing runs. The bytes depend on
the class and the language alone. Text from strangers enters by `markup.element` only, which escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.batch import words
from grader.batch.class_charts import histogram
from grader.batch.class_style import CLASS_STYLE
from grader.batch.class_tables import Tables
from grader.batch.classbook import Classbook, Student
from grader.batch.statistics import ExerciseFigures, Statistics, Why
from grader.batch.summary import counted_cases, counts_of, spread_of, undated_of, ways_out
from grader.pages.markup import Markup, beside, element, prose, together
from grader.pages.page import html_page
from grader.records import Language, Text
from grader.report.wording import LIST_SEPARATOR, Counted

HTML = ".html"
PER_PAGE = 500  # students
IN_MATRIX = 200  # students at most
_CAUSES = 12
_TOLD = frozenset({Why.REJECTED, Why.FORBIDDEN, Why.NOT_LOADED})  # with what happened


def class_pages(
    book: Classbook, found: Statistics, *, language: Language = Language.EN, stem: str = "index", linked: str = HTML
) -> dict[str, str]:
    """Return the pages by their file's name, "index.html" first; a class of more than 500 has "index-2.html", too.

    `found` are the figures of `book`. `linked`: the suffix of the reports that lie beside the pages, as `dlgrade grade
    --output` puts them; "": none do.
    """
    return _Pages(book, found, language, stem, linked=linked).all()


class _Pages:
    """The pages of one class."""

    def __init__(self, book: Classbook, found: Statistics, language: Language, stem: str, *, linked: str) -> None:
        self._book = book
        self._found = found
        self._language = language
        self._tables = Tables(book.exercises, language, linked=linked)
        groups = [book.students[first : first + PER_PAGE] for first in range(0, len(book.students), PER_PAGE)]
        self._groups = groups or [()]
        self._files = [f"{stem}.html", *(f"{stem}-{number}.html" for number in range(2, len(self._groups) + 1))]

    def all(self) -> dict[str, str]:
        """Return them by their file's name."""
        return {
            file: self._page(place, self._first() if place == 0 else [self._students(place)])
            for place, file in enumerate(self._files)
        }

    def _page(self, place: int, sections: Sequence[Markup]) -> str:
        title = self._say(words.TITLE)
        if place:
            title = f"{title}, {self._range(self._groups[place])}"
        footer = element("footer", None, element("p", None, self._say(words.MADE_BY)))
        return html_page(
            title=title,
            language=self._language,
            style=CLASS_STYLE,
            body=(self._header(place, title), element("main", None, *sections), footer),
        )

    def _header(self, place: int, title: str) -> Markup:
        if place:
            back = element("a", {"href": beside(self._files[0])}, self._say(words.WAY_BACK))
            return element("header", None, element("h1", None, title), element("p", None, back))
        said = [
            self._count(words.OF_STUDENTS, len(self._book.students)),
            self._count(words.EXERCISES, len(self._book.exercises)),
        ]
        facts = element("ul", {"class": "facts quiet"}, *(element("li", None, fact) for fact in said))
        return element("header", None, element("h1", None, title), facts, self._contents())

    def _contents(self) -> Markup:
        """Return links to the sections of the first page; none where there is nobody."""
        if not self._book.students:
            return Markup()
        kinds = {case.why for case in self._found.cases} - {Why.UNSCORED}
        looked_at = {case.student for case in self._found.cases if case.why in kinds - {Why.MISSING}}
        exercises = self._found.exercises
        details = [(f"exercise-{number}", one.exercise.id) for number, one in enumerate(exercises, start=1)]
        if len(exercises) == 1:
            details = [("tests", self._say(words.TESTS))] if exercises[0].tests else []
        cases = self._say(words.NEEDS_REVIEW) + (f" ({len(looked_at)})" if looked_at else "")
        places = [
            *([("unscored", self._say(words.NO_SCORE))] if self._is_unscored() else []),
            ("students", self._say(words.STUDENTS_TABLE)),
            *([("cases", cases)] if kinds else []),
            *details,
        ]
        links = (element("li", None, element("a", {"href": f"#{anchor}"}, text)) for anchor, text in places)
        return element("nav", {"aria-label": self._say(words.SECTIONS)}, element("ul", None, *links))

    def _is_unscored(self) -> bool:
        return any(case.why is Why.UNSCORED for case in self._found.cases)

    def _first(self) -> list[Markup]:
        """Return the sections of the first page: what a teacher looks for first, then each exercise test by test."""
        exercises = self._found.exercises
        anchors = [f"exercise-{number}" for number in range(1, len(exercises) + 1)]
        if len(exercises) == 1:
            overview, details = self._exercise(exercises[0], anchors[0]), [self._tests_of(exercises[0])]
        else:
            table = self._tables.exercises(exercises, anchors)
            overview = self._section("exercises", words.SCORES, table, self._undated())
            details = [
                self._exercise(one, anchor, *self._what_is_hard(one))
                for one, anchor in zip(exercises, anchors, strict=True)
            ]
        shown = (self._unscored(), overview, self._students(0), self._cases(), *details)
        return [section for section in shown if section]

    # --------------------------------------------------------------------------------------------- sections

    def _unscored(self) -> Markup:
        cases = [case for case in self._found.cases if case.why is Why.UNSCORED]
        if not cases:
            return Markup()
        title = element("h2", {"id": "unscored"}, self._say(words.NO_SCORE))
        told = element("p", None, self._count(words.NO_ZERO, len(cases)))
        return element(
            "section",
            {"aria-labelledby": "unscored", "class": "panel alert"},
            title,
            told,
            *(element("p", None, prose(way)) for way in ways_out(self._found, self._language)),
            self._tables.unscored(cases),
        )

    def _exercise(self, one: ExerciseFigures, anchor: str, *details: Markup) -> Markup:
        name = element("span", {"class": "quiet"}, one.exercise.id)
        heading = together([name, " ", prose(self._say(one.exercise.title))])
        handed_in = words.HANDED_IN.within(self._language).format(handed_in=one.handed_in, students=one.students)
        counted = [handed_in, *counts_of(one, self._language)]
        facts = element("ul", {"class": "facts quiet"}, *(element("li", None, fact) for fact in counted))
        return element(
            "section",
            {"aria-labelledby": anchor},
            element("h2", {"id": anchor}, heading),
            self._scores(one, facts, anchor),
            *details,
        )

    def _tests_of(self, one: ExerciseFigures) -> Markup:
        """Return the tests of the only exercise, below the students; its scores stand at the top."""
        shown = self._what_is_hard(one)
        return self._section("tests", words.TESTS, *shown[1:]) if shown else Markup()

    def _undated(self) -> Markup:
        told = undated_of(self._found, self._language)
        return element("p", {"class": "warn after"}, told) if told else Markup()

    def _scores(self, one: ExerciseFigures, facts: Markup, anchor: str) -> Markup:
        if one.spread is None:
            return element("div", {"class": "panel"}, element("p", None, self._say(words.NOBODY)), facts)
        said = (element("li", {"class": "big"}, part) for part in spread_of(one, self._language))
        drawn = histogram(one.spread, self._language, identifier=f"{anchor}-scores")
        undated = self._undated() if len(self._found.exercises) == 1 else Markup()
        return element("div", {"class": "panel"}, element("ul", {"class": "facts"}, *said), facts, undated, drawn)

    def _what_is_hard(self, one: ExerciseFigures) -> list[Markup]:
        if not one.tests:
            return []
        shown = [element("h3", None, self._say(words.TESTS)), self._tables.tests(one.tests)]
        if any(test.discrimination is not None for test in one.tests):
            shown.append(element("p", {"class": "quiet after"}, self._say(words.ABOUT_R)))
        mistakes = [cause for cause in one.causes if cause.is_mistake][:_CAUSES]
        others = [cause for cause in one.causes if not cause.is_mistake][:_CAUSES]
        for heading, causes in ((words.MISTAKES, mistakes), (words.OTHER_CAUSES, others)):
            if causes:
                shown.append(element("h3", None, self._say(heading)))
                shown.append(self._tables.causes(heading, causes, one.tests))
        if 1 < len(self._book.students) <= IN_MATRIX:
            shown.append(element("h3", None, self._say(words.MATRIX)))
            shown.append(self._tables.matrix(one.exercise, self._book.students, one.tests))
            shown.append(element("p", {"class": "quiet after"}, self._say(words.NUMBERS_OF_TESTS)))
        return shown

    def _cases(self) -> Markup:
        parts = []
        for why in Why:
            cases = [case for case in self._found.cases if case.why is why]
            if cases and why is not Why.UNSCORED:
                counted = counted_cases(cases, self._language)
                parts.append(element("h3", None, f"{self._say(words.WHY[why])} ({counted})"))
                parts.append(self._tables.with_problems(cases) if why in _TOLD else self._tables.cases(cases))
        return self._section("cases", words.NEEDS_REVIEW, *parts) if parts else Markup()

    def _students(self, place: int) -> Markup:
        if not self._book.students:
            return element("p", None, self._say(words.NOBODY_AT_ALL))
        table = self._tables.students(self._book, self._groups[place])
        return self._section("students", words.STUDENTS_TABLE, self._links(place), self._left_out(), table)

    def _left_out(self) -> Markup:
        """Return which exercises are in no total, as nobody knows their points; none where nothing has a total."""
        if not self._book.unknown or self._book.possible is None:
            return Markup()
        names = LIST_SEPARATOR.within(self._language).join(self._book.unknown)
        return element("p", {"class": "quiet"}, words.LEFT_OUT.within(self._language).format(exercises=names))

    def _links(self, place: int) -> Markup:
        """Return the links from page to page; none where there is one page."""
        if len(self._files) == 1:
            return Markup()
        links = (
            element("strong", None, self._range(group))
            if number == place
            else element("a", {"href": beside(file)}, self._range(group))
            for number, (file, group) in enumerate(zip(self._files, self._groups, strict=True))
        )
        listed = element("ul", None, *(element("li", None, link) for link in links))
        return element("nav", {"aria-label": self._say(words.PAGES), "class": "pages"}, listed)

    # --------------------------------------------------------------------------------------------- parts

    def _range(self, group: Sequence[Student]) -> str:
        return words.RANGE.within(self._language).format(first=group[0].id[:40], last=group[-1].id[:40])

    def _section(self, identifier: str, heading: Text, *children: str) -> Markup:
        title = element("h2", {"id": identifier}, self._say(heading))
        return element("section", {"aria-labelledby": identifier}, title, *children)

    def _count(self, counted: Counted, count: int) -> str:
        return counted.within(self._language, count)

    def _say(self, text: Text) -> str:
        return text.within(self._language)
