"""Decoding a frame's object graph, read as hostile: see `graph` for the theory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.sandbox import messages
from grader.sandbox.graph import (
    DEVICES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_RANK,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    Table,
    is_plain_key,
    is_too_large,
    range_of,
    too_many_objects,
)
from grader.sandbox.memory import ALIGNMENT, Memory, bytes_array, received, torch_storage
from grader.sandbox.messages import Graph, Node
from grader.sandbox.reach import Layout, Reach, runs_of
from grader.sandbox.wire import Payload, WireError

_UNMADE = object()


def split_payload(payload: Payload, sizes: list[int]) -> list[Payload]:
    """Cut a payload into storages of these sizes. Raises WireError unless it is exactly their length."""
    if len(sizes) > MAX_NODES:
        raise WireError(f"{len(sizes)} storages")
    parts: list[Payload] = []
    at = 0
    for size in sizes:
        if size < 0 or at + size > len(payload):
            raise WireError(f"storage of {size} bytes at {at} in a payload of {len(payload)}")
        parts.append(payload[at : at + size])
        at += size + (-size % ALIGNMENT)
    if at != len(payload):
        raise WireError(f"payload of {len(payload)} bytes, storages of {at}")
    return parts


class Decoder:
    """Decodes one frame of a scope into `table`; every rule that a hostile graph could break is checked.

    `handle` and `callback` make what stands for a remote object or a function of the other side. Without `callback` the
    frame is a child's: it can send no functions, and no value that is larger than it looks. Of a storage of which the
    other side was sent a part, no array here shows more: for one that reaches further, `beyond` returns the storage as
    the other side has it. On `device` other than "cpu" the tensors are made there, which only a child does: the
    examiner never touches a GPU.
    """

    def __init__(
        self,
        table: Table,
        *,
        handle: Callable[[messages.HandleSpec], object],
        callback: Callable[[messages.CallbackSpec], object] | None = None,
        beyond: Callable[[int], Memory] | None = None,
        device: str = "cpu",
    ) -> None:
        self._table = table
        self._device = device
        self._handle = handle
        self._callback = callback
        self._beyond = beyond

    def read(self, graph: Graph, parts: list[Payload], *, known: Mapping[int, object] | None = None) -> None:
        """Append the graph's objects to the table. `parts` are the graph's storages. Raises WireError.

        `known` are objects that need not be made, by their place in the graph.
        """
        if len(graph.nodes) > MAX_NODES or len(parts) != len(graph.storages):
            raise WireError(f"graph of {len(graph.nodes)} nodes")
        table = self._table
        for part in parts:
            table.memories.append(received(part))
        self._first = len(table.objects)
        self._count = self._first + len(graph.nodes)
        self._nodes = graph.nodes
        self._bools_checked: set[int] = set()  # memories: many tensors over a large one must not cost many passes
        self._looked_through = 0  # bytes of masks
        table.objects.extend([_UNMADE] * len(graph.nodes))
        self._known = [self._first + place for place in known or {}]
        for index, value in zip(self._known, (known or {}).values(), strict=True):
            self._remember(index, value)
        table.nodes.extend(graph.nodes)
        self._refuse_endless(table.nodes)
        self._depth = 0
        for index in range(self._first, self._count):
            self.value(index)

    def value(self, index: int) -> Any:
        """Return the object that a reference means, making it first where it is new."""
        if not 0 <= index < self._count:
            raise WireError(f"reference {index} of {self._count}")
        made = self._table.objects[index]
        if made is not _UNMADE:
            return made
        self._depth += 1
        if self._depth > MAX_DEPTH + 1:
            raise WireError("nested too deep")
        made = self._make(index, self._nodes[index - self._first])
        self._depth -= 1
        self._table.objects[index] = made
        return made

    def remake(self, node: Node) -> Any:
        """Make the object that an update describes, without giving it an index."""
        if isinstance(node, messages.Items | messages.Mapping):
            self._refuse_endless([*self._table.nodes, node])
        return self._make(None, node)

    def _refuse_endless(self, nodes: list[Node]) -> None:
        if self._callback is None and too_many_objects(nodes, self._first, self._known) is not None:
            raise WireError("a value without end")  # a child's; a test may send its own

    def _make(self, index: int | None, node: Node) -> Any:
        match node:
            case messages.Atom(value=value):
                return value
            case messages.TensorSpec():
                return self._remember(index, self._tensor(node))
            case messages.ArraySpec():
                made = self._array(node)
                return made[()] if node.scalar else self._remember(index, made)
            case messages.Items():
                return self._items(index, node)
            case messages.Mapping():
                return self._mapping(index, node)
            case messages.HandleSpec():
                return self._remember(index, self._handle(node))
            case messages.CallbackSpec():
                if self._callback is None:
                    raise WireError("a child cannot send functions")
                return self._remember(index, self._callback(node))
            case messages.SliceSpec():
                return self._slice(node)
            case messages.Blob(data=data):
                return data
            case messages.Complex():
                return complex(node.real, node.imag)
            case messages.BigInt():
                return _big_int(node.digits)
            case messages.Token():
                return _token(node)

    def _slice(self, node: messages.SliceSpec) -> slice:
        parts = [self.value(part) for part in (node.start, node.stop, node.step)]
        if not all(part is None or type(part) is int for part in parts):
            raise WireError("a slice of anything but ints")  # slices of slices triple when they are shown
        return slice(*parts)

    def _remember(self, index: int | None, made: Any) -> Any:
        if index is not None:
            self._table.objects[index] = made
            self._table.index_of[id(made)] = index
        return made

    def _items(self, index: int | None, node: messages.Items) -> Any:
        if len(node.items) > MAX_NODES:
            raise WireError(f"{node.kind} of {len(node.items)} items")
        if node.kind == "list":
            made: list[Any] = self._remember(index, [])
            made.extend(self.value(item) for item in node.items)
            return made
        if index is not None:
            self._table.objects[index] = _UNMADE  # a tuple that holds itself recurses until the depth cap
        items = [self.value(item) for item in node.items]
        if node.kind == "tuple":
            return self._remember(index, tuple(items))
        if node.kind == "Size" and all(type(item) is int and 0 <= item < 1 << 62 for item in items):
            return self._remember(index, torch.Size(items))
        raise WireError(f"no such sequence: {node.kind!r}")

    def _mapping(self, index: int | None, node: messages.Mapping) -> Any:
        if len(node.keys) != len(node.values):
            raise WireError("a dict with unequal numbers of keys and values")
        made: dict[Any, Any] = self._remember(index, {})
        hashes: dict[int, int] = {}
        for key_ref, value_ref in zip(node.keys, node.values, strict=True):
            key = self.value(key_ref)
            if not is_plain_key(key):
                raise WireError(f"a dict key of type {type(key).__name__}")
            hashes[hash(key)] = hashes.get(hash(key), 0) + 1
            if hashes[hash(key)] > MAX_SAME_HASH:
                raise WireError("a dict with too many keys of one hash")
            if key in made:
                raise WireError("a dict with the same key twice")
            made[key] = self.value(value_ref)
        return made

    def _memory(self, index: int, layout: Layout) -> Memory:
        """Return the storage for an array of this layout, which is checked."""
        if not 0 <= index < len(self._table.memories):
            raise WireError(f"storage {index} of {len(self._table.memories)}")
        memory = self._table.memories[index]
        _check_geometry(layout, memory)
        if self._callback is None and is_too_large(layout.shape, layout.itemsize):
            raise WireError(f"array of shape {layout.shape}, {layout.itemsize} bytes each")
        if memory.reach is None or self._was_sent(memory.reach, layout):
            return memory
        if self._beyond is None:
            raise WireError("an array over bytes that were not sent")
        return self._beyond(index)

    def _was_sent(self, reach: Reach, layout: Layout) -> bool:
        runs = runs_of(layout)
        if runs is None:
            return True
        self._looked_through += 0 if reach.mask is None else runs.nbytes
        return self._looked_through <= MAX_LOOKED_THROUGH and reach.covers(runs)

    def _check_bools(self, memory: Memory) -> None:
        if memory.device == "cpu" and id(memory) not in self._bools_checked:
            check_bool_bytes(bytes_array(memory))
            self._bools_checked.add(id(memory))

    def _tensor(self, node: messages.TensorSpec) -> torch.Tensor:
        dtype = TORCH_DTYPES.get(node.dtype)
        if dtype is None or len(node.stride) != len(node.shape) or any(step < 0 for step in node.stride):
            raise WireError(f"tensor of dtype {node.dtype!r}, shape {node.shape}, stride {node.stride}")
        itemsize = dtype.itemsize
        memory = self._memory(node.storage, Layout.of(node))
        if node.offset % itemsize:
            raise WireError(f"{node.dtype} tensor at byte {node.offset}")
        if dtype is torch.bool:
            self._check_bools(memory)
        source = torch_storage(memory, self._device)
        made = torch.empty(0, dtype=dtype, device=memory.device)
        made.set_(source, node.offset // itemsize, tuple(node.shape), tuple(node.stride))
        if node.requires_grad and not node.in_graph:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise WireError(f"a {node.dtype} tensor that requires grad")
            made.requires_grad_()
        if node.grad >= 0:
            grad = self.value(node.grad)
            if type(grad) is not torch.Tensor or grad.shape != made.shape or grad.dtype != made.dtype:
                raise WireError("a gradient that does not fit its tensor")
            made.grad = grad
        return made

    def _array(self, node: messages.ArraySpec) -> npt.NDArray[Any]:
        dtype = NUMPY_DTYPES.get(node.dtype)
        if dtype is None or len(node.strides) != len(node.shape) or (node.scalar and node.shape):
            raise WireError(f"array of dtype {node.dtype!r}, shape {node.shape}, strides {node.strides}")
        memory = self._memory(node.storage, Layout.of(node))
        if dtype == np.bool_:
            self._check_bools(memory)
        if memory.device != "cpu":
            raise WireError("an array over memory of a GPU")
        return np.ndarray(
            tuple(node.shape), dtype, buffer=bytes_array(memory), offset=node.offset, strides=tuple(node.strides)
        )


# A child can name layouts that take long to compare with what was sent; beyond this, they count as reaching further.
MAX_LOOKED_THROUGH = 1 << 26  # bytes, in one frame


def _check_geometry(layout: Layout, memory: Memory) -> None:
    """Refuse an array that reaches outside its storage."""
    shape, strides, offset, itemsize = layout
    if len(shape) > MAX_RANK or offset < 0 or any(size < 0 for size in shape):
        raise WireError(f"array of shape {shape} at byte {offset}")
    elements = 1
    for size in sorted(shape, reverse=True):  # zeros last: NumPy counts the others of an empty array, too
        elements *= size
        if elements > (1 << 56 if 0 in shape else MAX_ELEMENTS):
            raise WireError(f"array of {elements} elements or more")
    if elements == 0:
        if offset > memory.nbytes or any(abs(step) > 1 << 62 for step in strides):
            raise WireError(f"empty array at byte {offset} of {memory.nbytes}")
        return
    reach = [(size - 1) * step for size, step in zip(shape, strides, strict=True)]
    low = offset + sum(step for step in reach if step < 0)
    high = offset + sum(step for step in reach if step > 0) + itemsize
    if low < 0 or high > memory.nbytes or any(abs(step) > 1 << 62 for step in strides):
        raise WireError(f"array over bytes {low} to {high} of {memory.nbytes}")


def check_bool_bytes(part: Payload) -> None:
    """Refuse bool bytes other than 0 and 1: comparisons of such a tensor can come out either way."""
    if len(part) and int(part.max()) > 1:
        raise WireError("a bool that is neither 0 nor 1")


MAX_SAME_HASH = 64  # the child can make ints of one hash, and a dict of these takes quadratic time


def _big_int(digits: str) -> int:
    if not 0 < len(digits) <= MAX_INT_DIGITS + 1:
        raise WireError(f"an int of {len(digits)} digits")
    try:
        return int(digits, 16)
    except ValueError:
        raise WireError("an int with bad digits") from None


def _token(node: messages.Token) -> object:
    if node.kind == "torch.dtype" and node.text in TORCH_DTYPES:
        return TORCH_DTYPES[node.text]
    if node.kind == "torch.device" and node.text.removesuffix(":0") in DEVICES:
        return torch.device(node.text)
    if node.kind == "ellipsis":
        return ...
    if node.kind == "range" and (found := range_of(node.text)) is not None:
        return found
    raise WireError(f"no such constant: {node.kind[:40]!r} {node.text[:40]!r}")
