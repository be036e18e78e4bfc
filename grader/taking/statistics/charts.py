"""The drawings on the page of a quiz, as inline SVG: its scores, and its questions by facility and discrimination."""

from __future__ import annotations

from grader.pages.histogram import histogram_svg, svg_number
from grader.pages.markup import Markup, element
from grader.records import Language
from grader.taking.statistics import words
from grader.taking.statistics.figures import BINS, QuestionFigures, QuizFigures, Scores

_WIDTH, _HEIGHT = 420, 260
_LEFT, _RIGHT = 36, 404
_TOP, _BOTTOM = 14, 222
_RADIUS = 9
_LOWEST = -0.4  # of the axis, where nothing lies below
_MOST = 60  # questions that are drawn


def histogram(scores: Scores, language: Language) -> Markup:
    """Return the figure of how the scores lie, with the median marked."""
    bins = (
        words.BIN.within(language).format(low=100 * place // BINS, high=100 * (place + 1) // BINS, count=count)
        for place, count in enumerate(scores.histogram)
        if count
    )
    image = histogram_svg(
        scores.histogram,
        marked=scores.median,
        title=words.SCORES.within(language),
        description="; ".join(bins),
        identifier="scores",
    )
    return element("figure", None, image, element("figcaption", None, words.HISTOGRAM_NOTE.within(language)))


def scatter(figures: QuizFigures, language: Language) -> Markup:
    """Return the figure of all questions that have both; nothing where there are fewer than two."""
    placed = [
        (number, one, one.facility, one.discrimination)
        for number, one in enumerate(figures.questions, start=1)
        if one.facility is not None and one.discrimination is not None
    ][:_MOST]
    if len(placed) < 2:
        return Markup()
    lowest = min(_LOWEST, *(one[3] for one in placed))

    def across(facility: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * facility

    def down(discrimination: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (discrimination - lowest) / (1 - lowest)

    names = {"title": "questions-title", "desc": "questions-desc"}
    box = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-labelledby": f"{names['title']} {names['desc']}"}
    image = element(
        "svg",
        box,
        element("title", {"id": names["title"]}, words.SCATTER.within(language)),
        element("desc", {"id": names["desc"]}, "; ".join(_in_words(one, language) for _, one, _, _ in placed)),
        element("path", {"class": "axis", "d": f"M{_LEFT} {_BOTTOM}H{_RIGHT}M{_LEFT} {_TOP}V{_BOTTOM}"}),
        element("path", {"class": "zero", "d": f"M{_LEFT} {svg_number(down(0))}H{_RIGHT}"}),
        *(_across(share, across(share / 100)) for share in range(0, 101, 20)),
        *(_down(level, down(level)) for level in (0.0, 0.5, 1.0)),
        *(_point(number, across(facility), down(level)) for number, _, facility, level in placed),
    )
    title = element("p", {"class": "title"}, words.SCATTER.within(language))
    return element("figure", None, title, image, element("figcaption", None, words.SCATTER_NOTE.within(language)))


def rate_bar(share: float) -> Markup:
    """Return the bar of a share that stands beside it in figures."""
    box = {"class": "rate", "viewBox": "0 0 200 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    track = element("rect", {"class": "track", "width": "200", "height": "10"})
    filled = {"class": "fill", "width": svg_number(200 * share), "height": "10"}
    return element("svg", box, track, element("rect", filled))


def _in_words(question: QuestionFigures, language: Language) -> str:
    facility = "" if question.facility is None else words.percent(question.facility)
    return words.POINT.within(language).format(
        question=question.question, facility=facility, discrimination=words.signed(question.discrimination)
    )


def _across(share: int, place: float) -> Markup:
    anchor = "end" if share == 100 else "middle"
    return element("text", {"x": svg_number(place), "y": str(_BOTTOM + 22), "text-anchor": anchor}, f"{share} %")


def _down(level: float, place: float) -> Markup:
    size = {"x": str(_LEFT - 6), "y": svg_number(place + 4), "text-anchor": "end"}
    return element("text", size, f"{level:g}")


def _point(number: int, across: float, down: float) -> Markup:
    circle = {"class": "point", "cx": svg_number(across), "cy": svg_number(down), "r": str(_RADIUS)}
    label = {"class": "named", "x": svg_number(across), "y": svg_number(down + 4), "text-anchor": "middle"}
    return element("g", None, element("circle", circle), element("text", label, str(number)))
