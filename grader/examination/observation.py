"""What the student's functions were given in an exam, as facts: for those who judge the tests, never for a verdict.

Recorded only when the request asks for it, as `dlgrade verify` does for the reference. The facts of a call are drawn at
the end of its test, from the bytes that were sent: a later change of an argument does not show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import torch

from grader.examination.recording import RecordedCall
from grader.records import UPSTREAM, CallFacts, ValueFacts

MAX_DEPTH = 3  # of lists and dicts
MAX_ITEMS = 64  # of one list or dict
MAX_CALLS = 20_000  # of one exam: a property test makes some hundred


class Observation:
    """Collects the calls of an exam, test after test."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, RecordedCall]] = []
        self._facts: list[CallFacts] = []

    def note(self, op: str, call: RecordedCall) -> None:
        """Keep a call until its test ends: its result is not there yet."""
        if op != "next" and len(self._waiting) + len(self._facts) < MAX_CALLS:
            self._waiting.append((op, call))

    def end_test(self, test: str) -> None:
        """Draw the facts of the test's calls."""
        self._facts += [_facts_of(test, op, call) for op, call in self._waiting]
        self._waiting.clear()

    @property
    def calls(self) -> tuple[CallFacts, ...]:
        """The calls of all tests that have ended, in order."""
        return tuple(self._facts)


def _facts_of(test: str, op: str, call: RecordedCall) -> CallFacts:
    evidence = call.evidence()
    names = list(evidence.names)
    if op == "grad":
        names[-1] = UPSTREAM
    arguments = [*zip(names, evidence.args, strict=True), *evidence.kwargs.items()]
    return CallFacts(
        test=test,
        function=call.function,
        op=op,
        arguments=tuple(facts for name, value in arguments for facts in _values(name, value)),
        results=tuple(_values("result", call.result)),
        digest=_digest(call),
    )


def _digest(call: RecordedCall) -> str:
    """Return what is equal for calls with equal arguments."""
    digest = hashlib.blake2b(digest_size=12)
    for part in (msgspec.msgpack.encode((call.graph, call.refs, call.named)), call.payload or b""):
        digest.update(part)
    return digest.hexdigest()


def _values(name: str, value: Any, depth: int = 0) -> Iterator[ValueFacts]:
    """Yield the facts of a value, and of what it holds, each by the expression that leads to it."""
    if isinstance(value, torch.Tensor | np.ndarray):
        yield _array(name, value)
        if isinstance(value, torch.Tensor) and value.is_leaf and value.grad is not None:
            yield _array(f"{name}.grad", value.grad)
    elif isinstance(value, bool | int | float):
        yield ValueFacts(name=name, kind=type(value).__name__, low=_number(value), high=_number(value))
    elif isinstance(value, list | tuple | dict) and depth < MAX_DEPTH:
        yield ValueFacts(name=name, kind=type(value).__name__, shape=(len(value),))
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for (key, item), _ in zip(items, range(MAX_ITEMS), strict=False):
            yield from _values(f"{name}[{key!r}]", item, depth + 1)
    else:
        yield ValueFacts(name=name, kind="None" if value is None else type(value).__name__)


def _number(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _array(name: str, value: Any) -> ValueFacts:
    is_tensor = isinstance(value, torch.Tensor)
    plain = value.detach() if is_tensor else torch.from_numpy(np.ascontiguousarray(value)) if _numeric(value) else None
    low = high = None
    finite = True
    if plain is not None and plain.numel() and not plain.is_complex():
        wide = plain.cpu().to(torch.float64)
        finite = bool(wide.isfinite().all())
        seen = wide[wide.isfinite()]
        low, high = (float(seen.min()), float(seen.max())) if seen.numel() else (None, None)
    return ValueFacts(
        name=name,
        kind="Tensor" if is_tensor else "ndarray",
        shape=tuple(value.shape),
        dtype=str(value.dtype).removeprefix("torch."),
        contiguous=bool(value.is_contiguous() if is_tensor else value.flags.c_contiguous),
        low=low,
        high=high,
        finite=finite,
    )


def _numeric(value: Any) -> bool:
    return value.dtype.kind in "biuf" and value.dtype.itemsize <= 8 and value.dtype.isnative
