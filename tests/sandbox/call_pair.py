"""The two ends of one call, without processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.sandbox.calls import CallScope, Hooks
from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table, Unsendable
from grader.sandbox.messages import Changes
from grader.sandbox.scope import Scope
from grader.sandbox.wire import Buffer, Payload


def refuse(value: object) -> Any:
    raise Unsendable("unsupported", value)


HOOKS = Hooks(other=refuse, handle=lambda spec, scope: spec)


class Pair:
    """The examiner's and the child's end of a call with these arguments."""

    def __init__(self, *args: object, mutates: tuple[str, ...] = ()) -> None:
        self.args = args
        self.examiner = CallScope(HOOKS)
        places = [f"p{number}" for number in range(len(args))]
        graph, refs, _, buffers = self.examiner.encode(args, {}, places=places, mutates=frozenset(mutates))
        self.child = Scope()
        decoder = Decoder(self.child.table, handle=refuse)
        decoder.read(graph, split_payload(_joined(buffers), graph.storages))
        self.inside: list[Any] = [decoder.value(ref) for ref in refs]
        self.child.freeze()
        self._mark = self.child.table.mark()

    def reply(self, *results: object, calling_back: bool = False) -> list[Any]:
        """Send these results from the child, with what it changed; return them as the examiner has them."""
        values, _ = self._send(results, calling_back=calling_back)
        self._forget()
        return values

    def ask(self, function: Callable[..., object], *args: object) -> Any:
        """Let the child call a function of the test; return the answer as the child has it."""
        values, table = self._send(args, calling_back=True)
        graph, root, buffers = self.examiner.encode_answer(function(*values), table)
        decoder = Decoder(self.child.table, handle=refuse)
        decoder.read(graph, split_payload(_joined(buffers), graph.storages))
        answer = decoder.value(root)
        self._forget()
        return answer

    def _send(self, results: Sequence[object], *, calling_back: bool) -> tuple[list[Any], Table]:
        encoder = Encoder(self.child.table, whole=False, other=refuse)
        refs = [encoder.add(value) for value in results]
        dirty, updates, changed = self.child.changes(encoder)
        graph, buffers = encoder.finish()
        decoder, table = self.examiner.receive(
            graph, Changes(dirty=dirty, updates=updates), _joined([*buffers, *changed]), calling_back=calling_back
        )
        return [decoder.value(ref) for ref in refs], table

    def _forget(self) -> None:
        self.child.table.truncate(self._mark)
        self.examiner.forget_results()

    def changes(self) -> list[tuple[str, str]]:
        return [(change.place, change.what) for change in self.examiner.protected_changes()]


def _joined(buffers: Sequence[Buffer]) -> Payload:
    return np.frombuffer(b"".join(buffers), dtype=np.uint8).copy()
