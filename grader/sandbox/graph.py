"""Values as object graphs: what a call sends, and what comes back, with identity and aliasing kept.

Theory of operation. A call opens a *scope*. Both sides keep a `Table` of the objects that the scope's frames have
carried, in the same order, so a reference is simply an index into it; an index past the end counts on into the
frame's own new nodes. The same tensor passed twice is one node; two views of one memory are two nodes over one
*storage*, whose bytes travel once. A result that is an argument, or a view of one, refers to what the examiner sent,
and arrives as that very object, or as a view of it.

Storages are recognised by address, so that a tensor, its views, and a NumPy array over the same memory all meet.
Tables keep every object alive while the scope lives: an address or an id() cannot be reused under their feet.

`Decoder` reads what a child sent as hostile: references, counts, ranks, sizes, strides and offsets are checked before
an object is made, dtypes come from a list, bool bytes are 0 or 1. Everything made is an exact Tensor, ndarray or
builtin. What breaks a rule is a `WireError`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from grader.sandbox import wire
from grader.sandbox.memory import Memory
from grader.sandbox.messages import Atom, Items, Mapping, Node, Token

MAX_NODES = 50_000
MAX_DEPTH = 100
MAX_RANK = 32
MAX_ELEMENTS = wire.MAX_PAYLOAD_BYTES  # of one tensor, however small its storage: expand() makes elements from nothing
MAX_INT_DIGITS = 1_024  # hexadecimal
MAX_UNFOLDED = 1 << 22  # objects of one value, those that it shares counted each time: `==` and `repr` walk so
MAX_SHOWN_BYTES = wire.MAX_PAYLOAD_BYTES  # of one array from a child, if no two of its elements shared their memory
MAX_RANGE_TEXT = 80

DEVICES = ("cpu", "cuda")
TORCH_DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128),
    )
}
NUMPY_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name)
    for name in (
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}
TORCH_NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}
NUMPY_NAMES = {dtype: name for name, dtype in NUMPY_DTYPES.items()}
NUMPY_SCALARS = {dtype.type for dtype in NUMPY_DTYPES.values()}


MAX_KEY_PARTS = 256


def is_plain_key(key: object) -> bool:
    """Whether a dict key is small, and hashed and compared by builtin code alone: others are not sent, and not taken.

    A tuple of tuples that are all the same one is small on the wire and grows without end when it is hashed.
    """
    parts, waiting = 0, [key]
    while waiting and parts <= MAX_KEY_PARTS:
        item = waiting.pop()
        parts += 1
        if type(item) in (tuple, torch.Size):
            parts += len(item)  # type: ignore[arg-type]
            waiting.extend(item[:MAX_KEY_PARTS])  # type: ignore[index]
        elif type(item) not in _KEY_TYPES or (type(item) is int and item.bit_length() > 64):
            return False
    return parts <= MAX_KEY_PARTS


_KEY_TYPES = {
    *(type(None), bool, int, float, str, bytes, complex, torch.dtype, torch.device),
    *NUMPY_SCALARS,
}


class Unsendable(Exception):
    """A value that is not sent: not plain data, or too large."""

    def __init__(self, reason: str, value: object, *, shape: tuple[int, ...] = (), nbytes: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.type_name = type(value).__name__
        self.shape = shape
        self.nbytes = nbytes


def too_many_objects(nodes: Sequence[Node], first: int, known: Collection[int] = ()) -> int | None:
    """Return which of the nodes from `first` is beyond MAX_UNFOLDED objects when all of it is written out.

    Thirty lists, each of the one before twice, are small on the wire, and comparing two of them never ends; nor does
    adding up a `range`. What holds itself counts once there: whoever walks it recurses too deep, and that ends. So does
    what is `known`, by its index: it is the reader's own.
    """
    sizes = {at: _length(nodes[at]) for at in range(first, len(nodes)) if type(nodes[at]) is Token}
    sizes.update(dict.fromkeys(known, 1))
    for root in range(first, len(nodes)):
        waiting = [(root, False)]
        while waiting:
            index, is_done = waiting.pop()
            parts = _parts(nodes[index]) if first <= index < len(nodes) else ()
            if is_done:
                sizes[index] = 1 + sum(sizes.get(part, 1) for part in parts)
            elif parts and index not in sizes:
                sizes[index] = 1
                waiting.append((index, True))
                waiting.extend((part, False) for part in set(parts))
            if sizes.get(index, 1) > MAX_UNFOLDED:
                return index
    return None


def _length(node: Node) -> int:
    """Return how many numbers a constant stands for: a range for as many as it is long."""
    found = range_of(node.text) if isinstance(node, Token) and node.kind == "range" else None
    if found is None:
        return 1
    try:
        return len(found)
    except OverflowError:  # more than an index can count
        return MAX_UNFOLDED + 1


def range_of(text: str) -> range | None:
    """Return the range that a constant's text means; None where it means none."""
    parts = text.split(",") if len(text) < MAX_RANGE_TEXT else []
    if len(parts) == 3 and all(part.removeprefix("-").isdecimal() for part in parts) and int(parts[2]):
        return range(*map(int, parts))
    return None


def is_too_large(shape: Sequence[int], itemsize: int) -> bool:
    """Whether an array is over the limit of a result as soon as each element, and each row, has memory of its own.

    `expand` makes elements from nothing, and a last dimension of 0 rows: to walk them takes as long as for real ones.
    """
    nbytes = itemsize
    for size in shape:
        nbytes *= max(size, 1)
        if nbytes > MAX_SHOWN_BYTES:
            return True
    return False


def _parts(node: Node) -> Sequence[int]:
    if isinstance(node, Items):
        return node.items
    return [*node.keys, *node.values] if isinstance(node, Mapping) else ()


PENDING = Atom(value=None)  # stands in a table until its node is complete


@dataclass(slots=True)
class Table:
    """What the frames of one scope have carried so far, in order; the same on both sides."""

    objects: list[object] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    index_of: dict[int, int] = field(default_factory=dict)  # id() of objects that have identity -> index

    def mark(self) -> tuple[int, int]:
        """Return where the table ends now, for `truncate`."""
        return len(self.objects), len(self.memories)

    def truncate(self, mark: tuple[int, int]) -> None:
        """Forget what was carried since `mark`: callbacks and iterator items do not pile up."""
        objects, memories = mark
        for value in self.objects[objects:]:
            if self.index_of.get(id(value), -1) >= objects:
                del self.index_of[id(value)]
        del self.objects[objects:], self.nodes[objects:], self.memories[memories:]

    def add(self, value: object, node: Node, *, identity: bool) -> int:
        index = len(self.objects)
        self.objects.append(value)
        self.nodes.append(node)
        if identity:
            self.index_of[id(value)] = index
        return index
