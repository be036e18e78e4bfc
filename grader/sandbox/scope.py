"""One call's arguments in the child: what was sent, and what the student's code has made of it since.

The child reports changed bytes and changed containers, tensors and gradients; the examiner decides what they mean.
A child that lies here only hides its own effects from its own feedback: the examiner's objects are its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from grader.sandbox import wire
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table
from grader.sandbox.memory import memory_bytes, padded
from grader.sandbox.messages import ArraySpec, Items, Mapping, Node, TensorSpec, Update


@dataclass(slots=True)
class Scope:
    """The objects of one call, kept while the call runs, and as long as an iterator that it returned lives."""

    table: Table = field(default_factory=Table)
    synced_bytes: list[bytes] = field(default_factory=list)  # of each argument's storage, as the examiner knows it
    _tracked: list[int] = field(default_factory=list)  # indices of arguments that could be changed in place
    _children: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # a container's items when it arrived

    def freeze(self) -> None:
        """Remember the arguments as they are now: they have just arrived."""
        self.synced_bytes = [bytes(memory_bytes(memory)) for memory in self.table.memories]
        for index, node in enumerate(self.table.nodes):
            if isinstance(node, Items | Mapping):
                self._children[index] = _items(self.table.objects[index])
                if not isinstance(node, Items) or node.kind == "list":
                    self._tracked.append(index)
            elif isinstance(node, TensorSpec) or (isinstance(node, ArraySpec) and not node.scalar):
                self._tracked.append(index)

    def changes(self, encoder: Encoder) -> tuple[list[int], list[Update], list[wire.Buffer]]:
        """Return dirty storages, updates (through `encoder`), and the new bytes.

        Bytes are told where they changed since the last time. Updates tell what differs from what arrived, each time
        anew: what they refer to is forgotten with the frame that told it.
        """
        dirty: list[int] = []
        buffers: list[wire.Buffer] = []
        for index, before in enumerate(self.synced_bytes):
            now = memory_bytes(self.table.memories[index])
            if now != before if len(before) < 256 else not np.array_equal(now, np.frombuffer(before, np.uint8)):
                self.synced_bytes[index] = bytes(now)
                dirty.append(index)
                buffers.extend(padded(now))
        updates = [update for index in self._tracked if (update := self._update(index, encoder)) is not None]
        return dirty, updates, buffers

    def _update(self, index: int, encoder: Encoder) -> Update | None:
        value, node = self.table.objects[index], self.table.nodes[index]
        if isinstance(node, TensorSpec):
            now: Node = self._tensor_now(value, node, encoder)
        elif isinstance(node, ArraySpec):
            now = self._array_now(value, node, encoder)
        else:
            items = _items(value)
            if len(items) == len(self._children[index]) and all(map(_same, items, self._children[index])):
                return None
            now = _container(value, encoder)
        return None if now == node else Update(index=index, node=now)

    def _tensor_now(self, value: Any, node: TensorSpec, encoder: Encoder) -> TensorSpec:
        """Describe an argument tensor as it is now, cheaply where only its bytes can have changed."""
        memory = self.table.memories[node.storage]
        grad = value.grad if value.is_leaf else None
        moved = value.untyped_storage().data_ptr() != memory.address and memory.nbytes > 0
        if moved or list(value.shape) != node.shape or list(value.stride()) != node.stride or not value.is_leaf:
            fresh = encoder.table.nodes[encoder.add_again(value)]
            assert isinstance(fresh, TensorSpec)
            return fresh
        return msgspec.structs.replace(
            node,
            offset=value.storage_offset() * value.element_size(),
            requires_grad=value.requires_grad,
            grad=-1 if grad is None else encoder.add(grad),
        )

    def _array_now(self, value: Any, node: ArraySpec, encoder: Encoder) -> ArraySpec:
        if list(value.shape) == node.shape and list(value.strides) == node.strides and str(value.dtype) == node.dtype:
            return node
        fresh = encoder.table.nodes[encoder.add_again(value)]
        assert isinstance(fresh, ArraySpec)
        return fresh


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (*value.keys(), *value.values())


def _same(now: object, before: object) -> bool:
    """Whether an item is still the same: the same object, or an equal plain number or text."""
    return now is before or (type(now) is type(before) and type(now) in _PLAIN and now == before)


_PLAIN = (bool, int, float, str, bytes)


def _container(value: Any, encoder: Encoder) -> Node:
    if isinstance(value, list):
        return Items(kind="list", items=[encoder.add(item) for item in list(value)])
    pairs = [(encoder.add_key(key), encoder.add(item)) for key, item in list(value.items())]
    return Mapping(keys=[key for key, _ in pairs], values=[item for _, item in pairs])
