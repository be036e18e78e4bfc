"""Objects that stay in the child, by number: the examiner holds the number, never the object."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from grader.sandbox.messages import HandleSpec

if TYPE_CHECKING:
    from grader.sandbox.scope import Scope


@dataclass(slots=True)
class _Entry:
    value: Any
    scope: Scope | None  # of the call that made an iterator: its items may be views of that call's arguments


class Handles:
    """The child's table of objects that the examiner refers to."""

    def __init__(self, first: int = 1) -> None:
        self._entries: dict[int, _Entry] = {}
        self._number_of: dict[int, int] = {}  # id() -> number; the entry keeps the object alive
        self._numbers = itertools.count(first)

    def spec(self, value: object, *, scope: Scope | None) -> HandleSpec:
        """Name an object for the examiner: the same object, the same number."""
        number = self._number_of.get(id(value))
        if number is None:
            number = next(self._numbers)
            kept = scope if kind_of(value) == "iterator" else None
            self._entries[number] = _Entry(value, kept)
            self._number_of[id(value)] = number
        return HandleSpec(id=number, kind=kind_of(value), type_name=type(value).__name__[:200])

    def object(self, number: int) -> Any:
        return self._entries[number].value

    def scope_of(self, number: int) -> Scope | None:
        entry = self._entries.get(number)
        return entry.scope if entry else None

    def release(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            entry = self._entries.pop(number, None)
            if entry is not None:
                self._number_of.pop(id(entry.value), None)


def kind_of(value: object) -> str:
    """Return how the examiner may use the object: its own class says so, not the `__class__` that it claims."""
    kind = type(value)
    if issubclass(kind, type):
        return "class"
    if issubclass(kind, types.ModuleType):
        return "module"
    if issubclass(kind, torch.Tensor):
        return "tensor"
    if hasattr(kind, "__next__"):
        return "iterator"
    return "callable" if callable(value) else "object"
