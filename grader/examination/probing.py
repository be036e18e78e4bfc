"""An exam of the reference that measures, or that plants an error: what `dlgrade verify` asks the tests to notice.

All of it happens in the examiner, around a call: what is planted changes a result after it has arrived, and an exact
exam sends its arguments in double precision and rounds the results back. So the submission, the rules and the child are
those of every exam, and no submission can ask for any of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from grader.examination.operation import EXHAUSTED, Operation
from grader.examination.places import is_view_of
from grader.examination.requests import Probe
from grader.examination.session import Session
from grader.records import FunctionMeasure, Measures, Nearness

_CALLS = ("call", "grad", "next")
_NARROW = ("torch.float32", "float32")
_WIDE = ("torch.float64", "float64")


@dataclass(slots=True)
class _Measured:
    """One function's calls so far."""

    slowest_s: float = 0.0
    floats: bool = False
    shares: bool = False


class ProbingSession(Session):
    """A session that measures each function's calls, and does to them what its `probe` says."""

    def __init__(self, *arguments: Any, probe: Probe, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._probe = probe
        self._measured: dict[str, _Measured] = {}
        self._planted = 0

    def measures(self, nearness: tuple[Nearness, ...]) -> Measures:
        """Return what was measured in all tests."""
        functions = (
            FunctionMeasure(function=name, slowest_s=one.slowest_s, floats=one.floats, shares=one.shares)
            for name, one in sorted(self._measured.items())
        )
        return Measures(nearness=nearness, functions=tuple(functions), planted=self._planted)

    def perform(self, operation: Operation) -> Any:
        """Do one operation as `Session` does, measured and changed."""
        if operation.op not in _CALLS or operation.keep:  # what is kept belongs to `remote`: it is no student's
            return super().perform(operation)
        widened = self._widened(operation)
        began = time.monotonic()
        value = super().perform(operation if widened is None else widened)
        self._measure(operation, value, wall_s=time.monotonic() - began)
        if widened is not None:
            value = _mapped(value, _narrowed)
        if self._probe.function and self._probe.function == operation.name and value is not EXHAUSTED:
            value = self._with_error(operation, value)
        return value

    def _measure(self, operation: Operation, value: Any, *, wall_s: float) -> None:
        measured = self._measured.setdefault(operation.name, _Measured())
        measured.slowest_s = max(measured.slowest_s, wall_s)
        if value is EXHAUSTED:
            return
        arrays = [one for one in _leaves((operation.args, operation.kwargs)) if _is_array(one)]
        changed = bool(self._exercise.mutates.get(operation.name))
        for leaf in _leaves(value):
            measured.floats |= _is_floating(leaf)
            measured.shares |= not _is_plain(leaf) or any(_shares(leaf, array) for array in arrays)
        measured.floats |= changed and any(_is_floating(array) for array in arrays)

    def _with_error(self, operation: Operation, value: Any) -> Any:
        """Return the value with the planted error; what the function has changed of its arguments gets it too."""
        factor = 1 + self._probe.relative_error
        if operation.op == "call" and self._exercise.mutates.get(operation.name):
            for leaf in _leaves((operation.args, operation.kwargs)):
                if _is_array(leaf) and _is_floating(leaf):
                    self._planted += 1
                    with torch.no_grad():
                        leaf *= factor

        def scaled(leaf: Any) -> Any:
            if not _is_floating(leaf):
                return leaf
            self._planted += 1
            return leaf * factor

        return _mapped(value, scaled)

    def _widened(self, operation: Operation) -> Operation | None:
        """Return the operation with its float32 arguments in float64; None where it stays as it is."""
        if operation.name not in self._probe.exact or operation.op == "next":
            return None
        given = (operation.args, operation.kwargs)
        dtypes = {str(leaf.dtype) for leaf in _leaves(given) if _is_array(leaf)}
        if not dtypes & set(_NARROW) or dtypes & set(_WIDE):
            return None
        args, kwargs = _mapped(given, _wide)
        return replace(operation, args=tuple(args), kwargs=dict(kwargs))


def _leaves(value: Any) -> list[Any]:
    if type(value) is dict:
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if type(value) in (list, tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a value with every leaf of its lists, tuples and dicts changed."""
    if type(value) is dict:
        return {key: _mapped(item, change) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_mapped(item, change) for item in value)
    changed = change(value)
    if changed is not value and isinstance(changed, torch.Tensor) and isinstance(value, torch.Tensor):
        changed.__dict__.update(value.__dict__)  # whether it was in the graph
    return changed


def _is_array(value: Any) -> bool:
    return isinstance(value, torch.Tensor | np.ndarray)


def _is_plain(value: Any) -> bool:
    """Whether a value is all there, and no object that stayed in the child."""
    return (
        value is None or _is_array(value) or isinstance(value, bool | int | float | complex | str | bytes | np.generic)
    )


def _is_floating(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.is_floating_point() or value.is_complex()
    return (isinstance(value, np.ndarray) and value.dtype.kind in "fc") or type(value) in (float, complex)


def _shares(value: Any, argument: Any) -> bool:
    if not _is_array(value) or type(value) is not type(argument):
        return False
    return value is argument or (0 not in (*value.shape, *argument.shape) and is_view_of(value, argument))


def _wide(value: Any) -> Any:
    if not _is_array(value) or str(value.dtype) not in _NARROW:
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().double().requires_grad_(value.requires_grad)
    return value.astype(np.float64)


def _narrowed(value: Any) -> Any:
    if not _is_array(value) or str(value.dtype) not in _WIDE:
        return value
    return value.float() if isinstance(value, torch.Tensor) else value.astype(np.float32)
