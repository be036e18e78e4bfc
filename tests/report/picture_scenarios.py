"""Differences that are drawn: each is measured and explained the way the examiner does it, from fixed numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import torch

from grader.diagnosis import explain
from grader.examination import boundary, close, curve
from grader.examination.evidence import Call, Compared, Mismatched
from grader.records import Explanation, Fault, Outcome, Reveal
from grader.report import Report


def explained(actual: object, expected: object, *, function: str = "forward", **asked: object) -> Explanation:
    """Return the explanation of a difference that `close` finds, in full."""
    try:
        close(actual, expected, **asked)  # type: ignore[arg-type]
    except Mismatched as error:
        text = f"{function}(…)"
        call = Call(function=function, args=(), kwargs={}, result=actual, text=text, text_full=text)
        found = Compared(mismatch=error.mismatch, call=call, direct=True, shown=error.shown)
        return explain(found, reveal=Reveal.FULL)
    raise AssertionError("the two agree")


def _table(rows: int, columns: int) -> torch.Tensor:
    """Return values that look random and are the same everywhere."""
    numbers = torch.arange(rows * columns, dtype=torch.float64)
    return (torch.sin(12.9898 * numbers) + torch.sin(78.233 * numbers + 1)).reshape(rows, columns)


def error_map() -> Explanation:
    """A block is too large, one value far too large, one NaN."""
    right = _table(40, 100)
    wrong = right.clone()
    wrong[7:12, 20:60] *= 1.3
    wrong[20, 80] += 100
    wrong[30, 5] = math.nan
    return explained(wrong, right)


def histogram() -> Explanation:
    """Everything is wrong: shifted and widened."""
    right = _table(40, 25)
    return explained(right * 1.6 + right.sin() * 0.1 + 1, right)


def curves() -> Explanation:
    """A loss that goes well for 20 steps, and then does not."""
    steps = torch.arange(120, dtype=torch.float64)
    right = 2.3 * torch.exp(-steps / 30) + 0.1
    wrong = torch.where(steps < 20, right, right + 0.004 * (steps - 20))
    return explained(wrong.tolist(), right.tolist(), function="train", show=curve())


def classes() -> Explanation:
    """A straight boundary where a curved one is expected."""
    points = torch.tensor([[-2.0, 0.5], [-1.0, -1.5], [0.5, 0.2], [2.0, 1.0], [1.0, -1.2], [-0.5, 1.7]])
    labels = ((points[:, 0] + points[:, 1] ** 2 - 1) > 0).long()
    plane = boundary(x=(-3, 3), y=(-2, 2), points=points, labels=labels)
    across, up = plane.grid.unbind(1)
    return explained((across > 0).long(), ((across + up**2 - 1) > 0).long(), function="predict", show=plane)


def copied() -> Explanation:
    """The right numbers in memory of their own."""
    base = torch.arange(24.0).reshape(6, 4)
    return explained(base[1::2].clone(), base[1::2], function="every_second_row", view_of=base)


def strides() -> Explanation:
    """A view, of the wrong rows."""
    base = torch.arange(24.0).reshape(6, 4)
    return explained(base[0::2], base[1::2], function="every_second_row", view_of=base)


PICTURES: dict[str, Callable[[], Explanation]] = {
    make.__name__: make for make in (error_map, histogram, curves, classes, copied, strides)
}


def pictures(graded: Callable[..., Report], test: object) -> Report:
    """Return a report with one failed test for each picture."""
    tests = [
        replace(
            test,  # type: ignore[type-var]
            name=f"test_{name}",
            outcome=Outcome.FAILED,
            earned=0,
            visible=True,
            fault=Fault.STUDENT,
            explanation=make(),
        )
        for name, make in PICTURES.items()
    ]
    return graded(*tests)
