"""How much it proves that a mistake behaves as the student's code did, where both differ from the reference.

Unrelated mistakes agree easily in a NaN, in a 0, in one small integer or in the type of an exception; in a row of
irregular numbers they do not. So what agrees is measured in bits, as the generic signatures do (see
`grader.diagnosis.pair`), over all replies of a test in which the student's code and the reference differ clearly.
Numbers that the reference has as well prove nothing, and an array that comes twice proves no more than once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.diagnosis.pair import ENOUGH_BITS, grid_of, information
from grader.examination.behaviour import CLEAR, Reading, distance
from grader.sandbox.messages import ArraySpec, Atom, Items, Mapping, Node, Raised, TensorSpec

_Values = npt.NDArray[Any]
_KIND_BITS = 2.0  # another shape, another type of exception, no result at all
_NUMBER_BITS = 3.0  # of one number in the message of an exception; its words are the library's
_SINGLE = 2.0**-16  # rounding that is allowed, relative to a value and its array's largest
_DOUBLE = 2.0**-30
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def bits(pairs: Iterable[tuple[Reading, Reading]]) -> float:
    """Return what it proves to reply as the student's code did, given (its, the reference's) replies in turn.

    Counting ends where there is enough. Raises Unreadable.
    """
    found, seen = 0.0, set[bytes]()
    for student, right in pairs:
        if distance(student, right) >= CLEAR:
            found += _of_reply(student, right, seen)
        if found >= ENOUGH_BITS:
            break
    return found


def _of_reply(student: Reading, right: Reading, seen: set[bytes]) -> float:
    if isinstance(student.reply, Raised):
        numbers = {*_NUMBER.findall(student.reply.message)}
        if isinstance(right.reply, Raised):
            numbers -= {*_NUMBER.findall(right.reply.message)}
        return _KIND_BITS + _NUMBER_BITS * len(numbers)
    theirs, due = [*_leaves(student)], [*_leaves(right)]
    beside: list[_Values | None] = [*due] if len(theirs) == len(due) else [None] * len(theirs)
    found = 0.0 if len(theirs) == len(due) else _KIND_BITS
    for values, reference in zip(theirs, beside, strict=True):
        found += _of_array(values, reference, seen)
    return found


def _of_array(values: _Values, reference: _Values | None, seen: set[bytes]) -> float:
    unlike = values[_differs(values, reference)]
    unlike = unlike[np.isfinite(unlike)]
    found = _KIND_BITS if reference is not None and reference.shape != values.shape else 0.0
    key = unlike.astype(np.complex64).tobytes()
    if unlike.size == 0 or key in seen:
        return found
    seen.add(key)
    return found + sum(information(_wide(unlike), _tolerance(unlike), grid_of(_wide(unlike))))


def _differs(values: _Values, reference: _Values | None) -> npt.NDArray[np.bool_]:
    """Return where values are not the reference's, also where that has them in another shape."""
    everywhere = np.ones(values.shape, dtype=bool)
    if reference is None:
        return everywhere
    if reference.shape != values.shape:
        try:
            reference = np.reshape(reference, values.shape) if reference.size == values.size else reference
            reference = np.broadcast_to(reference, values.shape)
        except ValueError:
            return everywhere
    with np.errstate(all="ignore"):
        differs: npt.NDArray[np.bool_] = ~(np.abs(_wide(values) - _wide(reference)) <= _tolerance(values))
    return differs


def _tolerance(values: _Values) -> _Values:
    size = np.where(np.isfinite(values), np.abs(_wide(values)), 0.0)
    relative = _DOUBLE if values.dtype in (np.float64, np.complex128) else _SINGLE
    tolerance: _Values = relative * (size + size.max(initial=0.0)) + 1e-300
    return tolerance


def _wide(values: _Values) -> _Values:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _leaves(reading: Reading) -> Iterator[_Values]:
    """Yield the numbers of a result, or of what was passed to the test's functions, and of arguments that changed."""
    waiting, seen = [*reversed([*reading.roots(), *sorted(reading.changed())])], set[int]()
    while waiting:
        index = waiting.pop()
        if index in seen:
            continue
        seen.add(index)
        node: Node = reading.node(index)
        if isinstance(node, TensorSpec | ArraySpec):
            yield reading.array(node)
            if isinstance(node, TensorSpec) and node.grad >= 0:
                waiting.append(node.grad)
        elif isinstance(node, Items):
            waiting += reversed(node.items)
        elif isinstance(node, Mapping):
            waiting += reversed(node.values)
        elif isinstance(node, Atom) and isinstance(node.value, bool | int | float) and abs(node.value) < 1 << 53:
            yield np.asarray(node.value, dtype=np.float32 if isinstance(node.value, float) else np.int64)
