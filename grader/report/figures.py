"""Pictures as figures of the HTML report: title, drawing with its alternative text, and what axes and marks mean."""

from __future__ import annotations

from grader.pages.markup import Markup, element
from grader.pages.style import DRAWING_STYLE, LIGHT
from grader.pictures import Boundary, Curves, ErrorMap, Histogram, Memory, Picture
from grader.records import Language, Text
from grader.report import captions
from grader.report.pictures_svg import (
    WIDTH,
    Drawing,
    draw_boundary,
    draw_curve_sign,
    draw_curves,
    draw_error_map,
    draw_error_sign,
    draw_histogram,
    draw_memory,
    draw_square_sign,
)
from grader.report.scales import LEVELS, NOT_FINITE, error_bounds, number

_NO_ELEMENT = "□"  # an empty cell, in words


def drawing_of(picture: Picture, language: Language) -> str:
    """Return a picture as an SVG document of its own, in light colours: an `img` does not know the page around it."""
    figures = Figures(language)
    drawing = figures.drawing(picture)
    size = {"width": f"{WIDTH:g}", "height": f"{drawing.height:g}"}
    return element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", **_box(drawing), **size, "role": "img"},
        element("title", None, picture.title.within(language)),
        element("desc", None, picture.alt.within(language)),
        Markup(f"<style>{DRAWING_STYLE}</style>"),
        element("rect", {**size, "fill": LIGHT["card"]}),
        *drawing.parts,
    )


class Figures:
    """Makes figures, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def figure(self, picture: Picture, identifier: str) -> Markup:
        """Return the figure of a picture; `identifier` is the page's own."""
        title = self._say(picture.title)
        drawing = self.drawing(picture)
        names = {"title": f"{identifier}-title", "desc": f"{identifier}-desc"}
        image = element(
            "svg",
            {**_box(drawing), "role": "img", "aria-labelledby": " ".join(names.values())},
            element("title", {"id": names["title"]}, title),
            element("desc", {"id": names["desc"]}, self._say(picture.alt)),
            *drawing.parts,
        )
        caption = element("figcaption", None, *self._caption(picture))
        return element("figure", None, element("p", {"class": "title"}, title), image, caption)

    def drawing(self, picture: Picture) -> Drawing:
        """Return the drawing of a picture, without its title and its caption."""
        names = {"expected": self._say(captions.EXPECTED), "yours": self._say(captions.YOURS)}
        if picture.error_map is not None:
            return draw_error_map(picture.error_map)
        if picture.histogram is not None:
            return draw_histogram(picture.histogram)
        if picture.curves is not None:
            return draw_curves(picture.curves)
        if picture.boundary is not None:
            return draw_boundary(picture.boundary, **names)
        assert picture.memory is not None, "a picture has the part that its kind names"
        return draw_memory(picture.memory, **names)

    def _caption(self, picture: Picture) -> list[Markup]:
        if picture.error_map is not None:
            return self._of_map(picture.error_map)
        if picture.histogram is not None:
            return self._of_histogram(picture.histogram)
        if picture.curves is not None:
            return self._of_curves(picture.curves)
        if picture.boundary is not None:
            return self._of_boundary(picture.boundary)
        assert picture.memory is not None
        return self._of_memory(picture.memory)

    # --------------------------------------------------------------------------------------------- captions

    def _of_map(self, errors: ErrorMap) -> list[Markup]:
        bounds = error_bounds(errors)
        signs = [(draw_error_sign(0), self._say(captions.RIGHT))]
        signs += [
            (draw_error_sign(level), self._say(captions.UP_TO, number=number(bound)))
            for level, bound in enumerate(bounds, start=LEVELS + 1 - len(bounds))
        ]
        if any(cell is None for row in errors.cells for cell in row):
            signs.append((draw_error_sign(NOT_FINITE), self._say(captions.NOT_FINITE)))
        notes = captions.table_notes(errors, self._language)
        if errors.rows_per_cell > 1 or errors.columns_per_cell > 1:
            steps = {"rows": str(errors.rows_per_cell), "columns": str(errors.columns_per_cell)}
            notes.append(self._say(captions.ONE_CELL, **steps))
        return [self._legend(signs), self._sentences(notes)]

    def _of_histogram(self, histogram: Histogram) -> list[Markup]:
        notes = [self._say(captions.COUNTED)]
        if histogram.is_clipped:
            notes.append(self._say(captions.CLIPPED))
        if histogram.got_nonfinite:
            notes.append(self._say(captions.LEFT_OUT, count=str(histogram.got_nonfinite)))
        signs = [
            (draw_square_sign("bars"), self._say(captions.YOURS)),
            (draw_square_sign("want outline thick"), self._say(captions.EXPECTED)),
        ]
        return [self._legend(signs), self._sentences(notes)]

    def _of_curves(self, curves: Curves) -> list[Markup]:
        scale = self._say(captions.LOGARITHMIC) if curves.logarithmic else ""
        axes = self._say(captions.AXES, x=self._say(curves.x_label), y=self._say(curves.y_label), scale=scale)
        signs = [
            (draw_curve_sign("got"), self._say(captions.YOURS)),
            (draw_curve_sign("want"), self._say(captions.EXPECTED)),
        ]
        return [self._legend(signs), self._sentences([axes])]

    def _of_boundary(self, boundary: Boundary) -> list[Markup]:
        shown = sorted({label for row in (*boundary.got, *boundary.expected) for label in row})
        signs = [
            (draw_square_sign(f"class{label}"), self._say(captions.CLASS, label=str(label)))
            if label >= 0
            else (draw_square_sign("ground"), f"? {self._say(captions.NO_CLASS)}")
            for label in shown
        ]
        notes = [self._say(captions.STRUCK)]
        if boundary.points:
            notes.append(self._say(captions.EXAMPLES))
        (left, right), (bottom, top) = boundary.x_range, boundary.y_range
        names = {"x": self._say(boundary.x_label), "y": self._say(boundary.y_label)}
        ends = {"left": left, "right": right, "bottom": bottom, "top": top}
        notes.append(self._say(captions.RANGES, **names, **{name: number(end) for name, end in ends.items()}))
        return [self._legend(signs), self._sentences(notes)]

    def _of_memory(self, memory: Memory) -> list[Markup]:
        notes = [] if memory.shares else [self._say(captions.COPY)]
        notes.append(self._say(captions.CELLS, none=_NO_ELEMENT))
        notes.append(self._say(captions.STRIDES, strides=str(memory.got_stride)))
        if memory.is_cut:
            notes.append(self._say(captions.CUT))
        return [self._sentences(notes)]

    def _legend(self, signs: list[tuple[Drawing, str]]) -> Markup:
        items = (
            element("li", None, element("svg", {**_box(sign), "aria-hidden": "true"}, *sign.parts), name)
            for sign, name in signs
        )
        return element("ul", None, *items)

    def _sentences(self, sentences: list[str]) -> Markup:
        return element("p", None, ("" if self._language is Language.ZH else " ").join(sentences))

    def _say(self, text: Text, **values: str) -> str:
        said = text.within(self._language)
        return said.format(**values) if values else said


def _box(drawing: Drawing) -> dict[str, str]:
    return {"viewBox": f"0 0 {WIDTH:g} {drawing.height:g}"}
