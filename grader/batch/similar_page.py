"""Submissions that are alike, side by side in one HTML file: no script, no network, the students' code as text."""

from __future__ import annotations

from collections.abc import Sequence

from grader.batch import similar_words as words
from grader.batch.similar import MAX_SHOWN, Alike, Pair
from grader.batch.similar_prints import Place, Work
from grader.batch.similar_text import Compared
from grader.pages.markup import Markup, element, prose
from grader.pages.page import html_page
from grader.pages.style import STYLE
from grader.records import Language
from grader.report.points import format_percent

_MAX_LINES = 400  # of one file
_MAX_ROWS = 1000
_BINS = 20
# A marked line has a bar at its side: nothing is told by colour alone.
_STYLE = (
    STYLE
    + """
body{max-width:76rem}
.sides{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem;margin-top:.9rem}
.sides h4{margin-top:0;overflow-wrap:anywhere}
.sides pre{padding:.5rem 0}
.sides .row{display:block;padding:0 .6rem 0 .35rem;border-left:.25rem solid transparent;min-height:1.5em}
.sides .both{background:var(--cause);border-left-color:var(--got)}
.sides .number{display:inline-block;min-width:2.2rem;color:var(--quiet);user-select:none;text-align:end;
padding-right:.6rem}
.spread rect{fill:var(--accent)}.spread rect.far{fill:var(--got)}
.spread line{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:4 3}
@media (max-width:52rem){.sides{grid-template-columns:minmax(0,1fr)}}
@media print{.sides .row{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
)


def to_page(compared: Sequence[Compared], *, language: Language) -> str:
    """Return the document, ending with a newline."""
    title = words.TITLE.within(language)
    header = element(
        "header",
        None,
        element("h1", None, title),
        element("p", {"class": "note"}, words.NO_VERDICT.within(language)),
    )
    sections = [_Section(one, f"e{place}", language).markup() for place, one in enumerate(compared, start=1)]
    return html_page(title=title, language=language, style=_STYLE, body=(header, element("main", None, *sections)))


class _Section:
    """One exercise of the page."""

    def __init__(self, one: Compared, identifier: str, language: Language) -> None:
        self._one, self._id, self._language = one, identifier, language
        self._works = {work.student: work for work in one.of.works}
        self._shown = one.of.shown

    def markup(self) -> Markup:
        """Return all of it."""
        of, found = self._one.of, self._one.alike
        title = of.exercise.title.within(self._language)
        parts = [element("h2", {"id": self._id}, prose(f"{of.exercise.id}: {title}"))]
        refused = map(words.not_accepted, of.refused)
        for text in (words.heading(found), words.measure(found), words.left_out(of), *refused):
            parts.append(element("p", {"class": "quiet"}, text.within(self._language)))
        parts += [self._gap(gap) for gap in words.gaps(of, found)]
        if found.shares:
            parts.append(self._spread(found))
        if not found.conspicuous:
            return element("section", None, *parts, element("p", {"class": "note"}, self._say_nothing()))
        parts += [*self._groups(found), self._table(found)]
        parts += [self._pair(pair, place) for place, pair in enumerate(found.told[:MAX_SHOWN], start=1)]
        return element("section", None, *parts)

    def _gap(self, gap: words.NotCompared) -> Markup:
        title = element("summary", None, gap.text.within(self._language))
        return element("details", {"class": "quiet"}, title, self._names(gap.items))

    @staticmethod
    def _names(names: Sequence[str]) -> Markup:
        """Return all of them: each is a text of its own, for a text is cut where it is too long."""
        return element("ul", None, *(element("li", None, name) for name in names))

    def _say_nothing(self) -> str:
        return words.NOTHING.within(self._language)

    # --------------------------------------------------------------------------------------------- the class

    def _spread(self, found: Alike) -> Markup:
        """Return how many pairs share how much, with a line where a share becomes conspicuous."""
        counts = [0] * _BINS
        for share in found.shares:
            counts[min(int(share * _BINS), _BINS - 1)] += 1
        tallest, wide = max(counts), 480 / _BINS
        bars = [
            element(
                "rect",
                {
                    "class": "far" if place / _BINS >= found.threshold else None,
                    "x": f"{place * wide + 1:.0f}",
                    "y": f"{92 - max(80 * count / tallest, 2):.1f}",
                    "width": f"{wide - 2:.0f}",
                    "height": f"{max(80 * count / tallest, 2):.1f}",
                },
            )
            for place, count in enumerate(counts)
            if count
        ]
        if found.threshold < 1:
            at = f"{480 * found.threshold:.1f}"
            bars.append(element("line", {"x1": at, "x2": at, "y1": "4", "y2": "92"}))
        ends = [
            element("text", {"x": x, "y": "108", "text-anchor": anchor}, told)
            for x, anchor, told in (("0", "start", "0 %"), ("240", "middle", "50 %"), ("480", "end", "100 %"))
        ]
        alt = words.DISTRIBUTION.within(self._language)
        told = f"{alt}: {words.measure(found).within(self._language)}"
        drawing = element(
            "svg", {"viewBox": "0 0 480 112", "role": "img", "aria-label": told, "class": "spread"}, *bars, *ends
        )
        return element("figure", None, element("p", {"class": "title"}, alt), drawing)

    def _table(self, found: Alike) -> Markup:
        head = element(
            "tr",
            None,
            element("th", {"scope": "col", "class": "number"}, words.SHARE.within(self._language)),
            element("th", {"scope": "col", "class": "number"}, words.TOKENS.within(self._language)),
            element("th", {"scope": "col"}, words.PAIR.within(self._language)),
        )
        rows = [self._row(pair, place) for place, pair in enumerate(found.told[:_MAX_ROWS], start=1)]
        if len(found.told) > _MAX_ROWS:
            more = element("td", {"colspan": "3"}, f"… +{len(found.told) - _MAX_ROWS}")
            rows.append(element("tr", None, more))
        return element("table", None, element("thead", None, head), element("tbody", None, *rows))

    def _row(self, pair: Pair, place: int) -> Markup:
        told = f"{self._shown[pair.first]} ↔ {self._shown[pair.second]}"
        remark = words.remark(pair).within(self._language)
        named = element("a", {"href": f"#{self._id}p{place}"}, told) if place <= MAX_SHOWN else told
        return element(
            "tr",
            None,
            element("td", {"class": "number"}, format_percent(pair.share)),
            element("td", {"class": "number"}, str(pair.tokens)),
            element("td", None, element("span", {"class": "claim"}, named), f"  {remark}" if remark else ""),
        )

    def _groups(self, found: Alike) -> list[Markup]:
        parts: list[Markup] = []
        for group in found.groups:
            parts.append(element("h3", None, words.group_title(group).within(self._language)))
            parts.append(self._names([self._shown[student] for student in group.students]))
        if any(group.is_complete for group in found.groups):
            parts.append(element("p", {"class": "quiet"}, words.FIRST_OF_ALL.within(self._language)))
        return parts

    # --------------------------------------------------------------------------------------------- a pair

    def _pair(self, pair: Pair, place: int) -> Markup:
        remark = words.remark(pair).within(self._language)
        title = f"{self._shown[pair.first]} ↔ {self._shown[pair.second]}: {format_percent(pair.share)}"
        legend = words.SHARED_LINE.within(self._language)
        return element(
            "article",
            {"id": f"{self._id}p{place}"},
            element("h3", None, title),
            element("p", {"class": "quiet"}, f"{legend}; {remark}" if remark else legend),
            element(
                "div",
                {"class": "sides"},
                self._side(self._works[pair.first], pair.first_lines),
                self._side(self._works[pair.second], pair.second_lines),
            ),
        )

    def _side(self, work: Work, marked: frozenset[Place]) -> Markup:
        parts: list[Markup] = []
        for name, text in sorted(work.files.items()):
            parts.append(element("h4", None, f"{work.shown}: {name}"))
            lines = text.split("\n")
            rows = [
                self._line(number, line, is_marked=(name, number) in marked)
                for number, line in enumerate(lines[:_MAX_LINES], start=1)
            ]
            if len(lines) > _MAX_LINES:
                rows.append(element("span", {"class": "row"}, f"… +{len(lines) - _MAX_LINES}"))
            parts.append(element("pre", {"tabindex": "0", "aria-label": name}, *rows))
        return element("div", None, *parts)

    def _line(self, number: int, line: str, *, is_marked: bool) -> Markup:
        count = element("span", {"class": "number"}, str(number))
        return element("span", {"class": "row both" if is_marked else "row"}, count, line[:1000])
