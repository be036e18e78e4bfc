"""What the expressions of a source may mean: values that flow along assignments, calls and attributes.

A *slot* stands for one variable, attribute or expression, and holds every value that may reach it, in whatever order
the code runs. Values only ever come to a slot, never leave it, and each has a cap, so the flow settles.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from typing import NamedTuple

MAX_VALUES = 24  # of one slot; beyond them it is UNKNOWN as well
MAX_BOXES = 3  # containers in containers that are followed
MAX_STEPS = 150_000  # of one submission
MAX_WORDS = 200  # characters of a text that may become a name
MAX_CODE = 20_000  # characters of a text that may become code
_CHARACTERS_A_STEP = 64  # of texts that are put together


class Kind(IntEnum):
    """What a value is."""

    UNKNOWN = 0
    LIBRARY = 1  # a module that is imported, or what is read off one: `name` is dotted
    OWN = 2  # a module of the submission: `name` is its file's
    FUNCTION = 3  # of the submission: `name` is a number
    CLASS = 4
    WORDS = 5  # a text that is known while reading: `name`
    TABLE = 6  # the names of a module as a mapping; `name` is dotted; "" those of sys.modules
    OWN_TABLE = 7  # globals() and the like
    GETTER = 8  # operator.attrgetter(`name`); "": of a name that is not known


class Value(NamedTuple):
    """One value that may reach a slot. `boxes`: how many containers it lies in."""

    kind: Kind
    name: str = ""
    boxes: int = 0


UNKNOWN = Value(Kind.UNKNOWN)
Sink = Callable[[Value], None]


class TooMuch(Exception):
    """The source means more than is followed."""


class Slot:
    """One variable, attribute or expression."""

    __slots__ = ("sinks", "values")

    def __init__(self) -> None:
        self.values: set[Value] = set()
        self.sinks: list[Sink] = []

    def of_kind(self, kind: Kind) -> Iterator[str]:
        """Yield the names of its values of this kind that lie in no container."""
        return (value.name for value in sorted(self.values) if value.kind is kind and not value.boxes)

    @property
    def words(self) -> list[str]:
        """The texts that it may be."""
        return list(self.of_kind(Kind.WORDS))

    @property
    def certain(self) -> bool:
        """Whether it is a text, and each text that it may be is known."""
        return bool(self.values) and all(value.kind is Kind.WORDS and not value.boxes for value in self.values)


@dataclass(slots=True)
class _Fold:
    """How far the combinations of some parts' texts are made."""

    without_text: int  # parts of which no text is known yet
    made: int = 0


class Flow:
    """Carries values from slot to slot until nothing new arrives."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Slot, Value]] = []
        self._steps = 0

    def put(self, slot: Slot, value: Value) -> None:
        """Let a value reach a slot."""
        if value in slot.values:
            return
        if len(slot.values) >= MAX_VALUES:
            value = UNKNOWN
            if value in slot.values:
                return
        slot.values.add(value)
        if slot.sinks:
            self._waiting.append((slot, value))

    def watch(self, slot: Slot, sink: Sink) -> None:
        """Call `sink` with every value that reaches `slot`, now and later."""
        for value in sorted(slot.values):
            self._count()
            sink(value)
        slot.sinks.append(sink)

    def join(self, source: Slot, target: Slot) -> None:
        """Let everything that reaches `source` reach `target`."""
        if source is not target:
            self.watch(source, lambda value: self.put(target, value))

    def box(self, source: Slot, target: Slot, *, times: int = 1) -> None:
        """Let what reaches `source` reach `target` inside a container; a negative number takes it out."""

        def sink(value: Value) -> None:
            boxes = value.boxes + times
            if boxes < 0 or boxes > MAX_BOXES:
                self.put(target, UNKNOWN)
            else:
                self.put(target, value._replace(boxes=0 if value.kind is Kind.UNKNOWN else boxes))

        self.watch(source, sink)

    def fold(self, parts: list[Slot], target: Slot, combine: Callable[..., str | None]) -> None:
        """Let `combine` of the parts' texts reach `target`, for every combination; UNKNOWN where one is not known.

        Each combination is made once, and counts as many steps as it has parts.
        """
        choices: list[list[str]] = [[] for _ in parts]
        state = _Fold(without_text=len(parts))

        def arrived(number: int, value: Value) -> None:
            if value.kind is not Kind.WORDS or value.boxes:
                self.put(target, UNKNOWN)
                return
            state.without_text -= not choices[number]
            choices[number].append(value.name)
            if state.without_text or state.made > MAX_VALUES:
                return
            for texts in product(*choices[:number], (value.name,), *choices[number + 1 :]):
                state.made += 1
                if state.made > MAX_VALUES:
                    self.put(target, UNKNOWN)
                    return
                self._put_combined(texts, target, combine)

        for number, part in enumerate(parts):
            self.watch(part, functools.partial(arrived, number))
        if not parts:
            self._put_combined((), target, combine)

    def _put_combined(self, texts: tuple[str, ...], target: Slot, combine: Callable[..., str | None]) -> None:
        length = sum(map(len, texts))
        self._count(1 + len(texts) + length // _CHARACTERS_A_STEP)
        text = combine(*texts) if len(texts) < 3 or length <= MAX_CODE else None
        self.put(target, UNKNOWN if text is None or len(text) > MAX_CODE else Value(Kind.WORDS, text))

    def settle(self) -> None:
        """Carry on until nothing new arrives. Raises TooMuch."""
        while self._waiting:
            slot, value = self._waiting.pop()
            for sink in tuple(slot.sinks):
                self._count()
                sink(value)

    def _count(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise TooMuch
