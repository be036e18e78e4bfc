"""What of a difference is better looked at than read, as plain data of a capped size; drawn by `report`.

Only at FULL: a picture shows values, and below FULL the student's code could draw a hidden input with its errors. The
same difference gives the same picture, to the digit. How a test wants it shown comes first, and where its values
cannot be shown so, nothing is said of it: the comparison has already failed, and is explained in words.
"""

from __future__ import annotations

import numpy as np

from grader.diagnosis.generic import MAX_ELEMENTS
from grader.diagnosis.memory import memory_picture
from grader.diagnosis.planes import boundary_picture
from grader.diagnosis.series import curves_picture
from grader.diagnosis.values import number_text, rounded
from grader.diagnosis.wording import join
from grader.diagnosis.wording.pictures import alt, title
from grader.examination.evidence import Compared, Mismatch, MismatchKind
from grader.examination.measuring import Tolerance, Values, differences
from grader.examination.showing import Curve, Plane
from grader.pictures import ErrorMap, Histogram, Picture, PictureKind
from grader.records import Reveal, Text

MAX_PICTURES = 3
_MAX_ROWS, _MAX_COLUMNS = 32, 64  # of an error map
_MIN_MAP = 12  # elements: fewer are read faster than looked at
_MIN_HISTOGRAM = 40
_BINS = 24
_MANY = 0.3  # of the elements are wrong: below it, both histograms look alike
_EVERYWHERE = 0.95  # of the elements are wrong: where says nothing any more
_FAR = 1.5  # times the expected spread: what lies further out goes into the outermost bins
_OF_VALUES = (MismatchKind.VALUE, MismatchKind.FINITENESS)


def pictures_of(compared: Compared, reveal: Reveal) -> tuple[Picture, ...]:
    """Return the pictures of a difference, the most telling first; none below FULL."""
    if reveal is not Reveal.FULL:
        return ()
    wished = _wished(compared)
    if wished is not None:
        return (wished,)
    return tuple(picture for picture in _of_memory_and_values(compared) if picture is not None)[:MAX_PICTURES]


def _wished(compared: Compared) -> Picture | None:
    shown = compared.shown
    if shown is None:
        return None
    if isinstance(shown.wish, Curve):
        return curves_picture(shown.wish, shown.actual, shown.expected, compared.mismatch)
    if isinstance(shown.wish, Plane):
        return boundary_picture(shown.wish, shown.actual, shown.expected)
    return None


def _of_memory_and_values(compared: Compared) -> list[Picture | None]:
    mismatch, shown = compared.mismatch, compared.shown
    of_values = [_error_map(mismatch), _histogram(mismatch)] if mismatch.kind in _OF_VALUES else []
    drawable = mismatch.kind in (*_OF_VALUES, MismatchKind.MEMORY) and not mismatch.path
    memory = memory_picture(shown) if drawable and shown is not None else None
    is_view = memory is not None and memory.memory is not None and memory.memory.shares
    # Wrong values in the right memory are a matter of strides; in other memory they are wrong values first.
    return [memory, *of_values] if is_view else [*of_values, memory]


# ---------------------------------------------------------------------------------------------- where, and how large


def _error_map(mismatch: Mismatch) -> Picture | None:
    a, e = mismatch.actual_values, mismatch.expected_values
    if a is None or e is None or a.shape != e.shape or not _MIN_MAP <= e.size <= MAX_ELEMENTS:
        return None
    error, nonfinite = _errors(a, e, mismatch)
    wrong = nonfinite | (error > 0)
    if not wrong.any() or (not nonfinite.any() and wrong.mean() > _EVERYWHERE):
        return None
    columns = e.shape[-1] if e.ndim else 1
    error, nonfinite, wrong = (part.reshape(-1, columns) for part in (error, nonfinite, wrong))
    row_step, column_step = -(-error.shape[0] // _MAX_ROWS), -(-columns // _MAX_COLUMNS)
    largest, broken = _pooled(error, row_step, column_step), _pooled(nonfinite, row_step, column_step)
    cells = tuple(
        tuple(None if bad else rounded(value) for value, bad in zip(values, bads, strict=True))
        for values, bads in zip(largest.tolist(), broken.tolist(), strict=True)
    )
    return Picture(
        kind=PictureKind.ERROR_MAP,
        title=title("error_map"),
        alt=_alt_of_map(error, nonfinite, wrong),
        error_map=ErrorMap(
            shape=e.shape,
            rows=error.shape[0],
            columns=columns,
            rows_per_cell=row_step,
            columns_per_cell=column_step,
            cells=cells,
        ),
    )


def _errors(a: Values, e: Values, mismatch: Mismatch) -> tuple[Values, Values]:
    """Return |a - e| where it is too large, else 0; and where the two differ in being finite: as the verdict has it."""
    found = differences(a, e, Tolerance(mismatch.rtol, mismatch.atol))
    error = np.minimum(found.error, np.finfo(np.float64).max)  # -1e308 instead of 1e308
    return np.where(found.wrong & ~found.one_sided, error, 0.0), found.one_sided


def _pooled(values: Values, row_step: int, column_step: int) -> Values:
    """Return the largest element of each block of `row_step` x `column_step`; the last blocks may be smaller."""
    rows, columns = -(-values.shape[0] // row_step), -(-values.shape[1] // column_step)
    padded = np.zeros((rows * row_step, columns * column_step), dtype=values.dtype)
    padded[: values.shape[0], : values.shape[1]] = values
    pooled: Values = padded.reshape(rows, row_step, columns, column_step).max(axis=(1, 3))
    return pooled


def _alt_of_map(error: Values, nonfinite: Values, wrong: Values) -> Text:
    parts = [
        alt(
            "error_map",
            rows=error.shape[0],
            columns=error.shape[1],
            differing=int(wrong.sum()),
            row_range=_range("row", np.any(wrong, axis=1)),
            column_range=_range("column", np.any(wrong, axis=0)),
        )
    ]
    if error.max() > 0:
        parts.append(alt("largest", error=number_text(float(error.max()), 3)))
    if nonfinite.any():
        parts.append(alt("nonfinite", count=int(nonfinite.sum())))
    return join(parts)


def _range(word: str, touched: Values) -> Text:
    places = np.flatnonzero(touched)
    first, last = int(places[0]), int(places[-1])
    return alt(word if first == last else f"{word}s", first=first, last=last)


# ---------------------------------------------------------------------------------------------- how they are spread


def _histogram(mismatch: Mismatch) -> Picture | None:
    a, e = mismatch.actual_values, mismatch.expected_values
    if a is None or e is None or a.dtype.kind != "f" or e.dtype.kind != "f" or a.shape != e.shape:
        return None
    if not _MIN_HISTOGRAM <= e.size <= MAX_ELEMENTS or mismatch.differing < _MANY * e.size:
        return None
    got, expected = a[np.isfinite(a)], e[np.isfinite(e)]
    if not expected.size:
        return None
    low, high, is_clipped = _limits(got, expected)
    if not np.isfinite(high - low):
        return None  # the values span more than a float64 does
    edges = np.linspace(low, high, _BINS + 1)
    return Picture(
        kind=PictureKind.HISTOGRAM,
        title=title("histogram"),
        alt=_alt_of_histogram(got, expected, nonfinite=a.size - got.size, is_clipped=is_clipped),
        histogram=Histogram(
            edges=tuple(rounded(edge, 6) for edge in edges.tolist()),
            got=_counts(got, edges),
            expected=_counts(expected, edges),
            got_nonfinite=a.size - got.size,
            expected_nonfinite=e.size - expected.size,
            is_clipped=is_clipped,
        ),
    )


def _limits(got: Values, expected: Values) -> tuple[float, float, bool]:
    """Return the ends of the axis, and whether values lie beyond them: one of 1e30 would leave one bar."""
    with np.errstate(all="ignore"):
        low, high = float(expected.min()), float(expected.max())
        spread = max(high - low, 1e-3 * max(abs(low), abs(high)), 1e-12)
        wanted_low = min(low, float(got.min(initial=low)))
        wanted_high = max(high, float(got.max(initial=high)))
        chosen_low, chosen_high = max(wanted_low, low - _FAR * spread), min(wanted_high, high + _FAR * spread)
    is_clipped = (chosen_low, chosen_high) != (wanted_low, wanted_high)
    if chosen_high - chosen_low < spread:
        chosen_low, chosen_high = chosen_low - spread / 2, chosen_high + spread / 2
    return chosen_low, chosen_high, is_clipped


def _counts(values: Values, edges: Values) -> tuple[int, ...]:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return tuple(int(count) for count in counts)


def _alt_of_histogram(got: Values, expected: Values, *, nonfinite: int, is_clipped: bool) -> Text:
    facts = {"low": expected.min(), "high": expected.max(), "middle": np.median(expected)}
    if got.size:
        facts |= {"got_low": got.min(), "got_high": got.max(), "got_middle": np.median(got)}
    key = "histogram" if got.size else "histogram.none"
    parts = [alt(key, **{name: number_text(float(value), 4) for name, value in facts.items()})]
    if nonfinite and got.size:
        parts.append(alt("histogram.left_out", count=nonfinite))
    if is_clipped:
        parts.append(alt("histogram.clipped"))
    return join(parts)
