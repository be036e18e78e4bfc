"""What a test asks to be shown of a difference: `close(losses, expected, show=curve())`.

A picture is drawn only when the comparison fails, and only where its student may see values. These are the wishes;
`diagnosis.pictures` turns them into plain data. A wish that the values cannot grant (a list of words as a curve) falls
back to what is drawn without one: a picture must never decide how a test ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch

from grader.records import Text

Label = str | tuple[str, str]  # English, and Chinese where it differs

_MAX_PLACES = 10_000  # of a plane: each is an example that the student's code classifies
_MAX_LABEL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Both sides as curves, one value a step."""

    x_label: Text
    y_label: Text
    logarithmic: bool
    start: int  # the number of the first value


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Both sides as the classes of the places of `grid`.

    Shapes: `grid` (rows * columns, 2) float32, row by row, the largest y first; `points` (n, 2), `labels` (n,).
    """

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    rows: int
    columns: int
    threshold: float
    x_label: Text
    y_label: Text
    grid: torch.Tensor = field(compare=False, repr=False)
    points: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A wish, and the two values that `close` was given: by reference, for they are looked at before the test ends."""

    wish: Curve | Plane | None
    actual: object
    expected: object
    view_of: object = None


def curve(
    x: Label = ("step", "步数"), y: Label = ("loss", "损失"), *, logarithmic: bool = False, start: int = 0
) -> Curve:
    """Ask for two curves, of what came and of what is expected; both are sequences of numbers.

    A label is English, or a pair of English and Chinese.
    Raises: TypeError or ValueError for what is no label.
    """
    return Curve(
        x_label=_label("curve", "x", x), y_label=_label("curve", "y", y), logarithmic=bool(logarithmic), start=start
    )


def boundary(
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    rows: int = 24,
    columns: int = 48,
    points: torch.Tensor | None = None,
    labels: torch.Tensor | None = None,
    threshold: float = 0.5,
    x_label: Label = ("first feature", "第一个特征"),
    y_label: Label = ("second feature", "第二个特征"),
) -> Plane:
    """Ask for a plane of two features, each place coloured by its class.

    Let both sides classify its `grid`: `close(student.predict(p.grid), reference.predict(p.grid), show=p)`.
    Predictions: classes (n,), scores of class 1 (n,) or (n, 1) with a `threshold`, or scores of each class (n, K).
    Shapes: `points` (m, 2) and `labels` (m,) are examples to draw on it.
    Raises: ValueError for an empty range, too many places, or points without as many labels.
    """
    for name, (low, high) in (("x", x), ("y", y)):
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"boundary: {name} = ({low}, {high}): expected two finite numbers, the smaller one first.")
    if rows < 2 or columns < 2 or rows * columns > _MAX_PLACES:
        raise ValueError(f"boundary: {rows} rows of {columns}: expected at least 2 x 2, at most {_MAX_PLACES} places.")
    across, down = torch.linspace(x[0], x[1], columns), torch.linspace(y[1], y[0], rows)
    grid = torch.stack([across.repeat(rows), down.repeat_interleave(columns)], dim=1)
    return Plane(
        x_range=(float(x[0]), float(x[1])),
        y_range=(float(y[0]), float(y[1])),
        rows=rows,
        columns=columns,
        threshold=threshold,
        x_label=_label("boundary", "x_label", x_label),
        y_label=_label("boundary", "y_label", y_label),
        grid=grid,
        points=_points(points, labels),
    )


def _label(function: str, name: str, label: Label) -> Text:
    pair = (label, label) if isinstance(label, str) else label
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
        raise TypeError(f"{function}: {name} = {label!r}: expected a text, or a pair of an English and a Chinese one.")
    if not all(0 < len(part) <= _MAX_LABEL for part in pair):
        raise ValueError(f"{function}: {name} = {label!r}: expected 1 to {_MAX_LABEL} characters.")
    return Text(en=pair[0], zh=pair[1])


def _points(points: torch.Tensor | None, labels: torch.Tensor | None) -> tuple[tuple[float, float, int], ...]:
    if points is None and labels is None:
        return ()
    if points is None or labels is None:
        raise ValueError("boundary: points and labels come together.")
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            f"boundary: points {tuple(points.shape)} and labels {tuple(labels.shape)}: expected (m, 2) and (m,)."
        )
    return tuple(
        (float(across), float(up), int(label))
        for (across, up), label in zip(points.tolist(), labels.tolist(), strict=True)
    )
