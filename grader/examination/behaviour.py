"""What code did in one exchange, read from the frame that says so: to be compared with what other code did there.

Two programs that make the same mistake still compute in another order, so values are compared up to rounding: a
`distance` of at most 1 is rounding, one of at least `CLEAR` is not, and between the two nothing is claimed either way.
Where values agree, the `structure` can differ: who shares memory with whom, strides, what is in the autograd graph.

A frame here was taken in before, by the decoder that reads hostile frames. What that one does not look at (updates of
protected arguments) is checked here by NumPy, which makes no array outside its buffer; all that fails is `Unreadable`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.sandbox import messages
from grader.sandbox.decode import split_payload
from grader.sandbox.graph import NUMPY_DTYPES
from grader.sandbox.messages import ArraySpec, Graph, Invoke, Node, Raised, Refused, Reply, Returned, TensorSpec
from grader.sandbox.wire import Payload, WireError

_ARRAYS = (TensorSpec, ArraySpec)
SAME = 1.0
CLEAR = 10.0
_MAX_ELEMENTS = 1 << 22  # of one array; comparing more takes too long
_MAX_DEPTH = 60
# Rounding of a value of this size, and of sums of terms of the size of its row: a few and some dozens of last bits.
_RELATIVE = {"float16": 8e-3, "bfloat16": 6e-2, "float32": 2e-5, "float64": 1e-9}
_OF_ROW = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 1e-6, "float64": 1e-12}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+|(?:/[^\s:'\"]+)+/|line \d+")


class Unreadable(Exception):
    """A frame that cannot be compared: malformed where no decoder looked, or too large."""


@dataclass(frozen=True, slots=True)
class Base:
    """The arguments of one operation, as both sides know them."""

    graph: Graph
    parts: tuple[Payload, ...]

    @classmethod
    def of(cls, graph: Graph, payload: bytes) -> Base:
        """Return the arguments that a request carries."""
        return cls(graph, tuple(_split(payload, graph.storages)))


Overlay = Mapping[int, Payload]  # storages of a base that the code has changed, as they are now


@dataclass(frozen=True, slots=True)
class Tensorlike:
    """How an array lies in memory and in the autograd graph. `place` is its memory, and `same` the object itself."""

    same: tuple[str, int]
    place: tuple[str, int]
    in_graph: bool
    requires_grad: bool
    layout: tuple[int, ...]  # offset and strides, which other honest code may well choose otherwise


class Reading:
    """One reply, with the arguments that it refers to as the code left them."""

    __slots__ = ("base", "known", "nodes", "overlay", "parts", "reply")

    def __init__(self, base: Base, reply: Reply, payload: bytes, overlay: Overlay) -> None:
        self.base = base
        self.reply = reply
        self.known = len(base.graph.nodes)
        self.nodes: list[Node] = base.graph.nodes
        self.parts: Sequence[Payload] = base.parts
        self.overlay = overlay
        if isinstance(reply, Returned | Invoke):
            self._take_in(reply, payload)

    def _take_in(self, reply: Returned | Invoke, payload: bytes) -> None:
        changes = reply.changes
        if not reply.graph.nodes and not changes.dirty and not changes.updates and not self.overlay:
            return
        if not all(0 <= index < len(self.base.parts) for index in changes.dirty):
            raise Unreadable("storages that are no arguments'")
        sizes = [len(self.base.parts[index]) for index in changes.dirty]
        parts = _split(payload, [*reply.graph.storages, *sizes])
        new = len(reply.graph.storages)
        self.overlay = {**self.overlay, **dict(zip(changes.dirty, parts[new:], strict=True))}
        self.parts = [*(self.overlay.get(i, part) for i, part in enumerate(self.base.parts)), *parts[:new]]
        self.nodes = [*self.base.graph.nodes, *reply.graph.nodes]
        for update in changes.updates:
            if not 0 <= update.index < self.known:
                raise Unreadable("an update of what is no argument")
            self.nodes[update.index] = update.node

    def node(self, index: int) -> Node:
        if not 0 <= index < len(self.nodes):
            raise Unreadable(f"reference {index}")
        return self.nodes[index]

    def roots(self) -> list[int]:
        """Return what was returned, or passed to a function of the test."""
        if isinstance(self.reply, Invoke):
            return [*self.reply.args, *(ref for _, ref in self.reply.kwargs)]
        return [self.reply.root] if isinstance(self.reply, Returned) and self.reply.root >= 0 else []

    def changed(self) -> set[int]:
        """Return the arguments that are no longer what was sent, or whose memory is not."""
        if not self.overlay and not isinstance(self.reply, Returned | Invoke):
            return set()
        updates = self.reply.changes.updates if isinstance(self.reply, Returned | Invoke) else []
        found = {update.index for update in updates}
        if self.overlay:
            arrays = ((i, node) for i, node in enumerate(self.base.graph.nodes) if isinstance(node, _ARRAYS))
            found |= {index for index, node in arrays if node.storage in self.overlay}
        return found

    def array(self, node: TensorSpec | ArraySpec) -> npt.NDArray[Any]:
        """Return the elements. Shapes: as the node says."""
        bfloat16 = node.dtype == "bfloat16"
        dtype = NUMPY_DTYPES.get("uint16" if bfloat16 else node.dtype)
        if dtype is None or math.prod(node.shape) > _MAX_ELEMENTS or not 0 <= node.storage < len(self.parts):
            raise Unreadable(f"an array of {node.dtype}")
        steps = [step * dtype.itemsize for step in node.stride] if isinstance(node, TensorSpec) else node.strides
        try:
            made = np.ndarray(tuple(node.shape), dtype, self.parts[node.storage], node.offset, tuple(steps))
        except (ValueError, TypeError, OverflowError) as error:
            raise Unreadable(str(error)) from None
        return (made.astype(np.uint32) << 16).view(np.float32) if bfloat16 else made


def _split(payload: bytes, sizes: list[int]) -> list[Payload]:
    try:
        return split_payload(np.frombuffer(payload, dtype=np.uint8), sizes)
    except WireError as error:
        raise Unreadable(str(error)) from None


# ------------------------------------------------------------------------------------------------------ values


def distance(one: Reading, other: Reading) -> float:
    """Return how far two behaviours lie apart in units of rounding; infinity where they differ in kind.

    Raises Unreadable.
    """
    a, b = one.reply, other.reply
    if isinstance(a, Raised) and isinstance(b, Raised):
        return _apart(a.type_name != b.type_name or _normal(a.message) != _normal(b.message))
    if isinstance(a, Refused) and isinstance(b, Refused):
        return _apart((a.reason, a.type_name, a.shape) != (b.reason, b.type_name, b.shape))
    if type(a) is not type(b) or not isinstance(a, Returned | Invoke):
        return math.inf
    if isinstance(a, Invoke) and isinstance(b, Invoke):
        names = [name for name, _ in a.kwargs], [name for name, _ in b.kwargs]
        if (a.callback, a.method, len(a.args)) != (b.callback, b.method, len(b.args)) or names[0] != names[1]:
            return math.inf
    if isinstance(a, Returned) and isinstance(b, Returned) and (a.root < 0) is not (b.root < 0):
        return math.inf
    pairs = [*zip(one.roots(), other.roots(), strict=True)]
    pairs += [(index, index) for index in sorted(one.changed() | other.changed())]
    return _Walk(one, other).largest(pairs)


def _apart(differ: bool) -> float:
    return math.inf if differ else 0.0


def _normal(message: str) -> str:
    """Return a message without addresses, folders and line numbers, which differ from file to file."""
    return _ADDRESS.sub("…", message)


class _Walk:
    """Goes through two object graphs side by side."""

    def __init__(self, one: Reading, other: Reading) -> None:
        self._one = one
        self._other = other
        self._seen: set[tuple[int, int]] = set()

    def largest(self, pairs: Sequence[tuple[int, int]], depth: int = 0) -> float:
        """Return the largest distance; a clear one at once."""
        if depth > _MAX_DEPTH:
            raise Unreadable("nested too deep")
        found = 0.0
        for pair in pairs:
            if pair not in self._seen:
                self._seen.add(pair)
                found = max(found, self._between(*pair, depth))
                if found >= CLEAR:
                    return found
        return found

    def _between(self, first: int, second: int, depth: int) -> float:
        a, b = self._one.node(first), self._other.node(second)
        if type(a) is not type(b):
            return math.inf
        if isinstance(a, TensorSpec | ArraySpec) and isinstance(b, TensorSpec | ArraySpec):
            return self._of_arrays(a, b, depth)
        if isinstance(a, messages.Items) and isinstance(b, messages.Items):
            if a.kind != b.kind or len(a.items) != len(b.items):
                return math.inf
            return self.largest([*zip(a.items, b.items, strict=True)], depth + 1)
        if isinstance(a, messages.Mapping) and isinstance(b, messages.Mapping):
            if (len(a.keys), len(a.values)) != (len(b.keys), len(b.values)):
                return math.inf
            references = zip([*a.keys, *a.values], [*b.keys, *b.values], strict=True)
            return self.largest([*references], depth + 1)
        if isinstance(a, messages.SliceSpec) and isinstance(b, messages.SliceSpec):
            return self.largest([(a.start, b.start), (a.stop, b.stop), (a.step, b.step)], depth + 1)
        return _of_plain(a, b)

    def _of_arrays(self, a: TensorSpec | ArraySpec, b: TensorSpec | ArraySpec, depth: int) -> float:
        if a.dtype != b.dtype or a.shape != b.shape or getattr(a, "scalar", False) != getattr(b, "scalar", False):
            return math.inf
        found = numbers_apart(self._one.array(a), self._other.array(b), a.dtype)
        if isinstance(a, TensorSpec) and isinstance(b, TensorSpec) and found < CLEAR:
            if (a.grad < 0) is not (b.grad < 0):
                return math.inf
            if a.grad >= 0:
                found = max(found, self.largest([(a.grad, b.grad)], depth + 1))
        return found


def _of_plain(a: Node, b: Node) -> float:
    if isinstance(a, messages.Atom) and isinstance(b, messages.Atom):
        if type(a.value) is not type(b.value):
            return math.inf
        if isinstance(a.value, float) and isinstance(b.value, float):
            return _of_floats(a.value, b.value)
    if isinstance(a, messages.Complex) and isinstance(b, messages.Complex):
        return max(_of_floats(a.real, b.real), _of_floats(a.imag, b.imag))
    return _apart(a != b)


def _of_floats(a: float, b: float) -> float:
    """Compare two Python floats; those that float32 holds exactly are taken for results of float32."""
    with np.errstate(over="ignore"):
        single = all(not math.isfinite(value) or float(np.float32(value)) == value for value in (a, b))
    kind = "float32" if single else "float64"
    return numbers_apart(np.array([a]), np.array([b]), kind)


def numbers_apart(a: npt.NDArray[Any], b: npt.NDArray[Any], dtype: str) -> float:
    """Return the largest difference of two arrays of one shape, in units of what rounding in `dtype` explains.

    A row (the last axis) has its own scale, so that a row of small numbers is not lost beside one of large ones.
    """
    if np.array_equal(a, b):
        return 0.0
    if a.dtype.kind not in "fc":
        return math.inf
    kind = {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)
    with np.errstate(all="ignore"):
        wide: Any = np.complex128 if a.dtype.kind == "c" else np.float64
        a, b = a.astype(wide), b.astype(wide)
        finite = np.isfinite(a) & np.isfinite(b)
        alike = (a == b) | (np.isnan(a) & np.isnan(b))
        if not (finite | alike).all():
            return math.inf
        size = np.where(finite, np.maximum(np.abs(a), np.abs(b)), 0.0)
        row = size.max(axis=-1, keepdims=True, initial=0.0) if size.ndim else size
        allowed = _RELATIVE[kind] * size + _OF_ROW[kind] * row
        ratio = np.where(finite & ~alike, np.abs(a - b) / allowed, 0.0)
    return float(ratio.max())


def agreeing(one: Reading, other: Reading) -> frozenset[int] | None:
    """Return which leaves of two results agree, by their number in the graph's order; None for other graphs.

    Raises Unreadable.
    """
    (shape, leaves), (other_shape, other_leaves) = _leaves(one), _leaves(other)
    if type(one.reply) is not type(other.reply) or shape != other_shape:
        return None
    pairs = enumerate(zip(leaves, other_leaves, strict=True))
    return frozenset(number for number, pair in pairs if _Walk(one, other).largest([pair]) <= SAME)


def _leaves(reading: Reading) -> tuple[list[tuple[str, int]], list[int]]:
    """Return the shape of a result's containers, and what they hold; all of it, where it holds itself, once."""
    shape: list[tuple[str, int]] = []
    leaves: list[int] = []
    waiting, seen = [*reversed(reading.roots())], set[int]()
    while waiting:
        index = waiting.pop()
        node = reading.node(index)
        if isinstance(node, messages.Items | messages.Mapping) and index not in seen:
            seen.add(index)
            items = node.items if isinstance(node, messages.Items) else node.values
            shape.append((type(node).__name__, len(items)))
            waiting += reversed(items)
        else:
            leaves.append(index)
            shape.append(("leaf", 1))
    return shape, leaves


# --------------------------------------------------------------------------------------------------- structure


def structure(reading: Reading) -> tuple[Tensorlike, ...]:
    """Return how every array of the result and of the arguments lies in memory, in the order of the graph.

    Two readings whose values agree have equally many. Raises Unreadable.
    """
    if not isinstance(reading.reply, Returned | Invoke):
        return ()
    order: dict[tuple[str, int], int] = {}
    found = [_tensorlike(reading, index, node, order) for index, node in _arrays(reading)]
    return tuple(found)


def _arrays(reading: Reading) -> Iterator[tuple[int, TensorSpec | ArraySpec]]:
    """Yield the arrays in the result, then those of the arguments."""
    waiting = [(root, 0) for root in reversed(reading.roots())]
    open_containers: set[int] = set()
    while waiting:
        index, depth = waiting.pop()
        node = reading.node(index)
        if isinstance(node, TensorSpec | ArraySpec):
            yield index, node
        elif isinstance(node, messages.Items | messages.Mapping) and index not in open_containers:
            if depth > _MAX_DEPTH:
                raise Unreadable("nested too deep")
            open_containers.add(index)
            items = node.items if isinstance(node, messages.Items) else node.values
            waiting += [(item, depth + 1) for item in reversed(items)]
    for index in range(reading.known):
        node = reading.nodes[index]
        if isinstance(node, TensorSpec | ArraySpec):
            yield index, node


def _tensorlike(
    reading: Reading, index: int, node: TensorSpec | ArraySpec, order: dict[tuple[str, int], int]
) -> Tensorlike:
    same = ("argument", index) if index < reading.known else ("object", _number(order, "object", index))
    given = node.storage < len(reading.base.parts)
    place = ("argument", node.storage) if given else ("memory", _number(order, "memory", node.storage))
    steps = node.stride if isinstance(node, TensorSpec) else node.strides
    layout = tuple(0 if size < 2 else step for size, step in zip(node.shape, steps, strict=False))
    return Tensorlike(
        same=same,
        place=place,
        in_graph=isinstance(node, TensorSpec) and node.in_graph,
        requires_grad=isinstance(node, TensorSpec) and node.requires_grad,
        layout=(node.offset if given else 0, *layout),
    )


def _number(order: dict[tuple[str, int], int], kind: str, key: int) -> int:
    """Number objects and memories in the order in which they are met."""
    return order.setdefault((kind, key), sum(known == kind for known, _ in order))
