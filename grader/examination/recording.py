"""The calls of a test, recorded as they were sent, and turned into evidence only when the test fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from grader.examination.evidence import Call, Named, Target
from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.graph import Table
from grader.sandbox.messages import Graph, HandleSpec

MAX_RECORDED_BYTES = 8 * 1024 * 1024  # of one call's arguments; larger ones are shown as they are at the failure
MAX_SHOWN_ELEMENTS = 24


@dataclass(slots=True, kw_only=True)
class RecordedCall:
    """One call: enough to make its arguments anew as they were, and the very object that it returned."""

    function: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    names: tuple[str, ...]
    graph: Graph
    refs: list[int]
    named: list[tuple[str, int]]
    payload: bytes | None
    target: Target | None = None
    objects: tuple[object, ...] = ()  # what the graph's nodes stand for, in their order
    result: object = None
    in_graph: bool | None = None
    _made: Call | None = None

    def evidence(self) -> Call:
        """Return the call with its arguments as they were when it was made; the same object each time."""
        if self._made is None or self._made.result is not self.result:
            self._made = self._make()
        return self._made

    def _make(self) -> Call:
        args, kwargs = self._arguments()
        spec = getattr(self.result, "_spec", None)  # of an object that stayed in the child
        made = spec.id if isinstance(spec, HandleSpec) else None
        return Call(
            function=self.function,
            args=args,
            kwargs=kwargs,
            result=self.result,
            text=_text(self.function, args, kwargs, full=False),
            text_full=_text(self.function, args, kwargs, full=True),
            names=self.names,
            in_graph=self.in_graph,
            target=replace(self.target, made=made) if self.target is not None else None,
        )

    def _arguments(self) -> tuple[tuple[object, ...], dict[str, object]]:
        if self.payload is None:
            return self.args, self.kwargs
        decoder, _ = self._decoded(self.payload)
        args = tuple(decoder.value(ref) for ref in self.refs)
        return args, {name: decoder.value(ref) for name, ref in self.named}

    def objects_now_and_then(self) -> Iterator[tuple[object, object]]:
        """Yield each object of the arguments as it is now, beside what it was when the call was made."""
        if self.payload is not None:
            _, table = self._decoded(self.payload)
            yield from zip(self.objects, table.objects, strict=True)

    def arguments_now_and_then(self) -> Iterator[tuple[str, object, object]]:
        """Yield each argument's name, what it is now, and what it was when the call was made."""
        if self.payload is not None:
            made = self.evidence()
            for at, (now, then) in enumerate(zip(self.args, made.args, strict=True)):
                yield self.names[at] if at < len(self.names) else f"argument {at + 1}", now, then
            for name, now in self.kwargs.items():
                yield name, now, made.kwargs[name]

    def _decoded(self, payload: bytes) -> tuple[Decoder, Table]:
        table = Table()
        decoder = Decoder(
            table,
            handle=lambda spec: Named(spec.type_name, spec.id),
            callback=lambda spec: Named(spec.name),
        )
        parts = split_payload(np.frombuffer(payload, dtype=np.uint8).copy(), self.graph.storages)
        decoder.read(self.graph, parts)
        return decoder, table


class CallLog:
    """The calls of one test, in order."""

    def __init__(self) -> None:
        self._calls: list[RecordedCall] = []

    def add(self, call: RecordedCall) -> None:
        self._calls.append(call)

    def evidence(self) -> tuple[Call, ...]:
        """Return every call, with its arguments as they were."""
        return tuple(call.evidence() for call in self._calls)

    def last(self) -> Call | None:
        return self._calls[-1].evidence() if self._calls else None

    def that_returned(self, value: object) -> Call | None:
        """Return the call whose result this very object is; None comes from anywhere, so the last call's only."""
        if value is None:
            return self.last() if self._calls and self._calls[-1].result is None else None
        return next((call.evidence() for call in reversed(self._calls) if call.result is value), None)

    def objects_now_and_then(self) -> Iterator[tuple[object, object]]:
        """Yield each object that was an argument as it is now, beside what it was when the call was made."""
        for call in self._calls:
            yield from call.objects_now_and_then()

    def arguments_now_and_then(self) -> Iterator[tuple[str, object, object]]:
        """Yield each call's arguments, in order: the name, what it is now, and what it was when the call was made."""
        for call in self._calls:
            yield from call.arguments_now_and_then()


def _text(function: str, args: Sequence[object], kwargs: dict[str, object], *, full: bool) -> str:
    if function.endswith(")"):
        return function  # "next(minibatches(…))" takes nothing more
    parts = [_literal(value, full=full) for value in args]
    parts += [f"{name}={_literal(value, full=full)}" for name, value in kwargs.items()]
    return f"{function}({', '.join(parts)})"


def _literal(value: Any, *, full: bool, depth: int = 0) -> str:
    """Write a value as a person would; arrays by their facts, or written out where they are small and `full`."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return _array_literal(value, full=full)
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        if depth > 2 or len(value) > 8:
            return f"<{type(value).__name__} of {len(value)}>"
        inner = ", ".join(_literal(item, full=full, depth=depth + 1) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if type(value) is dict:
        if depth > 2 or len(value) > 8:
            return f"<dict of {len(value)}>"
        return "{" + ", ".join(f"{k!r}: {_literal(v, full=full, depth=depth + 1)}" for k, v in value.items()) + "}"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _array_literal(value: torch.Tensor | np.ndarray[Any, Any], *, full: bool) -> str:
    shape = tuple(value.shape)
    if full and int(np.prod(shape)) <= MAX_SHOWN_ELEMENTS:
        if isinstance(value, torch.Tensor):
            return " ".join(repr(value.detach()).split())
        return " ".join(repr(value).split())
    kind = type(value).__name__ if isinstance(value, torch.Tensor) else "ndarray"
    return f"{kind}({', '.join(map(str, shape))})"
