"""Lays statements of several cells out as one module, and says where each cell begins in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.jupyter.kernel import Executed
from grader.records import NotebookCell, Text
from grader.submission.statements import Statement, only

_NOWHERE = Executed(number=0, text="", statements=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One statement of one executed cell. `source`: other code that stands for it, on the same lines."""

    cell: Executed
    statement: Statement
    source: str = ""

    @classmethod
    def synthetic(cls, source: str) -> Site:
        """Return a statement that no cell holds, such as the import of a module that has its name from elsewhere."""
        statement = Statement(first=1, last=1, binds=frozenset(), needs=frozenset(), is_import=True)
        return cls(cell=_NOWHERE, statement=statement, source=source)

    def place(self) -> tuple[int, int]:
        """Return what sites are ordered by: as they were run."""
        return self.cell.number, self.statement.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Source code, and where each cell begins in it."""

    text: str
    cells: tuple[NotebookCell, ...]
    notes: tuple[Text, ...] = ()


def laid_out(
    sites: Sequence[Site],
    providers: Mapping[str, tuple[Site, ...]],
    values: Mapping[str, str],
    aliases: Sequence[str],
    *,
    notes: tuple[Text, ...] = (),
    future: bool = False,
) -> Module:
    """Return the module: written-out values, then the statements, each behind those that it needs, then the aliases."""
    ordered = _ordered(sites, providers)
    head = ["from __future__ import annotations"] if future else []
    head += [f"import {name}" for name in ("numpy", "torch") if _mentions(name, values)]
    head += [f"{name} = {code}" for name, code in values.items()]
    head += [site.source for site in ordered if site.cell is _NOWHERE]
    parts = ["".join(f"{line}\n" for line in head)]
    cells: list[NotebookCell] = []
    line = len(head) + 1
    for block in _blocks([site for site in ordered if site.cell is not _NOWHERE and not site.statement.is_future]):
        cells.append(NotebookCell(number=block[0].cell.number, line=line, executed=True))
        parts.append(_text(block))
        line += parts[-1].count("\n")
    parts += [f"{alias}\n" for alias in aliases]
    return Module(text="".join(parts), cells=tuple(cells), notes=notes)


def _mentions(module: str, values: Mapping[str, str]) -> bool:
    return any(re.search(rf"\b{module}\.", code) for code in values.values())


def _ordered(sites: Sequence[Site], providers: Mapping[str, tuple[Site, ...]]) -> list[Site]:
    """Return the statements, each behind those that it needs where that can be, else in the order they were run in."""
    placed: dict[Site, None] = {}
    begun: set[Site] = set()

    def place(site: Site) -> None:
        names = site.statement.needs - site.statement.binds
        needed = {one for name in names for one in providers.get(name, ()) if one != site}
        waits = bool(site.statement.changes) and any(one in begun and one not in placed for one in needed)
        if site in begun or waits:  # `f.k = g` within the definition of `g`: its turn comes
            return
        begun.add(site)
        for one in sorted(needed, key=Site.place):
            place(one)
        placed[site] = None

    for site in sorted(sites, key=Site.place):
        place(site)
    return list(placed)


def _blocks(sites: Sequence[Site]) -> list[list[Site]]:
    """Return runs of statements that follow each other in one cell: each run becomes one cell of the module."""
    blocks: list[list[Site]] = []
    for site in sites:
        last = blocks[-1][-1] if blocks else None
        goes_on = last is not None and last.cell is site.cell and not (last.source or site.source)
        if goes_on and last is not None and last.statement.last < site.statement.first:
            blocks[-1].append(site)
        else:
            blocks.append([site])
    return blocks


def _text(block: Sequence[Site]) -> str:
    if block[0].source:
        return "\n" * (block[0].statement.first - 1) + block[0].source + "\n"
    return only(block[0].cell.text, [site.statement for site in block])
