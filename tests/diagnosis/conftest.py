"""A comparison as the examiner would leave it: a wrong result, the right one, and the call behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch

from grader.examination.compare import compare
from grader.examination.evidence import Call, Compared

Plant = Callable[..., Compared]


@pytest.fixture
def plant() -> Plant:
    """Return a function that compares and wraps the mismatch in its evidence."""

    def plant(
        actual: object,
        expected: object,
        *,
        direct: bool = True,
        rtol: float | None = None,
        before: Sequence[Call] = (),
        function: str = "f",
        **inputs: object,
    ) -> Compared:
        mismatch = compare(actual, expected, rtol=rtol, atol=None if rtol is None else 0.0)
        assert mismatch is not None
        call = make_call(actual, function=function, **inputs)
        return Compared(mismatch=mismatch, call=call, direct=direct, calls=(*before, call))

    return plant


@pytest.fixture
def a_call() -> Callable[..., Call]:
    """Return a function that makes the record of a call."""
    return make_call


def make_call(result: object, *, function: str = "f", **inputs: object) -> Call:
    shown = ", ".join(f"{n}={tuple(v.shape) if isinstance(v, torch.Tensor) else v}" for n, v in inputs.items())
    full = ", ".join(f"{n}={v!r}" for n, v in inputs.items())
    return Call(
        function=function,
        args=tuple(inputs.values()),
        kwargs={},
        result=result,
        text=f"{function}({shown})",
        text_full=f"{function}({full})",
        names=tuple(inputs),
    )
