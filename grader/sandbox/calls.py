"""One call as the examiner sees it: its arguments, what the child did to them, and what came back.

Undeclared arguments are protected: the child changes its own copies, and what it changed is only noted. Declared ones
are brought up to date, in place, so that mutation and rebinding look as they would locally. When the child calls a
function of the test in the middle of a call, that function gets the test's own objects, or, where the child has
meanwhile changed a protected one, replicas that show its present state.

What a storage holds beside the arguments stays here: the child is sent zeros for it (see `reach`), and what it makes of
them is shown where it returns an array that reaches so far, which is then a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.sandbox.decode import Decoder, check_bool_bytes, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table, is_too_large
from grader.sandbox.memory import Memory, bytes_array, received
from grader.sandbox.messages import (
    ArraySpec,
    Changes,
    Graph,
    HandleSpec,
    Items,
    Mapping,
    Node,
    TensorSpec,
)
from grader.sandbox.reach import Layout, Reach
from grader.sandbox.wire import Buffer, Payload, WireError


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A protected argument that the child changed. `what`: "values", "items", "shape", "grad" or "requires_grad"."""

    place: str  # "logits", "params[0]"
    what: str
    before: npt.NDArray[Any] | None = None
    after: npt.NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """How proxies and functions cross: to nodes when sent, and back to what they stand for."""

    other: Callable[[object], Node]
    handle: Callable[[HandleSpec, CallScope], object]


@dataclass(slots=True)
class _Root:
    """One argument as the test passed it."""

    place: str
    index: int
    mutable: bool


@dataclass(slots=True)
class CallScope:
    """A call's table, and the state of its protected arguments in the child."""

    hooks: Hooks
    table: Table = field(default_factory=Table)
    device: str = "cpu"
    _roots: list[_Root] = field(default_factory=list)
    _sent: list[Node] = field(default_factory=list)  # the arguments' nodes as they were sent
    _arguments: int = 0  # objects in the table that are arguments
    _memories: int = 0
    _changed_bytes: dict[int, Payload] = field(default_factory=dict)  # storages, where protected bytes differ
    _told: dict[int, Payload] = field(default_factory=dict)  # storages sent in part, as the child last told them
    _copies: dict[int, Memory] = field(default_factory=dict)  # of those, for one frame's arrays that reach further
    _changed_nodes: dict[int, Node] = field(default_factory=dict)  # of protected arguments, in the last frame's terms
    _updated: set[int] = field(default_factory=set)  # declared arguments that are not what was sent

    # -- sending

    def encode(
        self, args: Sequence[object], kwargs: dict[str, object], *, places: Sequence[str], mutates: frozenset[str]
    ) -> tuple[Graph, list[int], list[tuple[str, int]], list[Buffer]]:
        """Encode the arguments; `places` name the positional ones, `mutates` are those that may change.

        Raises Unsendable: the author's fault.
        """
        encoder = Encoder(self.table, whole=True, other=self.hooks.other)
        refs = [encoder.add(value) for value in args]
        named = [(name, encoder.add(value)) for name, value in kwargs.items()]
        graph, buffers = encoder.finish()
        for place, ref in (*zip(places, refs, strict=True), *named):
            self._roots.append(_Root(place, ref, place in mutates))
        self._sent = list(self.table.nodes)
        self._arguments, self._memories = self.table.mark()
        return graph, refs, named, buffers

    def encode_answer(self, value: object, table: Table) -> tuple[Graph, int, list[Buffer]]:
        """Encode what a function of the test returned, in the table that its arguments were decoded into."""
        encoder = Encoder(table, whole=True, other=self.hooks.other)
        root = encoder.add(value)
        graph, buffers = encoder.finish()
        return graph, root, buffers

    # -- receiving

    def receive(self, graph: Graph, changes: Changes, payload: Payload, *, calling_back: bool) -> tuple[Decoder, Table]:
        """Take a frame in: changed arguments first, then its new objects. Raises WireError."""
        if len(set(changes.dirty)) != len(changes.dirty) or not all(0 <= i < self._memories for i in changes.dirty):
            raise WireError("changed storages that are no arguments'")
        if len({update.index for update in changes.updates}) != len(changes.updates):
            raise WireError("two updates of one argument")
        nodes = (update.node for update in changes.updates)  # the decoder does not see those of protected arguments
        if any(isinstance(node, Mapping) and len(node.keys) != len(node.values) for node in nodes):
            raise WireError("a dict with unequal numbers of keys and values")
        sizes = [self.table.memories[index].nbytes for index in changes.dirty]
        parts = split_payload(payload, [*graph.storages, *sizes])
        self._copies = {}
        changed = changes.dirty or changes.updates or self._changed_bytes
        mutable = self._mutable() if changed else frozenset()
        self._take_bytes(changes.dirty, parts[len(graph.storages) :], mutable)
        updates = {update.index: update.node for update in changes.updates}
        if not all(0 <= index < self._arguments for index in updates):
            raise WireError("an update of what is no argument")
        self._changed_nodes = {index: node for index, node in updates.items() if index not in mutable}
        if calling_back and (self._changed_bytes or self._changed_nodes):
            decoder, table = self._replica(graph, parts[: len(graph.storages)], mutable)
        else:
            decoder, table = self._decoder(self.table), self.table
            decoder.read(graph, parts[: len(graph.storages)])
        self._update_declared({index: node for index, node in updates.items() if index in mutable}, decoder)
        return decoder, table

    def _decoder(self, table: Table) -> Decoder:
        return Decoder(table, handle=lambda spec: self.hooks.handle(spec, self), beyond=self._as_the_child_has_it)

    def _take_bytes(self, dirty: list[int], parts: list[Payload], mutable: frozenset[int]) -> None:
        """Take over what declared arguments reach, also where protected ones lie over them; note what others reach."""
        for index, part in zip(dirty, parts, strict=True):
            memory = self.table.memories[index]
            original, sent = bytes_array(memory), memory.reach or Reach(0, memory.nbytes)
            declared = self._reach_of(mutable, index)
            if declared is not None:
                if index in self._bool_storages():
                    check_bool_bytes(part)
                declared.copy(part, original)
            if memory.reach is not None:
                self._told[index] = part
            if (declared is None or not declared.is_all(memory.nbytes)) and sent.differs(part, original):
                self._changed_bytes[index] = part
            else:
                self._changed_bytes.pop(index, None)  # not changed, or for a while and put back

    def _reach_of(self, indices: frozenset[int], storage: int) -> Reach | None:
        """Return what these arguments reach of a storage; None where none lies in it."""
        nodes = [node for at in indices if isinstance(node := self._sent[at], TensorSpec | ArraySpec)]
        layouts = [Layout.of(node) for node in nodes if node.storage == storage]
        return Reach.of(layouts) if layouts else None

    def _as_the_child_has_it(self, storage: int) -> Memory:
        """Return a storage that was sent in part with what stands in the child where it was not: zeros, or its own."""
        if storage not in self._copies:
            memory = self.table.memories[storage]
            assert memory.reach is not None, "only what was sent in part is reached beyond"
            told = self._told.get(storage)
            known = b"".join(memory.reach.parts(bytes_array(memory))) if told is None else told
            self._copies[storage] = received(np.frombuffer(known, dtype=np.uint8).copy())
        return self._copies[storage]

    def _bool_storages(self) -> set[int]:
        return {
            node.storage for node in self._sent if isinstance(node, TensorSpec | ArraySpec) and node.dtype == "bool"
        }

    def _update_declared(self, updates: dict[int, Node], decoder: Decoder) -> None:
        """Make declared arguments what they are in the child; what was updated before and is not now was put back."""
        for index in self._updated - updates.keys():
            updates[index] = self.table.nodes[index]
        for index, node in updates.items():
            moved = index in self._updated or (isinstance(node, TensorSpec) and node.storage >= self._memories)
            try:
                _bring_up_to_date(self.table.objects[index], self.table.nodes[index], node, decoder, moved=moved)
            except (ValueError, TypeError, RuntimeError) as error:  # torch's and NumPy's own refusals
                raise WireError(f"an argument that changed as none can: {error}") from None
        self._updated |= updates.keys()

    def _replica(self, graph: Graph, parts: list[Payload], mutable: frozenset[int]) -> tuple[Decoder, Table]:
        """Read a frame whose arguments are shown as the child has them now: what it changed is made anew.

        Everything else, and what is declared, stays the test's own objects.
        """
        replica = Table()
        for index, memory in enumerate(self.table.memories):
            changed = self._changed_bytes.get(index)
            replica.memories.append(memory if changed is None else received(changed.copy()))
        affected = self._affected() - mutable
        known = {index: value for index, value in enumerate(self.table.objects) if index not in affected}
        nodes = [self._changed_nodes.get(index, node) for index, node in enumerate(self.table.nodes)]
        decoder = self._decoder(replica)
        decoder.read(Graph(storages=graph.storages, nodes=[*nodes, *graph.nodes]), parts, known=known)
        return decoder, replica

    def _affected(self) -> set[int]:
        """List the arguments that a change of protected ones shows in: they, what lies over them, what holds them."""
        affected = {*self._changed_nodes, *self._storing(self._changed_bytes.keys())}
        grown = True
        while grown:
            holders = {
                index
                for index, node in enumerate(self.table.nodes)
                if index not in affected and not affected.isdisjoint(_references(node))
            }
            affected |= holders
            grown = bool(holders)
        return affected

    def _storing(self, storages: Collection[int]) -> set[int]:
        return {
            index
            for index, node in enumerate(self.table.nodes)
            if isinstance(node, TensorSpec | ArraySpec) and node.storage in storages
        }

    def forget_results(self) -> None:
        """Go back to the arguments alone, as the child does when a call has ended."""
        self.table.truncate((self._arguments, self._memories))

    # -- what may change

    def _mutable(self) -> frozenset[int]:
        found: set[int] = set()
        waiting = [root.index for root in self._roots if root.mutable]
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting.extend(_references(self._sent[index]))  # what the child puts in later stays protected
        return frozenset(found)

    def protected_changes(self) -> list[Change]:
        """List the protected arguments that differ in the child from what was sent."""
        if not self._changed_bytes and not self._changed_nodes:
            return []
        return [
            change
            for place, index in self._places()
            if (change := self._change_at(place, index, self.table.nodes[index])) is not None
        ]

    def _change_at(self, place: str, index: int, node: Node) -> Change | None:
        changed = self._changed_nodes.get(index)
        if changed is not None:
            return Change(place=place, what=_what_changed(node, changed))
        if isinstance(node, TensorSpec | ArraySpec) and node.storage in self._changed_bytes:
            part = self._changed_bytes[node.storage].copy()
            shadow = Table(memories=[*self.table.memories])
            shadow.memories[node.storage] = received(part)
            decoder = self._decoder(shadow)
            decoder.read(Graph(), [])
            before, after = _as_array(self.table.objects[index]), _as_array(decoder.remake(_without_grad(node)))
            if not np.array_equal(before, after, equal_nan=before.dtype.kind in "fc"):
                return Change(place=place, what="values", before=before, after=after)
        if isinstance(node, TensorSpec) and node.grad >= 0:
            added = self._change_at(place, node.grad, self.table.nodes[node.grad])
            return added and Change(place=place, what="grad", before=added.before, after=added.after)
        return None

    def _places(self) -> Iterator[tuple[str, int]]:
        """Walk the arguments from the outside in, each object once, with its place as a person would write it."""
        waiting = [(root.place, root.index) for root in self._roots if not root.mutable]
        seen: set[int] = set()
        while waiting:
            place, index = waiting.pop(0)
            if index in seen or index >= self._arguments:
                continue
            seen.add(index)
            yield place, index
            node = self.table.nodes[index]
            if isinstance(node, Items):
                waiting.extend((f"{place}[{number}]", item) for number, item in enumerate(node.items))
            elif isinstance(node, Mapping):
                keys = [self.table.objects[key] for key in node.keys]
                waiting.extend((f"{place}[{key!r}]", item) for key, item in zip(keys, node.values, strict=True))


def _references(node: Node) -> list[int]:
    if isinstance(node, Items):
        return node.items
    if isinstance(node, Mapping):
        return [*node.keys, *node.values]
    if isinstance(node, TensorSpec) and node.grad >= 0:
        return [node.grad]
    return []


def _without_grad(node: TensorSpec | ArraySpec) -> TensorSpec | ArraySpec:
    if isinstance(node, ArraySpec):
        return node
    return TensorSpec(node.storage, node.dtype, node.shape, node.stride, node.offset)


def _as_array(value: Any) -> npt.NDArray[Any]:
    if isinstance(value, torch.Tensor):
        value = value.detach()
        return np.asarray((value.float() if value.dtype is torch.bfloat16 else value).numpy())
    return np.asarray(value)


def _what_changed(before: Node, after: Node) -> str:
    if isinstance(before, Items | Mapping):
        return "items"
    if isinstance(before, TensorSpec) and isinstance(after, TensorSpec):
        if before.requires_grad != after.requires_grad:
            return "requires_grad"
        if (before.shape, before.stride, before.storage) == (after.shape, after.stride, after.storage):
            return "grad"
    return "shape"


def _bring_up_to_date(original: Any, before: Node, now: Node, decoder: Decoder, *, moved: bool) -> None:
    """Make a declared argument what it is in the child. Raises WireError for what no local code could have done.

    `moved`: a tensor's memory may be another, even where both have the same number.
    """
    if isinstance(original, list) and isinstance(now, Items) and now.kind == "list":
        original[:] = decoder.remake(now)
    elif isinstance(original, dict) and isinstance(now, Mapping):
        made = decoder.remake(now)
        original.clear()
        original.update(made)
    elif isinstance(original, torch.Tensor) and isinstance(before, TensorSpec) and isinstance(now, TensorSpec):
        _bring_tensor_up_to_date(original, before, now, decoder, moved=moved)
    elif isinstance(original, np.ndarray) and isinstance(now, ArraySpec) and isinstance(before, ArraySpec):
        if now.storage != before.storage or now.dtype != before.dtype:
            raise WireError("an array that changed as no array can")
        if min(now.shape, default=0) < 0 or is_too_large(now.shape, original.itemsize):
            raise WireError(f"an array of shape {now.shape}")
        original.shape = tuple(now.shape)
    else:
        raise WireError("an argument that changed its kind")


def _bring_tensor_up_to_date(
    original: torch.Tensor, before: TensorSpec, now: TensorSpec, decoder: Decoder, *, moved: bool
) -> None:
    if now.dtype != before.dtype:
        raise WireError("a tensor that changed its dtype")
    layout = (now.storage, now.shape, now.stride, now.offset)
    if moved or layout != (before.storage, before.shape, before.stride, before.offset):
        original.data = decoder.remake(_without_grad(now))
    if now.requires_grad != original.requires_grad and original.is_leaf:
        original.requires_grad_(now.requires_grad)
    grad = decoder.value(now.grad) if now.grad >= 0 else None
    if grad is not None and (type(grad) is not torch.Tensor or grad.shape != original.shape):
        raise WireError("a gradient that does not fit its tensor")
    original.grad = grad
