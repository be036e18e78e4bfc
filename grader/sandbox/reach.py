"""Which bytes of a storage its arrays reach: those between and around them stay with whoever holds the storage.

A child is sent every storage at its full length, so that offsets stay what they were, and zeros where no array of the
frame reaches: a test that passes `y[:80]` keeps `y[80:]` to itself. What the child writes there reaches nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grader.sandbox.graph import NUMPY_DTYPES, TORCH_DTYPES
from grader.sandbox.messages import ArraySpec, TensorSpec
from grader.sandbox.wire import Buffer, Payload


class Layout(NamedTuple):  # no dataclass: one is made for each array that is sent
    """Where an array's elements lie in its storage, in bytes. Strides may be 0 or negative."""

    shape: Sequence[int]
    strides: Sequence[int]
    offset: int
    itemsize: int

    @classmethod
    def of(cls, node: TensorSpec | ArraySpec) -> Layout:
        if isinstance(node, ArraySpec):
            return cls(node.shape, node.strides, node.offset, NUMPY_DTYPES[node.dtype].itemsize)
        itemsize = TORCH_DTYPES[node.dtype].itemsize
        return cls(node.shape, [step * itemsize for step in node.stride], node.offset, itemsize)


@dataclass(frozen=True, slots=True)
class Runs:
    """An array's bytes: runs of `length`, the first at `start`, repeated `counts` times at distances of `steps`."""

    start: int
    length: int
    counts: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        return (
            self.start
            + sum((count - 1) * step for count, step in zip(self.counts, self.steps, strict=True))
            + (self.length)
        )

    @property
    def nbytes(self) -> int:
        """Bytes of all runs; those that lie over each other count each time."""
        return math.prod(self.counts) * self.length

    def cut_from(self, mask: npt.NDArray[np.bool_], origin: int) -> npt.NDArray[np.bool_]:
        """View the bytes' places in a mask of the storage from byte `origin` on. Shapes: (*counts, length)."""
        return np.ndarray(
            (*self.counts, self.length), np.bool_, buffer=mask, offset=self.start - origin, strides=(*self.steps, 1)
        )


def runs_of(layout: Layout) -> Runs | None:
    """Return the bytes of an array in as few runs as its strides tell; None for an array without elements.

    Axes that go on where, or before, a smaller one ends are one with it: a transposed, expanded or unfolded array is
    as quick as a plain one.
    """
    if 0 in layout.shape:
        return None
    start, length = layout.offset, layout.itemsize
    axes: list[tuple[int, int]] = []
    for count, step in zip(layout.shape, layout.strides, strict=True):
        if count > 1 and step:
            start += min((count - 1) * step, 0)
            axes.append((abs(step), count))
    steps: list[int] = []
    counts: list[int] = []
    for step, count in sorted(axes):
        if not steps and step <= length:
            length += (count - 1) * step
        elif steps and step % steps[-1] == 0 and step // steps[-1] <= counts[-1]:
            counts[-1] += (count - 1) * (step // steps[-1])
        else:
            steps.append(step)
            counts.append(count)
    return Runs(start, length, tuple(counts), tuple(steps))


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The bytes from `start` to `end`; with a `mask` (one entry for each of them) only those that it marks."""

    start: int = 0
    end: int = 0
    mask: npt.NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, layouts: Iterable[Layout]) -> Reach:
        """Return what arrays over one storage reach together."""
        all_runs = [runs for layout in layouts if (runs := runs_of(layout)) is not None]
        if not all_runs:
            return cls()
        start, end = min(runs.start for runs in all_runs), max(runs.end for runs in all_runs)
        if _is_covered(start, end, all_runs):
            return cls(start, end)
        mask = np.zeros(end - start, dtype=np.bool_)
        for runs in all_runs:
            runs.cut_from(mask, start)[...] = True
        return cls(start, end, None if mask.all() else mask)

    def is_all(self, nbytes: int) -> bool:
        """Whether these are all bytes of a storage of this size."""
        return self.start == 0 and self.end == nbytes and self.mask is None

    def covers(self, runs: Runs) -> bool:
        if runs.start < self.start or runs.end > self.end:
            return False
        return self.mask is None or bool(runs.cut_from(self.mask, self.start).all())

    def parts(self, storage: Payload) -> list[Buffer]:
        """Return a storage's bytes in pieces, with zeros for those that are not reached."""
        span = storage[self.start : self.end]
        shown = span if self.mask is None else span * self.mask.view(np.uint8)
        pieces: list[Buffer] = [bytes(self.start), shown.data, bytes(len(storage) - self.end)]
        return [piece for piece in pieces if len(piece)]

    def copy(self, source: Payload, into: Payload) -> None:
        """Copy these bytes, and no others, from one state of the storage into another."""
        span = slice(self.start, self.end)
        np.copyto(into[span], source[span], where=True if self.mask is None else self.mask)

    def differs(self, one: Payload, other: Payload) -> bool:
        """Whether these bytes differ between two states of the storage."""
        span = slice(self.start, self.end)
        if self.mask is None:
            return not np.array_equal(one[span], other[span])
        return bool(((one[span] != other[span]) & self.mask).any())


def _is_covered(start: int, end: int, all_runs: Sequence[Runs]) -> bool:
    """Whether single runs, laid end to end or over each other, leave no gap."""
    at = start
    for runs in sorted((runs for runs in all_runs if not runs.counts), key=lambda runs: runs.start):
        if runs.start > at:
            return False
        at = max(at, runs.end)
    return at == end
