"""Encoding values into a frame's object graph: see `graph` for the theory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import torch

from grader.sandbox import messages, wire
from grader.sandbox.graph import (
    DEVICES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_INT_DIGITS,
    MAX_NODES,
    MAX_RANK,
    NUMPY_NAMES,
    NUMPY_SCALARS,
    PENDING,
    TORCH_NAMES,
    Table,
    Unsendable,
    is_plain_key,
    is_too_large,
    too_many_objects,
)
from grader.sandbox.memory import ALIGNMENT, Memory, memory_bytes, padded
from grader.sandbox.messages import Graph, Node
from grader.sandbox.reach import Layout, Reach, runs_of


class Encoder:
    """Encodes values into one frame of a scope.

    `whole` sends each new storage at its full length, as a caller's arguments are, with zeros where none of the frame's
    arrays reaches; else only the span of bytes that they use. `other` turns anything that is no plain data into a node,
    or raises Unsendable.
    """

    def __init__(self, table: Table, *, whole: bool, other: Callable[[object], Node]) -> None:
        self.table = table
        self._whole = whole
        self._other = other
        self._first = len(table.objects)
        self._first_memory = len(table.memories)
        self._spans: dict[int, list[int]] = {}  # index of a new memory -> [first byte, end byte] in use
        self._covered: set[int] = set()  # new memories that one dense array covers: nearly all
        self._depth = 0

    def add(self, value: object) -> int:
        """Add a value and all it refers to; return its reference. Raises Unsendable."""
        known = self.table.index_of.get(id(value))
        if known is not None:
            return known
        if len(self.table.objects) - self._first >= MAX_NODES:
            raise Unsendable("too-large", value, nbytes=0)
        handler = _HANDLERS.get(type(value))
        if handler is not None:
            return handler(self, value)
        if isinstance(value, torch.Tensor):  # a Parameter or another subclass
            return self._add_tensor(value)
        if isinstance(value, np.ndarray):
            return self._add_array(value)
        if type(value) in NUMPY_SCALARS:
            return self._add_scalar(value)
        return self.table.add(value, self._other(value), identity=True)

    def add_again(self, value: object) -> int:
        """Add a known object anew, as it is now; return its new reference."""
        known = self.table.index_of.pop(id(value))
        try:
            return self.add(value)
        finally:
            self.table.index_of[id(value)] = known

    def finish(self) -> tuple[Graph, list[wire.Buffer]]:
        """Return the graph of everything new, and its payload. Raises Unsendable when it is over the cap."""
        table = self.table
        if self._whole:
            self._find_reaches()
        else:
            self._shrink_to_spans()
            endless = too_many_objects(table.nodes, self._first)
            if endless is not None:
                raise Unsendable("too-large", table.objects[endless])
        storages = [memory.nbytes for memory in table.memories[self._first_memory :]]
        if sum(storages) > wire.MAX_PAYLOAD_BYTES:
            largest = max(table.objects[self._first :], key=_nbytes)
            raise Unsendable("too-large", largest, shape=tuple(getattr(largest, "shape", ())), nbytes=sum(storages))
        buffers: list[wire.Buffer] = []
        for memory in table.memories[self._first_memory :]:
            buffers.extend(_bytes_to_send(memory))
        return Graph(storages=storages, nodes=table.nodes[self._first :]), buffers

    def _find_reaches(self) -> None:
        """Note for each new memory which bytes the frame's arrays reach, where that is not all of them."""
        table = self.table
        layouts: dict[int, list[Layout]] = {
            index: []
            for index in range(self._first_memory, len(table.memories))
            if index not in self._covered and table.memories[index].nbytes
        }
        if not layouts:
            return
        for node in table.nodes[self._first :]:
            if isinstance(node, messages.TensorSpec | messages.ArraySpec) and node.storage in layouts:
                layouts[node.storage].append(Layout.of(node))
        for index, reaching in layouts.items():
            reach = Reach.of(reaching)
            if not reach.is_all(table.memories[index].nbytes):
                table.memories[index].reach = reach

    def _shrink_to_spans(self) -> None:
        """Cut each new memory down to the bytes in use, and move the offsets accordingly."""
        table = self.table
        moved: dict[int, int] = {}
        for index, (start, end) in self._spans.items():
            start -= start % ALIGNMENT
            memory = table.memories[index]
            if start or end < memory.nbytes:
                moved[index] = start
                memory.address += start
                memory.nbytes = max(end - start, 0)
                memory.source = memory.view = None
        if moved:
            for position in range(self._first, len(table.nodes)):
                node = table.nodes[position]
                if isinstance(node, messages.TensorSpec | messages.ArraySpec) and node.storage in moved:
                    shifted = max(node.offset - moved[node.storage], 0)
                    table.nodes[position] = msgspec.structs.replace(node, offset=shifted)

    # -- one method for each kind of value

    def _add_atom(self, value: Any) -> int:
        return self.table.add(value, messages.Atom(value=value), identity=False)

    def _add_int(self, value: int) -> int:
        if -(1 << 63) <= value < (1 << 63):
            return self._add_atom(value)
        if value.bit_length() > 4 * MAX_INT_DIGITS:
            raise Unsendable("too-large", value, nbytes=value.bit_length() // 8)
        return self.table.add(value, messages.BigInt(digits=f"{value:x}"), identity=False)

    def _add_str(self, value: str) -> int:
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise Unsendable("unsupported", value) from None
        if size > wire.MAX_HEADER_BYTES // 2:
            raise Unsendable("too-large", value, nbytes=size)
        return self._add_atom(value)

    def _add_bytes(self, value: bytes) -> int:
        if len(value) > wire.MAX_HEADER_BYTES // 2:
            raise Unsendable("too-large", value, nbytes=len(value))
        return self.table.add(value, messages.Blob(data=value), identity=False)

    def _add_complex(self, value: complex) -> int:
        return self.table.add(value, messages.Complex(real=value.real, imag=value.imag), identity=False)

    def _add_sequence(self, value: Any) -> int:
        kind = type(value).__name__
        index = self.table.add(value, PENDING, identity=True)
        self._enter(value)
        items = [self.add(item) for item in list(value)]
        self._depth -= 1
        self.table.nodes[index] = messages.Items(kind=kind, items=items)
        return index

    def _add_dict(self, value: dict[Any, Any]) -> int:
        index = self.table.add(value, PENDING, identity=True)
        self._enter(value)
        pairs = [(self.add_key(key), self.add(item)) for key, item in list(value.items())]
        self._depth -= 1
        self.table.nodes[index] = messages.Mapping(keys=[key for key, _ in pairs], values=[item for _, item in pairs])
        return index

    def add_key(self, key: object) -> int:
        """Add a dict's key. Raises Unsendable for one that the other side would not take."""
        if not is_plain_key(key):
            raise Unsendable("unsupported", key)
        return self.add(key)

    def _enter(self, value: object) -> None:
        self._depth += 1
        if self._depth >= MAX_DEPTH:
            raise Unsendable("too-large", value)

    def _add_token(self, value: Any) -> int:
        match value:
            case torch.dtype():
                token = messages.Token(kind="torch.dtype", text=str(value).removeprefix("torch."))
            case torch.device():
                token = messages.Token(kind="torch.device", text=str(value))
            case range():
                token = messages.Token(kind="range", text=f"{value.start},{value.stop},{value.step}")
            case _:
                token = messages.Token(kind="ellipsis", text="")
        return self.table.add(value, token, identity=False)

    def _add_slice(self, value: slice) -> int:
        if not all(part is None or type(part) is int for part in (value.start, value.stop, value.step)):
            raise Unsendable("unsupported", value)
        start, stop, step = (self.add(part) for part in (value.start, value.stop, value.step))
        return self.table.add(value, messages.SliceSpec(start=start, stop=stop, step=step), identity=False)

    def _add_tensor(self, value: torch.Tensor) -> int:
        plain = plain_tensor(value)
        nbytes = plain.numel() * plain.element_size()
        if plain.numel() > MAX_ELEMENTS or plain.dim() > MAX_RANK or self._is_too_large(plain):
            raise Unsendable("too-large", value, shape=tuple(plain.shape), nbytes=nbytes)
        storage = plain.untyped_storage()
        shape, stride = list(plain.shape), list(plain.stride())
        itemsize = plain.element_size()
        start = int(plain.storage_offset()) * itemsize
        layout = Layout(shape, [step * itemsize for step in stride], start, itemsize)
        memory, base = self._memory(storage.data_ptr(), storage.nbytes(), str(plain.device), storage, storage, layout)
        end = start + _extent(layout)
        self._use(memory, base + start, base + end, dense=plain.is_contiguous())
        leaf = plain.is_leaf
        index = self.table.add(value, PENDING, identity=True)
        grad = self.add(plain.grad) if leaf and plain.grad is not None else -1
        self.table.nodes[index] = messages.TensorSpec(
            storage=memory,
            dtype=TORCH_NAMES[plain.dtype],
            shape=shape,
            stride=stride,
            offset=base + start,
            requires_grad=plain.requires_grad,
            in_graph=not leaf and not self._whole,  # what a test passes begins a graph of its own in the child
            grad=grad,
            device=plain.device.type,
        )
        return index

    def _add_array(self, value: npt.NDArray[Any]) -> int:
        plain = value.view(np.ndarray) if type(value) is not np.ndarray else value
        if plain.dtype not in NUMPY_NAMES:
            raise Unsendable("unsupported", value, shape=plain.shape)
        if plain.size > MAX_ELEMENTS or plain.ndim > MAX_RANK or self._is_too_large(plain):
            raise Unsendable("too-large", value, shape=plain.shape, nbytes=plain.size * plain.itemsize)
        low, high = np.lib.array_utils.byte_bounds(plain) if plain.size else (plain.ctypes.data, plain.ctypes.data)
        owner_low, owner_high, owner = _owner(plain, low, high)
        first = plain.__array_interface__["data"][0] - owner_low
        layout = Layout(plain.shape, plain.strides, first, plain.itemsize)
        memory, base = self._memory(owner_low, owner_high - owner_low, "cpu", owner, None, layout)
        self._use(memory, base + low - owner_low, base + high - owner_low, dense=plain.flags.c_contiguous)
        node = messages.ArraySpec(
            storage=memory,
            dtype=NUMPY_NAMES[plain.dtype],
            shape=list(plain.shape),
            strides=list(plain.strides),
            offset=base + first,
        )
        return self.table.add(value, node, identity=True)

    def _is_too_large(self, plain: torch.Tensor | npt.NDArray[Any]) -> bool:
        """Whether a result has more elements or rows than one may have: what a test passes is its own affair."""
        return not self._whole and is_too_large(plain.shape, plain.itemsize)

    def _add_scalar(self, value: Any) -> int:
        array = np.asarray(value)
        memory = len(self.table.memories)
        self.table.memories.append(Memory(array.ctypes.data, array.nbytes, "cpu", array))
        self._use(memory, 0, array.nbytes, dense=True)
        node = messages.ArraySpec(
            storage=memory, dtype=NUMPY_NAMES[array.dtype], shape=[], strides=[], offset=0, scalar=True
        )
        return self.table.add(value, node, identity=False)

    def _memory(
        self,
        address: int,
        nbytes: int,
        device: str,
        owner: object,
        source: torch.UntypedStorage | None,
        layout: Layout,
    ) -> tuple[int, int]:
        """Return the index of the storage that holds these bytes, and where in it they begin; add it if new.

        One of which the other side was sent a part is another storage for an array, at `layout`, that reaches further.
        """
        for index, memory in enumerate(self.table.memories):
            inside = memory.address <= address and address + nbytes <= memory.address + memory.nbytes
            if inside and nbytes and memory.device == device and _was_sent(memory, address, layout):
                return index, address - memory.address
            around = address <= memory.address and memory.address + memory.nbytes <= address + nbytes
            if around and memory.nbytes and memory.device == device and index >= self._first_memory:
                self._widen(index, Memory(address, nbytes, device, (memory.owner, owner), source))
                return index, 0
        self.table.memories.append(Memory(address, nbytes, device, owner, source))
        return len(self.table.memories) - 1, 0

    def _widen(self, index: int, whole: Memory) -> None:
        """Let a new storage, met in part so far, be the whole that it is a part of."""
        shift = self.table.memories[index].address - whole.address
        self.table.memories[index] = whole
        self._covered.discard(index)
        if index in self._spans:
            self._spans[index] = [end + shift for end in self._spans[index]]
        for position in range(self._first, len(self.table.nodes)):
            node = self.table.nodes[position]
            if isinstance(node, messages.TensorSpec | messages.ArraySpec) and node.storage == index:
                self.table.nodes[position] = msgspec.structs.replace(node, offset=node.offset + shift)

    def _use(self, memory: int, start: int, end: int, *, dense: bool) -> None:
        if memory < self._first_memory:
            return
        if dense and start == 0 and end == self.table.memories[memory].nbytes:
            self._covered.add(memory)
        span = self._spans.setdefault(memory, [start, end])
        span[0], span[1] = min(span[0], start), max(span[1], end)


_HANDLERS: dict[type, Callable[[Encoder, Any], int]] = {
    type(None): Encoder._add_atom,
    bool: Encoder._add_atom,
    int: Encoder._add_int,
    float: Encoder._add_atom,
    str: Encoder._add_str,
    bytes: Encoder._add_bytes,
    complex: Encoder._add_complex,
    list: Encoder._add_sequence,
    tuple: Encoder._add_sequence,
    torch.Size: Encoder._add_sequence,
    dict: Encoder._add_dict,
    torch.dtype: Encoder._add_token,
    torch.device: Encoder._add_token,
    range: Encoder._add_token,
    type(Ellipsis): Encoder._add_token,
    slice: Encoder._add_slice,
    torch.Tensor: Encoder._add_tensor,
    np.ndarray: Encoder._add_array,
}


def plain_tensor(value: torch.Tensor) -> torch.Tensor:
    """Return a strided, unconjugated exact tensor with the same elements, sharing memory where that is possible."""
    with torch._C.DisableTorchFunctionSubclass():
        kind = type(value)
        if kind is not torch.Tensor and kind is not torch.nn.Parameter:
            value = value.as_subclass(torch.Tensor)
        if value.layout is not torch.strided or value.dtype not in TORCH_NAMES or value.device.type not in DEVICES:
            raise Unsendable("unsupported", value, shape=tuple(value.shape))
        if value.is_conj() or value.is_neg():
            value = value.resolve_conj().resolve_neg()
        return value


def _extent(layout: Layout) -> int:
    """Return how many bytes from its first element a non-negatively strided array spans."""
    if 0 in layout.shape:
        return 0
    return sum((size - 1) * step for size, step in zip(layout.shape, layout.strides, strict=True)) + layout.itemsize


def _was_sent(memory: Memory, address: int, layout: Layout) -> bool:
    """Whether all that an array shows was sent; its layout counts from `address`."""
    if memory.reach is None:
        return True
    runs = runs_of(layout._replace(offset=layout.offset + address - memory.address))
    return runs is None or memory.reach.covers(runs)


def _bytes_to_send(memory: Memory) -> list[wire.Buffer]:
    shown = memory_bytes(memory)
    if memory.reach is None:
        return padded(shown)
    return [*memory.reach.parts(np.frombuffer(shown, dtype=np.uint8)), bytes(-len(shown) % ALIGNMENT)]


def _owner(array: npt.NDArray[Any], low: int, high: int) -> tuple[int, int, npt.NDArray[Any]]:
    """Return the address range of the memory that an array is a view of, and the array that owns it."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if owner is array or owner.size == 0:
        return low, high, owner
    owner_low, owner_high = np.lib.array_utils.byte_bounds(owner)
    if owner_low <= low and high <= owner_high:
        return owner_low, owner_high, owner
    return low, high, array


def _nbytes(value: object) -> int:
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    return value.nbytes if isinstance(value, np.ndarray) else 0
