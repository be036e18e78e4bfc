"""The drawings on the pages of a class, as inline SVG: histograms, and the bars of pass rates."""

from __future__ import annotations

from grader.batch import words
from grader.batch.statistics import BINS, Spread
from grader.pages.histogram import histogram_svg, svg_number
from grader.pages.markup import Markup, element
from grader.records import Language

_SPARK = 24  # the height of a small histogram


def histogram(spread: Spread, language: Language, *, identifier: str) -> Markup:
    """Return the figure of how the scores lie; `identifier` is the page's own."""
    image = histogram_svg(
        spread.histogram,
        marked=spread.median,
        title=words.SCORES.within(language),
        description=in_words(spread, language),
        identifier=identifier,
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
                "y": svg_number(_SPARK - _SPARK * count / most),
                "width": "8.5",
                "height": svg_number(_SPARK * count / most),
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
    return element(
        "svg", box, track, element("rect", {"class": "fill", "width": svg_number(200 * share), "height": "10"})
    )
