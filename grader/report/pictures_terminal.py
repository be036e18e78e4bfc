"""Pictures as blocks and signs in the lines of a terminal, at most a dozen lines each; colour only repeats a sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from grader.pictures import Boundary, Curves, ErrorMap, Histogram, Memory, Picture
from grader.records import Language, Text
from grader.report import captions
from grader.report.layout import Page, Span, pad, pad_left
from grader.report.scales import (
    LEVELS,
    NOT_FINITE,
    cell_text,
    chosen,
    curve_range,
    elements_in,
    error_bounds,
    level_of,
    number,
    pooled,
    share_of,
)

_INDENT = 4
_MAP_ROWS = 8
_BAR_ROWS = 3
_CURVE_ROWS = 8
_PLANE_ROWS = 8
_MEMORY_BLOCKS = 3
_CELLS_IN_A_ROW = (16, 12, 8, 4)  # the most that have room
_CELL = 4  # columns of a cell of memory
_NO_BREAK = "\u00a0"
_WIDEST = 72  # columns of a drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """What a drawing is made of."""

    levels: str  # of error: right, four levels, not finite
    bars: str  # of a column: empty to full
    classes: str  # of a plane, by class
    gutter: str
    yours: str
    expected: str
    both: str
    none: str


UNICODE = Glyphs(
    levels="·░▒▓█!", bars=" ▁▂▃▄▅▆▇█", classes="·█░▓▒56789", gutter="│", yours="*", expected="·", both="+", none="·"
)
ASCII = Glyphs(
    levels=".-+*#!", bars=" .:#", classes=".#o+x56789", gutter="|", yours="*", expected=".", both="+", none="."
)
_LEVEL_STYLES = ("dim", "yellow", "yellow", "red", "bold red", "bold magenta")


class PictureBlock:
    """Draws pictures onto `page`, in one language and one set of glyphs."""

    def __init__(self, page: Page, *, language: Language, ascii_only: bool) -> None:
        self._page = page
        self._language = language
        self._glyphs = ASCII if ascii_only else UNICODE
        self._room = min(page.width - _INDENT, _WIDEST)

    def draw(self, picture: Picture) -> None:
        """Add one picture: its title, the drawing, and what its axes and signs mean."""
        self._page.blank()
        self._page.put((self._say(picture.title), "bold blue"), indent=_INDENT)
        if picture.error_map is not None:
            self._error_map(picture.error_map)
        elif picture.histogram is not None:
            self._histogram(picture.histogram)
        elif picture.curves is not None:
            self._curves(picture.curves)
        elif picture.boundary is not None:
            self._boundary(picture.boundary)
        elif picture.memory is not None:
            self._memory(picture.memory)

    # --------------------------------------------------------------------------------------------- error map

    def _error_map(self, errors: ErrorMap) -> None:
        gutter = len(str(errors.rows - 1)) + 3
        cells, down, across = pooled(errors.cells, rows=_MAP_ROWS, columns=self._room - gutter)
        bounds = error_bounds(errors)
        wide = 2 if cells and gutter + 2 * len(cells[0]) <= self._room else 1
        for place, row in enumerate(cells):
            first = place * down * errors.rows_per_cell
            spans: list[Span] = [(f"{first:>{gutter - 3}} {self._glyphs.gutter} ", "blue")]
            for cell in row:
                level = level_of(cell, bounds)
                spans.append((self._glyphs.levels[level] * wide, _LEVEL_STYLES[level]))
            self._page.put(*spans, indent=_INDENT)
        self._note(self._levels(bounds, errors))
        rows, columns = down * errors.rows_per_cell, across * errors.columns_per_cell
        notes = captions.table_notes(errors, self._language)
        if rows > 1 or columns > 1:
            notes.append(self._say(captions.ONE_CELL, rows=str(rows), columns=str(columns)))
        self._note(self._joined(notes))

    def _levels(self, bounds: tuple[float, ...], errors: ErrorMap) -> str:
        shown = [(self._glyphs.levels[0], self._say(captions.RIGHT))]
        shown += [
            (self._glyphs.levels[level], self._say(captions.UP_TO, number=number(bound)))
            for level, bound in enumerate(bounds, start=LEVELS + 1 - len(bounds))
        ]
        if any(cell is None for row in errors.cells for cell in row):
            shown.append((self._glyphs.levels[NOT_FINITE], self._say(captions.NOT_FINITE)))
        return f"{self._say(captions.ERROR)} {self._legend(shown)}"

    # --------------------------------------------------------------------------------------------- histogram

    def _histogram(self, histogram: Histogram) -> None:
        labels = (self._say(captions.YOURS), self._say(captions.EXPECTED))
        gutter = max(map(cell_len, labels)) + 2
        wide = 2 if gutter + 2 * len(histogram.got) <= self._room else 1
        tallest = max(*histogram.got, *histogram.expected, 1)
        for label, counts, style in (
            (labels[0], histogram.got, "yellow"),
            (labels[1], histogram.expected, "green"),
        ):
            bars = [self._bar(count, tallest) for count in counts]
            if counts is histogram.expected:
                self._page.put(indent=_INDENT)
            for row in reversed(range(_BAR_ROWS)):
                name = label if row == 0 else ""
                drawn = "".join(bar[row] * wide for bar in bars)
                self._page.put((pad(name, gutter), ""), (drawn, style), indent=_INDENT)
        low, high = number(histogram.edges[0]), number(histogram.edges[-1])
        space = max(wide * len(histogram.got) - len(low) - len(high), 1)
        self._page.put((" " * gutter + low + " " * space + high, "dim"), indent=_INDENT)
        notes = [self._say(captions.COUNTED)]
        if histogram.is_clipped:
            notes.append(self._say(captions.CLIPPED))
        if histogram.got_nonfinite:
            notes.append(self._say(captions.LEFT_OUT, count=str(histogram.got_nonfinite)))
        self._note(self._joined(notes))

    def _bar(self, count: int, tallest: int) -> list[str]:
        """Return the glyphs of one column, the lowest first; what is there at all shows."""
        steps = len(self._glyphs.bars) - 1
        filled = max(round(count / tallest * steps * _BAR_ROWS), 1 if count else 0)
        return [self._glyphs.bars[min(max(filled - row * steps, 0), steps)] for row in range(_BAR_ROWS)]

    # --------------------------------------------------------------------------------------------- curves

    def _curves(self, curves: Curves) -> None:
        limits = curve_range(curves)
        if limits is None:
            self._note(self._say(captions.LEFT_OUT, count=str(len(curves.got))))
            return
        low, high = limits
        ends = (number(high), number(low))
        gutter = max(map(len, ends)) + 3
        columns = self._room - gutter
        sheet = self._sheet(curves, low, high, columns)
        for row, signs in enumerate(sheet):
            end = ends[0] if row == 0 else ends[1] if row == _CURVE_ROWS - 1 else ""
            self._page.put(
                (f"{pad_left(end, gutter - 3)} {self._glyphs.gutter} ", "blue"), *self._spans(signs), indent=_INDENT
            )
        first, last = number(curves.x[0]), number(curves.x[-1])
        space = max(columns - len(first) - len(last), 1)
        self._page.put((" " * gutter + first + " " * space + last, "dim"), indent=_INDENT)
        scale = self._say(captions.LOGARITHMIC) if curves.logarithmic else ""
        axes = self._say(captions.AXES, x=self._say(curves.x_label), y=self._say(curves.y_label), scale=scale)
        signs_shown = (
            (self._glyphs.yours, captions.YOURS),
            (self._glyphs.expected, captions.EXPECTED),
            (self._glyphs.both, captions.BOTH),
        )
        self._note(self._legend((sign, self._say(name)) for sign, name in signs_shown))
        self._note(axes)

    def _sheet(self, curves: Curves, low: float, high: float, columns: int) -> list[list[str]]:
        """Return the rows of the drawing, one sign a column: where each curve is at that place of the axis."""
        sheet = [[" "] * columns for _ in range(_CURVE_ROWS)]
        for values, sign in ((curves.expected, self._glyphs.expected), (curves.got, self._glyphs.yours)):
            for column in range(columns):
                value = values[round(column * (len(values) - 1) / max(columns - 1, 1))]
                if value is None:
                    continue
                share = share_of(value, low, high, logarithmic=curves.logarithmic)
                row = _CURVE_ROWS - 1 - round(share * (_CURVE_ROWS - 1))
                taken = sheet[row][column] == self._glyphs.expected and sign != self._glyphs.expected
                sheet[row][column] = self._glyphs.both if taken else sign
        return sheet

    def _spans(self, signs: list[str]) -> list[Span]:
        styles = {self._glyphs.yours: "yellow", self._glyphs.expected: "green"}
        return [(sign, styles.get(sign, "")) for sign in signs]

    # --------------------------------------------------------------------------------------------- boundary

    def _boundary(self, boundary: Boundary) -> None:
        between = 3
        wide = min((self._room - between) // 2, len(boundary.got[0]))
        rows = chosen(len(boundary.got), _PLANE_ROWS)
        columns = chosen(len(boundary.got[0]), wide)
        names = (self._say(captions.EXPECTED), self._say(captions.YOURS))
        self._page.put((pad(names[0], len(columns) + between), ""), (names[1], ""), indent=_INDENT)
        for row in rows:
            expected = "".join(self._class(boundary.expected[row][column]) for column in columns)
            spans: list[Span] = [(expected + " " * between, "")]
            for column in columns:
                label = boundary.got[row][column]
                differs = label != boundary.expected[row][column]
                spans.append((self._class(label), "red" if differs else ""))
            self._page.put(*spans, indent=_INDENT)
        shown = sorted({label for row in (*boundary.got, *boundary.expected) for label in row})
        self._note(self._legend((self._class(label), self._class_name(label)) for label in shown))
        (left, right), (bottom, top) = boundary.x_range, boundary.y_range
        self._note(
            self._say(
                captions.RANGES, x=self._say(boundary.x_label), y=self._say(boundary.y_label),
                left=number(left), right=number(right), bottom=number(bottom), top=number(top),
            )
        )  # fmt: skip

    def _class(self, label: int) -> str:
        return self._glyphs.classes[label] if label >= 0 else "?"

    def _class_name(self, label: int) -> str:
        return self._say(captions.CLASS, label=str(label)) if label >= 0 else self._say(captions.NO_CLASS)

    # --------------------------------------------------------------------------------------------- memory

    def _memory(self, memory: Memory) -> None:
        labels = [self._say(text) for text in (captions.CELL, captions.EXPECTED, captions.YOURS, captions.OWN_CELL)]
        gutter = max(map(cell_len, labels)) + 1
        room = (self._room - gutter) // _CELL
        shown = next((cells for cells in _CELLS_IN_A_ROW if cells <= room), _CELLS_IN_A_ROW[-1])
        expected, got = elements_in(memory.expected), elements_in(memory.got)
        blocks = range(memory.first_cell, memory.first_cell + memory.cells, shown)[:_MEMORY_BLOCKS]
        if not expected and not memory.shares:
            blocks = range(0)  # of the argument's memory there is nothing to show
        for start in blocks:
            cells = range(start, min(start + shown, memory.first_cell + memory.cells))
            self._cells(labels[0], gutter, [str(cell) for cell in cells], "dim")
            if expected:
                self._cells(labels[1], gutter, [self._cell(expected.get(cell)) for cell in cells], "green")
            if memory.shares:
                self._cells(labels[2], gutter, [self._cell(got.get(cell)) for cell in cells], "yellow")
        if not memory.shares:
            own = sorted(got)[:shown]
            self._cells(labels[3], gutter, [str(cell) for cell in own], "dim")
            self._cells(labels[2], gutter, [self._cell(got[cell]) for cell in own], "yellow")
        notes = [self._say(captions.CELLS, none=self._glyphs.none)]
        if not memory.shares:
            notes.insert(0, self._say(captions.COPY))
        if memory.is_cut or 0 < len(blocks) * shown < memory.cells or (not memory.shares and len(got) > shown):
            notes.append(self._say(captions.CUT))
        self._note(self._joined(notes))

    def _cells(self, label: str, gutter: int, texts: list[str], style: str) -> None:
        self._page.put((pad(label, gutter), ""), ("".join(text.rjust(_CELL) for text in texts), style), indent=_INDENT)

    def _cell(self, elements: list[int] | None) -> str:
        return cell_text(elements) or self._glyphs.none

    # --------------------------------------------------------------------------------------------- words

    def _note(self, text: str) -> None:
        self._page.put(body=text, style="dim", indent=_INDENT)

    def _legend(self, signs: Iterable[tuple[str, str]]) -> str:
        """Return signs and their meanings; a line is broken between two of them only, where the output can say so."""
        space = _NO_BREAK if self._glyphs is UNICODE else " "
        return "  ".join(f"{sign} {meaning}".replace(" ", space) for sign, meaning in signs)

    def _joined(self, sentences: list[str]) -> str:
        return ("" if self._language is Language.ZH else " ").join(sentences)

    def _say(self, text: Text, **values: str) -> str:
        said = text.within(self._language)
        return said.format(**values) if values else said
