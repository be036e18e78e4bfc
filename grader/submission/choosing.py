"""Chooses the cells of a notebook that are a student's answer to one exercise.

A cell is the exercise's when it says so: by a tag (the exercise's id, the file's name, a function that is asked for),
by `#| dlgrade: exercise03` in its first line, or because it begins with the magic `%%dlgrade exercise03`. Where none
does, the cells that define a function that is asked for are taken; where there are none of these either, all are, but
those that are another exercise's. Chosen cells are taken whole. Of the others, the statements that the chosen ones
need are taken, by name: imports, helpers, constants. The rest is never run, so it may be broken.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import UsageError
from grader.exercise.entries import normal, number_in
from grader.records import Exercise
from grader.submission.asked import names_in_stub
from grader.submission.magic_line import parse_request
from grader.submission.magics import without_magics
from grader.submission.statements import Statement, only, statements_of

# The first line that is not blank: `%%dlgrade exercise03 --seed 1`, or `#| dlgrade: exercise03, softmax`.
_MARK = re.compile(r"\s*(?:%%dlgrade[ \t]+(?P<magic>[^\n]*)|#\|[ \t]*dlgrade[ \t]*:(?P<comment>[^\n]*))")
_MAX_PARSED_BYTES = 128 * 1024  # parsing takes 500 times as much memory; with more than this, only marks choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One code cell. `number` counts all cells of the notebook, from 1."""

    number: int
    text: str
    tags: frozenset[str]


def chosen_cells(cells: Sequence[Cell], exercise: Exercise, file: str) -> list[Cell]:
    """Return the cells that are the answer, in order, and of others what they need, each line in its place."""
    asked = _asked(exercise, file)
    mine = _said(cells, exercise, file, asked)
    others = {cell.number for cell in cells if _marks(cell) and cell.number not in mine}
    if sum(len(cell.text) for cell in cells) > _MAX_PARSED_BYTES:
        return [cell for cell in cells if (cell.number in mine if mine else cell.number not in others)]
    parsed = {cell.number: _statements_in(cell.text) for cell in cells}
    free = [cell for cell in cells if cell.number not in others]
    mine = mine or {cell.number for cell in free if _defines(cell, parsed[cell.number], asked)}
    if not mine:
        return free
    kept = _needed(mine, parsed)
    return [
        cell if cell.number in mine else replace(cell, text=only(_python_of(cell.text), kept[cell.number]))
        for cell in cells
        if cell.number in mine or cell.number in kept
    ]


def says(cells: Sequence[Cell], exercise: Exercise, file: str) -> bool:
    """Return whether any cell says by a tag or in its first line that it is the exercise's."""
    return bool(_said(cells, exercise, file, _asked(exercise, file)))


def _asked(exercise: Exercise, file: str) -> frozenset[str]:
    try:
        return frozenset(names_in_stub(exercise, file))
    except (OSError, SyntaxError, ValueError):  # a broken stub is told of where the submission is compared with it
        return frozenset()


def _said(cells: Sequence[Cell], exercise: Exercise, file: str, asked: frozenset[str]) -> set[int]:
    tags = {exercise.id, exercise.name, file, *asked}
    return {cell.number for cell in cells if cell.tags & tags or _is_marked(cell, exercise)}


# ------------------------------------------------------------------------------------------------- marks


def _marks(cell: Cell) -> list[str]:
    """Return the exercises that the cell's first line names."""
    found = _MARK.match(cell.text)
    if found is None:
        return []
    if found["comment"] is not None:
        return [name.strip() for name in found["comment"].split(",") if name.strip()]
    try:
        return [parse_request(found["magic"]).exercise]
    except UsageError:  # it graded nothing in the notebook either
        return []


def marked_for(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the exercises that the cells say they are of, each once, as they are written."""
    return tuple(dict.fromkeys(name for cell in cells for name in _marks(cell)))


def _is_marked(cell: Cell, exercise: Exercise) -> bool:
    return any(_means(name, exercise) for name in _marks(cell))


def _means(name: str, exercise: Exercise) -> bool:
    """Return whether the exercise is called this, as the command line would take it."""
    wanted = normal(name)
    aliases = [normal(alias) for alias in (exercise.id, exercise.slug, exercise.name)]
    number = number_in(wanted)
    if number is not None:
        return number == number_in(aliases[0])
    return any(alias.startswith(wanted) for alias in aliases if wanted)


# ------------------------------------------------------------------------------------------------- what is needed


def _python_of(text: str) -> str:
    """Return a cell's code without what only IPython understands; a cell that is Python stays as it is."""
    return text if _statements(text) is not None else without_magics(text)


def _statements_in(text: str) -> tuple[Statement, ...] | None:
    """Return a cell's statements; None where it is no Python even without what IPython understands."""
    found = _statements(text)
    return _statements(without_magics(text)) if found is None else found


def _statements(text: str) -> tuple[Statement, ...] | None:
    try:
        return statements_of(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _defines(cell: Cell, statements: tuple[Statement, ...] | None, asked: frozenset[str]) -> bool:
    if statements is None:  # it does not parse: if it means to be the answer, its student has to know
        return any(re.search(rf"^(?:async +def|def|class) +{name}\b", cell.text, re.MULTILINE) for name in asked)
    return any(statement.binds & asked and not statement.is_import for statement in statements)


@dataclass(frozen=True, slots=True)
class _Place:
    """One statement of a cell that was not chosen."""

    number: int
    statement: Statement


class _Others:
    """The statements of cells that were not chosen, by the names that they bring."""

    def __init__(self, parsed: Mapping[int, tuple[Statement, ...] | None], mine: Collection[int]) -> None:
        self._binding: defaultdict[str, list[_Place]] = defaultdict(list)
        self._changing: defaultdict[str, list[_Place]] = defaultdict(list)
        self._stars: list[_Place] = []
        for number in sorted(set(parsed) - set(mine)):
            for statement in parsed[number] or ():
                self._enter(_Place(number, statement))

    def _enter(self, place: _Place) -> None:
        for name in place.statement.binds:
            self._binding[name].append(place)
        for name in place.statement.changes:
            self._changing[name].append(place)
        if place.statement.star:
            self._stars.append(place)

    def bringing(self, name: str, before: int) -> list[_Place]:
        """Return what gives a name its meaning: the last statement above, else the first one below."""
        found = self._binding.get(name, [])
        if not found:
            return self._stars  # any of them may bring a name that nothing else does
        above = [place for place in found if place.number <= before]
        chosen = above[-1] if above else found[0]
        if chosen.statement.is_import:  # `import torch` in one cell, `import torch.optim` in another
            return [place for place in above or found if place.statement.is_import]
        return [chosen, *self._changing.get(name, ())]


def _needed(mine: set[int], parsed: Mapping[int, tuple[Statement, ...] | None]) -> dict[int, list[Statement]]:
    """Return the statements of other cells that the chosen ones need, by cell."""
    others = _Others(parsed, mine)
    own = [(number, statement) for number in sorted(mine) for statement in parsed[number] or ()]
    known = {name for _, statement in own for name in statement.binds}
    waiting = deque((name, number) for number, statement in own for name in sorted(statement.needs))
    kept: dict[_Place, None] = {}
    while waiting:
        name, before = waiting.popleft()
        if name in known:
            continue
        known.add(name)
        for place in others.bringing(name, before):
            if place not in kept:
                kept[place] = None
                waiting += [(needed, place.number) for needed in sorted(place.statement.needs)]
    by_cell: dict[int, list[Statement]] = {}
    for place in kept:
        by_cell.setdefault(place.number, []).append(place.statement)
    return by_cell
