"""A measured figure: its values, their median and spread, and what is asked of it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A bound on a figure, in the figure's own unit."""

    limit: float
    at_least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, `value` being the headline of its single `values`.

    `unit` is "ms", "µs", "MiB", "/s", "x" (a ratio), or "" (a count).
    """

    label: str
    unit: str
    value: float
    values: tuple[float, ...]
    target: Target | None = None

    @property
    def low(self) -> float:
        """The lower quartile: a quarter of the values is below."""
        return self._quartile(0)

    @property
    def high(self) -> float:
        """The upper quartile."""
        return self._quartile(2)

    def _quartile(self, which: int) -> float:
        if len(self.values) < 2:
            return self.value
        return statistics.quantiles(self.values, n=4, method="inclusive")[which]

    @property
    def holds(self) -> bool | None:
        """Whether the target holds; None where nothing is asked."""
        return self.target.holds(self.value) if self.target is not None else None


def median(label: str, values: Sequence[float], unit: str, target: Target | None = None) -> Figure:
    """Return the figure whose headline is the median."""
    return Figure(label=label, unit=unit, value=statistics.median(values), values=tuple(values), target=target)


def single(label: str, value: float, unit: str = "", target: Target | None = None) -> Figure:
    """Return a figure that was read once: a count, or a growth."""
    return Figure(label=label, unit=unit, value=value, values=(value,), target=target)


def percentile(label: str, values: Sequence[float], percent: int, unit: str, target: Target | None = None) -> Figure:
    """Return a percentile, 1 to 99, as a figure without a spread."""
    return single(label, statistics.quantiles(values, n=100, method="inclusive")[percent - 1], unit, target)


def ratio(label: str, above: Sequence[float], below: Sequence[float], target: Target | None = None) -> Figure:
    """Return the median of the pairs' ratios; each pair was measured side by side, so a busy minute cancels out."""
    return median(label, [a / b for a, b in zip(above, below, strict=True)], "x", target)


def milliseconds(seconds: Sequence[float]) -> list[float]:
    return [1e3 * value for value in seconds]


def microseconds(seconds: Sequence[float]) -> list[float]:
    return [1e6 * value for value in seconds]
