"""Storages: the bytes under tensors and arrays, by address, seen by torch and NumPy alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from grader.sandbox.wire import Buffer, Payload

if TYPE_CHECKING:
    from grader.sandbox.reach import Reach

ALIGNMENT = 16


@dataclass(slots=True, eq=False)
class Memory:
    """A storage known to both sides: bytes at an address in *this* process, and what keeps them alive."""

    address: int
    nbytes: int
    device: str
    owner: object
    source: torch.UntypedStorage | None = None  # for torch views of it
    view: Payload | None = None  # its bytes, once somebody has asked; of its own, so that an array's base ends here
    reach: Reach | None = None  # the bytes that the other side was sent, where that is not all of them


def memory_bytes(memory: Memory) -> memoryview:
    """View a storage's bytes where they lie (on the CPU; a copy of what lies on a GPU); the view keeps them alive."""
    if memory.nbytes == 0:
        return memoryview(b"")
    if memory.device != "cpu":
        assert isinstance(memory.owner, torch.UntypedStorage)
        copy = torch.empty(0, dtype=torch.uint8, device=memory.device).set_(memory.owner).cpu().numpy()
        start = memory.address - memory.owner.data_ptr()
        return copy.data[start : start + memory.nbytes]
    return bytes_array(memory).data


def padded(part: memoryview) -> list[Buffer]:
    """Follow a storage's bytes with what aligns the next one."""
    rest = -len(part) % ALIGNMENT
    return [part, bytes(rest)] if rest else [part]


class _Held:
    """Lends memory to NumPy and keeps its owner alive for as long as any array over it lives."""

    __slots__ = ("__array_interface__", "owner")

    def __init__(self, memory: Memory) -> None:
        self.owner = memory.owner
        self.__array_interface__ = {
            "shape": (memory.nbytes,),
            "typestr": "|u1",
            "data": (memory.address, False),
            "version": 3,
        }


def bytes_array(memory: Memory) -> Payload:
    """View a storage of the CPU as writable bytes; the view keeps the storage alive."""
    if memory.view is None or len(memory.view) != memory.nbytes:  # an encoder may cut a new storage down
        memory.view = np.asarray(_Held(memory)) if memory.nbytes else np.empty(0, dtype=np.uint8)
    return memory.view


def received(part: Payload) -> Memory:
    return Memory(address=part.__array_interface__["data"][0], nbytes=len(part), device="cpu", owner=part)


def torch_storage(memory: Memory, device: str) -> torch.UntypedStorage:
    """Return the storage as torch sees it, on `device` when it has just arrived; made once, so that views share it."""
    if memory.source is None:
        if memory.nbytes == 0:
            memory.source = torch.empty(0, dtype=torch.uint8).untyped_storage()
        else:
            memory.source = torch.frombuffer(bytes_array(memory), dtype=torch.uint8).untyped_storage()
        if device != "cpu":
            on_device = torch.empty(0, dtype=torch.uint8).set_(memory.source).to(device)
            memory.source = on_device.untyped_storage()
            memory.owner, memory.address = memory.source, memory.source.data_ptr()
            memory.device = str(on_device.device)
    return memory.source
