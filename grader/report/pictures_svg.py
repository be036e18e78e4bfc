"""Pictures as the inside of an inline SVG: colours from the page's style sheet, so they follow dark mode and paper.

Nothing is told by colour alone: an error is drawn larger the larger it is, what is not finite is a cross, the expected
curve is dashed, a class stands as a number on its places, and a place of another class than expected is struck through.
Coordinates have two decimals, so that equal pictures are equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.pages.markup import Markup, element
from grader.pictures import Boundary, Curves, ErrorMap, Histogram, Memory
from grader.report.scales import (
    LEVELS,
    NOT_FINITE,
    cell_text,
    curve_range,
    elements_in,
    error_bounds,
    level_of,
    number,
    share_of,
)

WIDTH = 480.0
_LEFT, _RIGHT = 56.0, 8.0  # room for the numbers at an axis
_TEXT = 13.0  # height of a line of text
_SIDES = {1: 0.5, 2: 0.68, 3: 0.84, LEVELS: 1.0}  # of a square, by its level of error
_LARGEST_CELL = 20.0
_PLOT = 150.0  # height of histograms and curves
_CELLS_IN_A_ROW = (12, 16)  # of memory: of little, and of much
_NUMBER_ROWS, _NUMBER_COLUMNS = 6, 10  # how far apart the classes' numbers stand on a plane


@dataclass(frozen=True, slots=True)
class Drawing:
    """What stands inside an SVG of the width `WIDTH`."""

    height: float
    parts: tuple[Markup, ...]


def draw_error_map(errors: ErrorMap) -> Drawing:
    """Draw a square for each cell with an error, larger with each level, and a cross for what is not finite."""
    rows, columns = len(errors.cells), len(errors.cells[0])
    side = min((WIDTH - _LEFT - _RIGHT) / columns, _LARGEST_CELL)
    top = _TEXT + 5
    bounds = error_bounds(errors)
    paths: dict[int, list[str]] = {}
    for row, cells in enumerate(errors.cells):
        for column, cell in enumerate(cells):
            level = level_of(cell, bounds)
            if level:
                paths.setdefault(level, []).append(_mark(level, _LEFT + column * side, top + row * side, side))
    width, height = columns * side, rows * side
    parts = [
        _rectangle(_LEFT, top, width, height, "ground"),
        *(_path("".join(paths[level]), _level_class(level)) for level in sorted(paths)),
        _text(_LEFT, _TEXT, "0", "start"),
    ]
    if columns > 1:
        parts.append(_text(_LEFT + width, _TEXT, str(errors.columns - 1), "end"))
    if rows > 1:
        parts += [
            _text(_LEFT - 6, top + _TEXT - 2, "0", "end"),
            _text(_LEFT - 6, top + max(height, 2 * _TEXT) - 2, str(errors.rows - 1), "end"),
        ]
    return Drawing(top + height + 3, tuple(parts))


def draw_error_sign(level: int) -> Drawing:
    """Draw the mark of one level, for a legend; 0: right."""
    mark = [_path(_mark(level, 0, 0, WIDTH), _level_class(level, thick=True))] if level else []
    return Drawing(WIDTH, (_rectangle(0, 0, WIDTH, WIDTH, "ground"), *mark))


def draw_histogram(histogram: Histogram) -> Drawing:
    """Draw the student's values as bars, the expected ones as an outline over them."""
    top, bottom = 6.0, 6.0 + _PLOT
    tallest = max(*histogram.got, *histogram.expected, 1)
    step = (WIDTH - _LEFT - _RIGHT) / len(histogram.got)

    def height(count: int) -> float:
        return max(_PLOT * count / tallest, 1.5 if count else 0.0)

    bars = "".join(
        _block(_LEFT + place * step + 0.75, bottom - height(count), step - 1.5, height(count))
        for place, count in enumerate(histogram.got)
        if count
    )
    outline = f"M{_short(_LEFT)} {_short(bottom)}" + "".join(
        f"V{_short(bottom - height(count))}H{_short(_LEFT + (place + 1) * step)}"
        for place, count in enumerate(histogram.expected)
    )
    low, high = histogram.edges[0], histogram.edges[-1]
    return Drawing(
        bottom + _TEXT + 7,
        (
            *_frame(top, bottom, number(tallest), "0"),
            _path(bars, "bars"),
            _path(f"{outline}V{_short(bottom)}", "want outline"),
            *_ends_below(bottom, (number(low), number(low / 2 + high / 2), number(high))),
        ),
    )


def draw_curves(curves: Curves) -> Drawing:
    """Draw the expected curve dashed, the student's over it."""
    top, bottom = 6.0, 6.0 + _PLOT
    limits = curve_range(curves)
    if limits is None:
        return Drawing(bottom + 4, (*_frame(top, bottom, "", ""),))
    low, high = limits
    first, last = curves.x[0], curves.x[-1]

    def place(x: float, value: float) -> tuple[float, float]:
        share = share_of(value, low, high, logarithmic=curves.logarithmic)
        return _LEFT + 4 + (WIDTH - _LEFT - _RIGHT - 8) * share_of(x, first, last), bottom - 4 - (_PLOT - 8) * share

    parts: list[Markup] = [*_frame(top, bottom, number(high), number(low))]
    for values, name in ((curves.expected, "want"), (curves.got, "got")):
        line = ""
        for stretch in _stretches(curves.x, values):
            points = [place(x, value) for x, value in stretch]
            if len(points) == 1:
                parts.append(_circle(*points[0], 2.5, name))
            line += "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)
        parts.append(_path(line, f"{name} line"))
    parts += _ends_below(bottom, (number(first), "", number(last)))
    return Drawing(bottom + _TEXT + 7, tuple(parts))


def draw_curve_sign(name: str) -> Drawing:
    """Draw a stretch of one curve, "got" or "want", for a legend."""
    return Drawing(WIDTH, (_thick_path(f"M0 {_short(WIDTH / 2)}H{_short(WIDTH)}", f"{name} line"),))


def draw_square_sign(name: str) -> Drawing:
    """Draw a square of a class of the style sheet, for a legend."""
    return Drawing(WIDTH, (_rectangle(20, 20, WIDTH - 40, WIDTH - 40, name),))


def draw_boundary(boundary: Boundary, *, expected: str, yours: str) -> Drawing:
    """Draw the expected plane and the student's side by side, under these two names."""
    between = 16.0
    width = (WIDTH - between) / 2
    (left, right), (low, high) = boundary.x_range, boundary.y_range
    height = min(max(width * share_of(high - low, 0, right - left), 0.55 * width), width)
    top = _TEXT + 5
    parts: list[Markup] = []
    for number_of_panel, (name, classes) in enumerate(((expected, boundary.expected), (yours, boundary.got))):
        start = number_of_panel * (width + between)
        parts.append(_text(start, _TEXT - 1, name, "start", "strong"))
        parts += _plane(classes, start, top, width, height)
        if classes is boundary.got:
            parts.append(_path(_strikes(boundary, start, top, width, height), "differs"))
        for point in boundary.points:
            across = start + width * share_of(point.x, left, right)
            down = top + height * (1 - share_of(point.y, low, high))
            parts.append(_circle(across, down, 3.5, f"class{max(point.label, 0)} example"))
        parts += [
            _text(start, top + height + _TEXT + 1, number(left), "start"),
            _text(start + width, top + height + _TEXT + 1, number(right), "end"),
        ]
    return Drawing(top + height + _TEXT + 7, tuple(parts))


def _plane(classes: Sequence[Sequence[int]], start: float, top: float, width: float, height: float) -> Iterable[Markup]:
    """Return a ground, the places of each class as one path, and the classes' numbers here and there."""
    across, down = width / len(classes[0]), height / len(classes)
    paths: dict[int, list[str]] = {}
    for row, labels in enumerate(classes):
        begin = 0
        for column in range(1, len(labels) + 1):
            if column == len(labels) or labels[column] != labels[begin]:
                block = _block(start + begin * across, top + row * down, (column - begin) * across, down)
                paths.setdefault(labels[begin], []).append(block)
                begin = column
    yield _rectangle(start, top, width, height, "ground")
    for label in sorted(paths):
        if label >= 0:
            yield _path("".join(paths[label]), f"class{label}")
    for row in range(_NUMBER_ROWS // 2, len(classes), _NUMBER_ROWS):
        for column in range(_NUMBER_COLUMNS // 2, len(classes[0]), _NUMBER_COLUMNS):
            label = classes[row][column]
            x, y = start + (column + 0.5) * across, top + (row + 0.5) * down + 4.5
            yield _text(x, y, str(label) if label >= 0 else "?", "middle", "onclass" if label >= 0 else "strong")


def _strikes(boundary: Boundary, start: float, top: float, width: float, height: float) -> str:
    across, down = width / len(boundary.got[0]), height / len(boundary.got)
    return "".join(
        f"M{_short(start + column * across)} {_short(top + (row + 1) * down)}l{_short(across)} {_short(-down)}"
        for row, (got, expected) in enumerate(zip(boundary.got, boundary.expected, strict=True))
        for column in range(len(got))
        if got[column] != expected[column]
    )


def draw_memory(memory: Memory, *, expected: str, yours: str) -> Drawing:
    """Draw the cells of memory in rows, once with the expected elements in them and once with the student's."""
    cells = range(memory.first_cell, memory.first_cell + memory.cells)
    strips: list[tuple[str, tuple[int, ...], Sequence[int], str]] = []
    if memory.expected:
        strips.append((expected, memory.expected, cells, "want"))
    own: Sequence[int] = cells if memory.shares else sorted(set(memory.got))
    strips.append((yours, memory.got, own, "got"))
    parts: list[Markup] = []
    down = 0.0
    in_a_row = _CELLS_IN_A_ROW[len(cells) > 2 * _CELLS_IN_A_ROW[0]]
    for name, places, shown, style in strips:
        parts.append(_text(0, down + _TEXT - 1, name, "start", "strong"))
        down += _TEXT + 5
        found = elements_in(places)
        for start in range(0, len(shown), in_a_row):
            parts += _cells(shown[start : start + in_a_row], found, down, style, side=WIDTH / in_a_row)
            down += 2 * _TEXT + 20
        down += 4
    return Drawing(down, tuple(parts))


def _cells(
    row: Sequence[int], found: dict[int, list[int]], down: float, style: str, *, side: float
) -> Iterable[Markup]:
    """Return one row: the number of each cell, and in it the element that lies there."""
    ordered = sorted(range(len(row)), key=lambda place: row[place] in found)  # coloured frames lie on top of grey ones
    for place in ordered:
        elements = found.get(row[place])
        yield _text((place + 0.5) * side, down + _TEXT - 2, str(row[place]), "middle")
        yield _rectangle(place * side + 2, down + _TEXT + 3, side - 4, 24, f"cell {style}" if elements else "cell")
        if elements:
            yield _text((place + 0.5) * side, down + _TEXT + 19.5, cell_text(elements), "middle", "strong")


# ------------------------------------------------------------------------------------------------- parts


def _mark(level: int, x: float, y: float, side: float) -> str:
    if level == NOT_FINITE:
        edge, length = 0.15 * side, 0.7 * side
        return (
            f"M{_short(x + edge)} {_short(y + edge)}l{_short(length)} {_short(length)}"
            f"m{_short(-length)} 0l{_short(length)} {_short(-length)}"
        )
    size = side * _SIDES[level]
    return _block(x + (side - size) / 2, y + (side - size) / 2, size, size)


def _level_class(level: int, *, thick: bool = False) -> str:
    return ("cross thick" if thick else "cross") if level == NOT_FINITE else f"level{level}"


def _frame(top: float, bottom: float, high: str, low: str) -> Iterable[Markup]:
    yield _path(f"M{_short(_LEFT)} {_short(top)}V{_short(bottom)}H{_short(WIDTH - _RIGHT)}", "axis")
    yield _text(_LEFT - 6, top + _TEXT - 3, high, "end")
    yield _text(_LEFT - 6, bottom, low, "end")


def _ends_below(bottom: float, ends: tuple[str, str, str]) -> Iterable[Markup]:
    right = WIDTH - _RIGHT
    for x, end, anchor in zip((_LEFT, (_LEFT + right) / 2, right), ends, ("start", "middle", "end"), strict=True):
        if end:
            yield _text(x, bottom + _TEXT + 2, end, anchor)


def _stretches(x: Sequence[float], values: Sequence[float | None]) -> Iterable[list[tuple[float, float]]]:
    """Yield the runs of a curve between its gaps."""
    stretch: list[tuple[float, float]] = []
    for place, value in zip(x, values, strict=True):
        if value is not None:
            stretch.append((place, value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _block(x: float, y: float, width: float, height: float) -> str:
    return f"M{_short(x)} {_short(y)}h{_short(width)}v{_short(height)}h{_short(-width)}z"


def _path(data: str, style: str) -> Markup:
    return element("path", {"class": style, "d": data})


def _thick_path(data: str, style: str) -> Markup:
    return element("path", {"class": f"{style} thick", "d": data})


def _rectangle(x: float, y: float, width: float, height: float, style: str) -> Markup:
    numbers = {"x": x, "y": y, "width": width, "height": height}
    return element("rect", {"class": style, **{name: _short(value) for name, value in numbers.items()}})


def _circle(x: float, y: float, radius: float, style: str) -> Markup:
    return element("circle", {"class": style, "cx": _short(x), "cy": _short(y), "r": _short(radius)})


def _text(x: float, y: float, text: str, anchor: str, style: str | None = None) -> Markup:
    return element("text", {"class": style, "x": _short(x), "y": _short(y), "text-anchor": anchor}, text)


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
