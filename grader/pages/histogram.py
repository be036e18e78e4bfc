"""A histogram of shares as inline SVG: ten bars from 0 to 100 %, each with its count, and a mark below."""

from __future__ import annotations

from collections.abc import Sequence

from grader.pages.markup import Markup, element

_WIDTH, _HEIGHT = 420, 190
_TOP, _BOTTOM = 22, 160  # of the bars
_LEFT, _RIGHT = 12, 408


def histogram_svg(counts: Sequence[int], *, marked: float, title: str, description: str, identifier: str) -> Markup:
    """Return the drawing; `marked` is the share with a mark below, `identifier` the page's own."""
    names = {"title": f"{identifier}-title", "desc": f"{identifier}-desc"}
    box = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-labelledby": f"{names['title']} {names['desc']}"}
    place = _LEFT + (_RIGHT - _LEFT) * marked
    return element(
        "svg",
        box,
        element("title", {"id": names["title"]}, title),
        element("desc", {"id": names["desc"]}, description),
        *_bars(counts),
        element("path", {"class": "axis", "d": f"M{_LEFT} {_BOTTOM}H{_RIGHT}"}),
        *(_tick(share) for share in range(0, 101, 20)),
        element("path", {"class": "middle", "d": f"M{svg_number(place)} {_BOTTOM + 2}l6 9h-12z"}),
    )


def svg_number(value: float) -> str:
    """Return a length with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _bars(counts: Sequence[int]) -> list[Markup]:
    most, step = max(counts), (_RIGHT - _LEFT) / len(counts)
    bars = []
    for place, count in enumerate(counts):
        if not count:
            continue
        height = (_BOTTOM - _TOP) * count / most
        left, top = _LEFT + place * step, _BOTTOM - height
        size = {
            "x": svg_number(left + 2),
            "y": svg_number(top),
            "width": svg_number(step - 4),
            "height": svg_number(height),
        }
        label = {"class": "count", "x": svg_number(left + step / 2), "y": svg_number(top - 5), "text-anchor": "middle"}
        bars += [element("rect", {"class": "fill", **size}), element("text", label, str(count))]
    return bars


def _tick(share: int) -> Markup:
    anchor = {0: "start", 100: "end"}.get(share, "middle")
    place = _LEFT + (_RIGHT - _LEFT) * share / 100
    return element("text", {"x": svg_number(place), "y": str(_BOTTOM + 25), "text-anchor": anchor}, f"{share} %")
