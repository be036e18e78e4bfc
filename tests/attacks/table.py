"""The table at the end: each class, its cases, and how many of them held at each degree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from attacks.classes import CLASSES

NAIVE = "naive"
ATTACK = "dlgrade-attack"  # the property of a test's report that holds the arguments of `Board.add`


@dataclass(slots=True)
class Board:
    """What became of each case at each degree; "naive" stands for the naive grader, where a case should *work*."""

    _results: dict[tuple[int, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    _cases: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, number: int, name: str, where: str, *, as_it_should: bool) -> None:
        self._cases[number].add(name)
        self._results[number, where].append(as_it_should)

    def lines(self, degrees: Iterable[str]) -> Iterator[str]:
        """Yield the table; nothing where no case was run."""
        if not self._results:
            return
        columns = [*degrees, NAIVE]
        yield f"{'class':>5}  {'title':<78}{'cases':>6}" + "".join(f"{column:>10}" for column in columns)
        group = None
        for number in sorted(self._cases):
            one = CLASSES[number]
            if one.group is not group:
                group = one.group
                yield group.value
            cells = "".join(f"{self._cell(number, column):>10}" for column in columns)
            yield f"{number:>5}  {one.title:<78}{len(self._cases[number]):>6}{cells}"
        yield ""
        totals = "".join(f"{self._total(column):>10}" for column in columns)
        counted = f"{len(self._cases)} of {len(CLASSES)} classes"
        yield f"{'':>5}  {counted:<78}{sum(map(len, self._cases.values())):>6}{totals}"
        yield "A degree's column: cases held. The last: cases that work on the naive grader, of those that apply to it."

    def _cell(self, number: int, where: str) -> str:
        return _fraction(self._results.get((number, where), []))

    def _total(self, where: str) -> str:
        return _fraction([one for (_, at), results in self._results.items() if at == where for one in results])


def _fraction(results: list[bool]) -> str:
    return f"{sum(results)}/{len(results)}" if results else "-"
