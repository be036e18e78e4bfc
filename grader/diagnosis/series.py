"""Two sequences of numbers as curves: a loss over the steps of a training, beside the reference's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from grader.diagnosis.values import number_text, rounded
from grader.diagnosis.wording import join
from grader.diagnosis.wording.pictures import alt, title
from grader.examination.evidence import Mismatch
from grader.examination.measuring import Tolerance, differences
from grader.examination.showing import Curve
from grader.pictures import Curves, Picture, PictureKind

_MAX_POINTS = 240
_MAX_VALUES = 100_000  # of a sequence that is looked at


def curves_picture(wish: Curve, actual: object, expected: object, mismatch: Mismatch) -> Picture | None:
    """Return both sides as curves, or None where one is no sequence of at least two numbers."""
    got, wanted = _numbers(actual), _numbers(expected)
    if got is None or wanted is None or max(len(got), len(wanted)) < 2:
        return None
    length = max(len(got), len(wanted))
    places = sorted({round(place) for place in np.linspace(0, length - 1, min(length, _MAX_POINTS)).tolist()})
    parts = [
        alt(
            "curves",
            got_count=len(got), got_first=_end(got, 0), got_last=_end(got, -1),
            count=len(wanted), first=_end(wanted, 0), last=_end(wanted, -1),
        )
    ]  # fmt: skip
    parting = _parting(got, wanted, mismatch)
    if parting is not None:
        parts.append(alt("curves.part", x=wish.x_label, place=wish.start + parting))
    return Picture(
        kind=PictureKind.CURVES,
        title=title("curves", x=wish.x_label, y=wish.y_label),
        alt=join(parts),
        curves=Curves(
            x=tuple(float(wish.start + place) for place in places),
            got=tuple(_at(got, place, positive=wish.logarithmic) for place in places),
            expected=tuple(_at(wanted, place, positive=wish.logarithmic) for place in places),
            x_label=wish.x_label,
            y_label=wish.y_label,
            logarithmic=wish.logarithmic,
        ),
    )


def _numbers(value: Any) -> list[float] | None:
    """Return a sequence of plain numbers as floats; every class is looked up exactly, for one side is the student's."""
    if type(value) in (list, tuple):
        if len(value) > _MAX_VALUES:
            return None
        numbers = [_number(item) for item in value]
        return None if None in numbers else [number for number in numbers if number is not None]
    if issubclass(type(value), torch.Tensor) and value.layout is torch.strided and not value.is_complex():
        value = value.detach().cpu().to(torch.float64).numpy()
    if type(value) is not np.ndarray or value.ndim != 1 or value.dtype.kind not in "biuf" or value.size > _MAX_VALUES:
        return None
    return [float(item) for item in value.tolist()]


def _number(value: Any) -> float | None:
    if type(value) in (bool, int, float):
        return float(value) if type(value) is not int or abs(value) < 1 << 1000 else math.inf
    if issubclass(type(value), torch.Tensor) and value.ndim == 0 and not value.is_complex():
        return float(value.detach())
    return None


def _at(numbers: list[float], place: int, *, positive: bool) -> float | None:
    if place >= len(numbers) or not math.isfinite(numbers[place]) or (positive and numbers[place] <= 0):
        return None
    return rounded(numbers[place], 5)


def _end(numbers: list[float], place: int) -> str:
    return number_text(numbers[place], 4) if numbers else "?"


def _parting(got: list[float], wanted: list[float], mismatch: Mismatch) -> int | None:
    """Return the first place at which the two differ by more than the test allows, or at which one has ended."""
    shared = min(len(got), len(wanted))
    tolerance = Tolerance(mismatch.rtol, mismatch.atol)
    wrong = differences(np.array(got[:shared]), np.array(wanted[:shared]), tolerance).wrong
    if wrong.any():
        return int(wrong.argmax())
    return shared if len(got) != len(wanted) else None
