"""The figures of a quiz as one HTML page: it loads nothing, runs nothing, and names no student.

Authors' feedback is Markdown and goes through the quiz's one Markdown setup; all other text is escaped by `element`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.pages.markup import Markup, element, together
from grader.pages.page import html_page
from grader.pages.style import STYLE
from grader.quiz.rendering.markdown import to_inline_html
from grader.records import Language, Text
from grader.taking.statistics import words
from grader.taking.statistics.charts import histogram, rate_bar, scatter
from grader.taking.statistics.figures import Mistake, QuestionFigures, QuizFigures

_TOP = 15  # mistakes that are listed over all questions

PAGE_STYLE = (
    STYLE
    + """body{max-width:68rem}
.facts{list-style:none;padding:0;margin:.5rem 0 0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
.notice{border-inline-start:3px solid var(--warn);padding:.1rem .8rem;margin-top:.8rem}
.figures{display:flex;flex-wrap:wrap;gap:0 2rem}
.figures figure{flex:1 1 22rem}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.6rem}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.scroll table{border:0;border-radius:0}
thead th{word-break:keep-all}
thead th.number{white-space:normal}
td.kind{white-space:nowrap}
td.wide{min-width:9rem}
td.words{min-width:13rem;overflow-wrap:anywhere}
.rated{display:flex;align-items:center;gap:.6rem;white-space:nowrap;font-variant-numeric:tabular-nums}
.scroll+.quiet{margin-top:.6rem}
svg.rate{display:block;flex:1 1 auto;min-width:3rem;max-width:9rem;height:.6rem}
svg .track{fill:var(--sunken);stroke:var(--line)}
svg .fill{fill:var(--accent)}
svg .middle{fill:var(--got)}
svg .count{fill:var(--text)}
svg .zero{stroke:var(--quiet);stroke-dasharray:4 4;fill:none}
svg .point{fill:var(--card);stroke:var(--accent);stroke-width:1.5}
svg .named{font-size:10px;fill:var(--text)}
article ul{padding-inline-start:1.1rem;margin-top:.5rem}
article li{margin-top:.3rem;overflow-wrap:anywhere}
.share{display:inline-block;min-width:2.2rem;font-weight:650;font-variant-numeric:tabular-nums}
@media screen and (max-width:34rem){
.scroll table,.scroll tbody,.scroll tr,.scroll th,.scroll td{display:block}
.scroll thead{display:none}
.scroll tr{padding:.5rem .75rem;border-top:1px solid var(--line)}
.scroll tr:first-child{border-top:0}
.scroll tbody th,.scroll td{border:0;padding:.1rem 0}
.scroll tbody th{font-weight:600;overflow:hidden;overflow-wrap:anywhere}
.scroll tbody th .quiet{font-weight:400}
.scroll td.number{text-align:start;width:auto}
.scroll td:empty{display:none}
.scroll td[data-head]{display:grid;grid-template-columns:9rem minmax(0,1fr);gap:0 .75rem}
.scroll td[data-head]::before{content:attr(data-head);color:var(--quiet);font-size:.875rem}
.scroll td:not([data-head]){float:inline-start;margin-inline-end:.5rem;color:var(--quiet)}
}
@media print{.scroll{overflow:visible}}
"""
)


def to_page(figures: QuizFigures, language: Language) -> str:
    """Return the page."""
    return _Writer(figures, language).page()


class _Writer:
    """The page of one quiz."""

    def __init__(self, figures: QuizFigures, language: Language) -> None:
        self._figures, self._language = figures, language

    def page(self) -> str:
        title = self._say(words.TITLE).format(quiz=self._figures.quiz)
        footer = element("footer", None, element("p", None, self._say(words.MADE_BY)))
        body = (self._header(title), element("main", None, *self._sections()), footer)
        return html_page(title=title, language=self._language, style=PAGE_STYLE, body=body)

    def _header(self, title: str) -> Markup:
        about = element("p", None, self._figures.title.within(self._language))
        return element("header", None, element("h1", None, title), about)

    def _sections(self) -> Iterable[Markup]:
        figures, language = self._figures, self._language
        yield self._facts(words.about_attempts(figures, language))
        if not figures.attempts:
            yield element("p", {"class": "notice"}, self._say(words.NOBODY))
            return
        yield self._facts([*words.about_scores(figures, language), *words.about_reliability(figures, language)])
        for told in words.warnings(figures, language):
            yield element("p", {"class": "notice"}, told)
        if figures.scores is None:
            yield element("p", {"class": "notice"}, self._say(words.NO_SCORES))
        else:
            drawn = (histogram(figures.scores, language), scatter(figures, language))
            yield element("div", {"class": "figures"}, *drawn)
        yield element("h2", None, self._say(words.QUESTIONS))
        yield self._questions()
        yield element("p", {"class": "quiet"}, self._say(words.EXPLAINED))
        if figures.mistakes:
            yield element("h2", None, self._say(words.MISTAKES))
            yield self._mistakes(figures.mistakes[:_TOP])
        detailed = [(number, one) for number, one in enumerate(figures.questions, start=1) if _has_more(one)]
        if detailed:
            yield element("h2", None, self._say(words.IN_DETAIL))
            yield together(self._detail(number, one) for number, one in detailed)

    def _facts(self, said: Sequence[str]) -> Markup:
        return element("ul", {"class": "facts quiet"}, *(element("li", None, fact) for fact in said))

    # -------------------------------------------------------------------------------------------- tables

    def _questions(self) -> Markup:
        heads = (
            ("", "number"), (words.QUESTION, None), (words.TYPE, None), (words.FACILITY, None),
            (words.DISCRIMINATION, "number"), (words.AT_ONCE, "number"), (words.TRIES, "number"),
            (words.HINTS, "number"), (words.ATTEMPTS, None),
        )  # fmt: skip
        rows = (self._question(number, one) for number, one in enumerate(self._figures.questions, start=1))
        return self._table(words.QUESTIONS, heads, rows)

    def _question(self, number: int, question: QuestionFigures) -> Markup:
        facility = Markup()
        if question.facility is not None:
            shown = element("span", None, words.percent(question.facility))
            facility = element("div", {"class": "rated"}, rate_bar(question.facility), shown)
        about = " · ".join(words.about_question(question, self._language))
        named = element("th", {"scope": "row"}, question.question, *([_quiet(about)] if about else []))
        endings = self._say(words.SEPARATOR).join(words.about_endings(question, self._language))
        at_once = words.percent(question.right_at_once / question.attempts)
        return element(
            "tr",
            None,
            _number(str(number)),
            named,
            self._cell(words.TYPE, self._say(words.TYPES[question.type]), kind="kind"),
            self._cell(words.FACILITY, facility, kind="wide"),
            self._cell(words.DISCRIMINATION, words.signed(question.discrimination), kind="number"),
            self._cell(words.AT_ONCE, at_once, kind="number"),
            self._cell(words.TRIES, f"{question.tries:.1f}", kind="number"),
            self._cell(words.HINTS, str(question.hints), kind="number"),
            self._cell(words.ATTEMPTS, endings, kind="wide"),
        )

    def _cell(self, head: Text, inside: str | Markup, *, kind: str = "") -> Markup:
        """Return a cell that knows the head of its column: on a narrow screen it stands before the cell."""
        return element("td", {**({"class": kind} if kind else {}), "data-head": self._say(head)}, inside)

    def _mistakes(self, mistakes: Sequence[Mistake]) -> Markup:
        heads = (
            (words.STUDENTS, "number"), (words.MISTAKE, None), (words.SEEN_IN, None), (words.SAID, None),
        )  # fmt: skip
        rows = (
            element(
                "tr",
                None,
                self._cell(words.STUDENTS, str(one.students), kind="number"),
                element("th", {"scope": "row"}, one.because or self._say(words.UNNAMED)),
                self._cell(words.SEEN_IN, self._say(words.SEPARATOR).join(one.questions)),
                self._cell(words.SAID, self._said(one), kind="words"),
            )
            for one in mistakes
        )
        return self._table(words.MISTAKES, heads, rows)

    def _table(self, label: Text, heads: Sequence[tuple[Text | str, str | None]], rows: Iterable[Markup]) -> Markup:
        cells = (
            element("th", {"scope": "col", "class": kind}, text if isinstance(text, str) else self._say(text))
            for text, kind in heads
        )
        table = element(
            "table", None, element("thead", None, element("tr", None, *cells)), element("tbody", None, *rows)
        )
        box = {"class": "scroll", "role": "region", "aria-label": self._say(label), "tabindex": "0"}
        return element("div", box, table)

    # -------------------------------------------------------------------------------------------- one question

    def _detail(self, number: int, question: QuestionFigures) -> Markup:
        parts = [element("h3", None, f"{number}. {question.question}")]
        said = [*words.about_endings(question, self._language), *words.about_question(question, self._language)]
        parts.append(self._facts(said))
        if question.mistakes:
            lines = (
                element("li", None, _share(one.students), element("code", None, one.because), " ", self._said(one))
                for one in question.mistakes
            )
            parts.append(element("ul", {"class": "reviews"}, *lines))
        if question.others:
            parts.append(element("h4", None, self._say(words.OTHER)))
            others = (
                element("li", None, _share(one.students), element("code", None, one.answer)) for one in question.others
            )
            parts.append(element("ul", {"class": "reviews"}, *others))
        if question.more:
            parts.append(element("p", {"class": "quiet"}, self._say(words.MORE).format(count=question.more)))
        if question.rare:
            told = self._say(words.RARE).format(count=question.rare, least=self._figures.least)
            parts.append(element("p", {"class": "quiet"}, told))
        return element("article", None, *parts)

    def _said(self, mistake: Mistake) -> Markup:
        return Markup() if mistake.say is None else to_inline_html(mistake.say.within(self._language))

    def _say(self, text: Text) -> str:
        return text.within(self._language)


def _has_more(question: QuestionFigures) -> bool:
    return bool(question.mistakes or question.others or question.rare)


def _number(text: str) -> Markup:
    return element("td", {"class": "number"}, text)


def _share(students: int) -> Markup:
    return element("span", {"class": "share"}, f"{students} ×")


def _quiet(text: str) -> Markup:
    return element("div", {"class": "quiet"}, text)
