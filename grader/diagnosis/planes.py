"""The classes of all places of a plane, as a wrong and a right classifier see them: the decision boundary."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from grader.diagnosis.values import rounded
from grader.diagnosis.wording import join
from grader.diagnosis.wording.pictures import alt, title
from grader.examination.measuring import Values
from grader.examination.showing import Plane
from grader.pictures import Boundary, Picture, PictureKind, PlanePoint

MAX_CLASSES = 10
_MAX_ROWS, _MAX_COLUMNS = 24, 48
_MAX_POINTS = 100


def boundary_picture(wish: Plane, actual: object, expected: object) -> Picture | None:
    """Return both sides as classes on the plane, or None where one does not classify each place of its grid."""
    got, wanted = _classes(actual, wish), _classes(expected, wish)
    if got is None or wanted is None:
        return None
    parts = [alt("boundary", differing=int((got != wanted).sum()), total=int(wanted.size))]
    if (got < 0).any():
        parts.append(alt("boundary.none", count=int((got < 0).sum())))
    return Picture(
        kind=PictureKind.BOUNDARY,
        title=title("boundary"),
        alt=join(parts),
        boundary=Boundary(
            x_range=wish.x_range,
            y_range=wish.y_range,
            got=_reduced(got),
            expected=_reduced(wanted),
            x_label=wish.x_label,
            y_label=wish.y_label,
            points=_points(wish),
        ),
    )


def _classes(value: Any, wish: Plane) -> Values | None:
    """Return the class of each place, -1 for none.

    Shapes: (n,) or (n, 1) or (n, K) -> (rows, columns).
    """
    if issubclass(type(value), torch.Tensor) and value.layout is torch.strided and not value.is_complex():
        value = value.detach().cpu()
        value = (value.to(torch.float64) if value.is_floating_point() else value).numpy()
    if type(value) is not np.ndarray or value.dtype.kind not in "biuf" or value.ndim not in (1, 2):
        return None
    if value.shape[0] != wish.rows * wish.columns or (value.ndim == 2 and not value.shape[1]):
        return None
    scores = value.reshape(len(value), -1)
    if scores.shape[1] > 1:
        classes = scores.argmax(axis=1)
    elif value.dtype.kind == "f":
        classes = (scores[:, 0] > wish.threshold).astype(np.int64)
    else:
        classes = scores[:, 0].astype(np.int64)
    known = np.isfinite(scores).all(axis=1) & (classes >= 0) & (classes < MAX_CLASSES)
    return np.where(known, classes, -1).reshape(wish.rows, wish.columns)


def _reduced(classes: Values) -> tuple[tuple[int, ...], ...]:
    """Return every place, or evenly chosen ones of too many."""
    rows, columns = (
        np.linspace(0, size - 1, min(size, most)).round().astype(int)
        for size, most in zip(classes.shape, (_MAX_ROWS, _MAX_COLUMNS), strict=True)
    )
    chosen: list[list[int]] = classes[np.ix_(rows, columns)].tolist()
    return tuple(tuple(row) for row in chosen)


def _points(wish: Plane) -> tuple[PlanePoint, ...]:
    (left, right), (bottom, top) = wish.x_range, wish.y_range
    inside = [point for point in wish.points if left <= point[0] <= right and bottom <= point[1] <= top]
    step = -(-len(inside) // _MAX_POINTS) or 1
    return tuple(
        PlanePoint(x=rounded(x), y=rounded(y), label=label if 0 <= label < MAX_CLASSES else -1)
        for x, y, label in inside[::step]
    )
