"""The drawings on the pages of a class, as inline SVG: histograms, and the bars of pass rates."""

from __future__ import annotations

from grader.batch import words
from grader.batch.statistics import BINS, Spread
from grader.records import Language
from grader.report.markup import Markup, element

_WIDTH, _HEIGHT = 420, 190
_TOP, _BOTTOM = 22, 160  # of the bars
_LEFT, _RIGHT = 12, 408
_STEP = (_RIGHT - _LEFT) / BINS
_SPARK = 24  # the height of a small histogram


def histogram(spread: Spread, language: Language, *, identifier: str) -> Markup:
    """Return the figure of how the scores lie; `identifier` is the page's own."""
    names = {"title": f"{identifier}-title", "desc": f"{identifier}-desc"}
    box = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-labelledby": f"{names['title']} {names['desc']}"}
    median = _LEFT + (_RIGHT - _LEFT) * spread.median
    image = element(
        "svg",
        box,
        element("title", {"id": names["title"]}, words.SCORES.within(language)),
        element("desc", {"id": names["desc"]}, in_words(spread, language)),
        *_bars(spread),
        element("path", {"class": "axis", "d": f"M{_LEFT} {_BOTTOM}H{_RIGHT}"}),
        *(_tick(share) for share in range(0, 101, 20)),
        element("path", {"class": "middle", "d": f"M{_number(median)} {_BOTTOM + 2}l6 9h-12z"}),
    )
    note = element("figcaption", None, words.HISTOGRAM_NOTE.within(language))
    return element("figure", None, image, note)


def in_words(spread: Spread, language: Language) -> str:
    """Return a histogram for those who do not see it."""
    bins = (
        words.BIN.within(language).format(low=100 * place // BINS, high=100 * (place + 1) // BINS, count=count)
        for place, count in enumerate(spread.histogram)
        if count
    )
    return words.HISTOGRAM.within(language).format(bins="; ".join(bins))


def spark(spread: Spread, language: Language) -> Markup:
    """Return a histogram as large as a line of text."""
    most = max(spread.histogram)
    bars = (
        element(
            "rect",
            {
                "class": "fill",
                "x": str(10 * place),
                "y": _number(_SPARK - _SPARK * count / most),
                "width": "8.5",
                "height": _number(_SPARK * count / most),
            },
        )
        for place, count in enumerate(spread.histogram)
        if count
    )
    line = element("path", {"class": "axis", "d": f"M0 {_SPARK}H{10 * BINS}"})
    box = {"class": "spark", "viewBox": f"0 0 {10 * BINS} {_SPARK}", "role": "img", "preserveAspectRatio": "none"}
    return element("svg", {**box, "aria-label": in_words(spread, language)}, *bars, line)


def rate_bar(share: float) -> Markup:
    """Return the bar of a share that stands beside it in figures."""
    box = {"class": "rate", "viewBox": "0 0 200 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    track = element("rect", {"class": "track", "width": "200", "height": "10"})
    return element("svg", box, track, element("rect", {"class": "fill", "width": _number(200 * share), "height": "10"}))


def _bars(spread: Spread) -> list[Markup]:
    most = max(spread.histogram)
    bars = []
    for place, count in enumerate(spread.histogram):
        if not count:
            continue
        height = (_BOTTOM - _TOP) * count / most
        left, top = _LEFT + place * _STEP, _BOTTOM - height
        size = {"x": _number(left + 2), "y": _number(top), "width": _number(_STEP - 4), "height": _number(height)}
        label = {"class": "count", "x": _number(left + _STEP / 2), "y": _number(top - 5), "text-anchor": "middle"}
        bars += [element("rect", {"class": "fill", **size}), element("text", label, str(count))]
    return bars


def _tick(share: int) -> Markup:
    anchor = {0: "start", 100: "end"}.get(share, "middle")
    place = _LEFT + (_RIGHT - _LEFT) * share / 100
    return element("text", {"x": _number(place), "y": str(_BOTTOM + 25), "text-anchor": anchor}, f"{share} %")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
