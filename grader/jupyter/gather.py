"""Makes a module of functions that live in a kernel, and of everything of the notebook that they need.

Theory of operation. Nothing is run again here, and nothing of the kernel is pickled: the result is source code, which
is examined like a file. It is put together backwards, by names. A name that is needed means what it means in the
kernel now: a plain value is written out as it is (`literals`); anything else is carried by the statement that gave it
its name, found by the code object where there is one, else the last cell that bound the name; and what such a
statement needs is needed, too. Statements come after those that they need, otherwise in the order they were run in.
What has a state that no statement makes again (an open file, a trained network, a large tensor) is refused by name.

A cell is put in with the lines that are not needed left empty, so that each line keeps the number that the notebook
shows; written-out values stand in front, in no cell.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import io
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.jupyter import refusals
from grader.jupyter.installed import is_beside_the_notebook
from grader.jupyter.kernel import Cells, Executed, first_line, leading_blank_lines
from grader.jupyter.lambdas import lambda_source
from grader.jupyter.layout import Module, Site, laid_out
from grader.jupyter.literals import NoLiteral, is_tensor, literal_of
from grader.records import Text
from grader.submission.statements import Statement

_ANNOTATIONS = 0x1000000  # of `from __future__ import annotations`, as compiled code carries it
_ONLY_IPYTHON = frozenset({"get_ipython", "display", "In", "Out", "exit", "quit"})
_HARMLESS = (types.FunctionType, types.BuiltinFunctionType, type, functools.partial)
_RUNNING = (io.IOBase, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def gather(given: Mapping[str, object], cells: Cells) -> Module:
    """Return the module in which every name of `given` stands for its function or class.

    Raises: UsageError, naming what cannot be carried, and what to do.
    """
    gathering = _Gathering(cells)
    for name, value in given.items():
        gathering.give(name, value)
    return gathering.module()


@dataclass(frozen=True, slots=True)
class _Carried:
    """What a name is carried by: statements, in order; none for a value that is written out."""

    sites: tuple[Site, ...] = ()


class _Gathering:
    """The names that were asked for so far, and what each is carried by."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._values: dict[str, str] = {}  # written out
        self._carried: dict[str, _Carried] = {}
        self._sites: dict[Site, None] = {}
        self._aliases: list[str] = []
        self._outdated: set[str] = set()  # carried as they were before the notebook gave the name to something else
        self._notes: list[Text] = []

    # ------------------------------------------------------------------------------------------------- roots

    def give(self, name: str, value: object) -> None:
        """Have `name` stand for `value` in the module."""
        if not callable(value):
            raise refusals.no_function(name, value)
        bound = self._name_of(name, value)
        if bound is None or self._is_outdated(value):
            bound = self._unnamed(name, value)
        elif not isinstance(value, type) and not self._cells_know(bound):
            raise refusals.no_source(name, value)
        else:
            self._need(bound, "")
        if bound == name:
            return
        if name in self._carried:
            raise refusals.two_meanings(name)
        self._aliases.append(f"{name} = {bound}")

    def _cells_know(self, name: str) -> bool:
        return self._latest(name) is not None

    def _name_of(self, name: str, value: object) -> str | None:
        """Return a name that the notebook has for the very object; None: it has none any more."""
        space = self._cells.namespace
        likely = (str(getattr(value, "__name__", "")), name)
        others = (other for other in list(space) if not other.startswith("_"))
        return next((one for one in (*likely, *others) if space.get(one) is value), None)

    def _unnamed(self, name: str, value: object) -> str:
        """Carry what was written into the call, or an earlier definition that was kept under no name."""
        cell = self._cell_of(value)
        if cell is None or not isinstance(value, types.FunctionType):
            raise refusals.no_name(name, value)
        if value.__closure__:
            raise refusals.no_name(name, value)
        if value.__name__ == "<lambda>":
            found = lambda_source(cell, value.__code__, leading_blank_lines(cell.text))
            if found is None:
                raise refusals.no_name(name, value)
            site = Site(cell=cell, statement=found.statement, source=f"{name} = {found.code}")
            self._carried[name] = _Carried((site,))
            self._take(site, name)
            return name
        statement = self._statement_at(cell, value)
        if statement is None or value.__name__ not in statement.binds:
            raise refusals.no_name(name, value)
        if value.__name__ in self._carried:
            raise refusals.two_meanings(value.__name__)
        self._outdated.add(value.__name__)
        site = Site(cell=cell, statement=statement)
        self._carried[value.__name__] = _Carried((site,))
        self._take(site, value.__name__)
        return value.__name__

    # ------------------------------------------------------------------------------------------------- what is needed

    def _need(self, name: str, needed_by: str) -> None:
        """Carry what `name` means in the kernel, unless that is done."""
        space = self._cells.namespace
        if name in self._outdated and name != needed_by:
            raise refusals.two_meanings(name)
        if name in self._carried:
            return
        if name in _ONLY_IPYTHON and self._latest(name) is None:
            raise refusals.only_ipython(name, needed_by)
        if name not in space:
            return  # one of Python's own, or missing there as it is missing here
        value = space[name]
        if _is_pythons_own(name, value) and self._latest(name) is None:
            return
        self._carried[name] = _Carried()
        if isinstance(value, types.ModuleType):
            self._module(name, value, needed_by)
            return
        try:
            self._values[name] = literal_of(value)
        except NoLiteral:
            self._by_statement(name, value, needed_by)

    def _module(self, name: str, value: types.ModuleType, needed_by: str) -> None:
        if is_beside_the_notebook(value.__name__):
            raise refusals.own_module(name, value.__name__, needed_by)
        sites = list(self._imports(name, value))
        if not any(name in site.statement.binds for site in sites):
            sites.insert(0, Site.synthetic(f"import {value.__name__} as {name}"))
        self._carry(name, tuple(sites))

    def _imports(self, name: str, value: types.ModuleType) -> Iterator[Site]:
        """Yield the import that gave a module its name, and those of its parts: `import torch.optim`."""
        latest = self._latest(name)
        if latest is not None and latest.statement.is_import:
            yield latest
        for cell in self._cells.newest_first(name):
            for statement in cell.statements:
                parts = {module for module in statement.modules if module.startswith(f"{value.__name__}.")}
                if statement.is_import and name in statement.binds and parts and latest is not None:
                    yield Site(cell=cell, statement=statement)

    def _by_statement(self, name: str, value: object, needed_by: str) -> None:
        self._refuse_state(name, value, needed_by)
        module = str(getattr(value, "__module__", None) or "")
        if module not in ("", "__main__", "builtins") and is_beside_the_notebook(module):
            raise refusals.own_module(name, module, needed_by)
        for held in (value, *_held(value)):
            if isinstance(held, types.FunctionType) and held.__name__ != name and self._is_outdated(held):
                raise refusals.two_meanings(held.__name__)
        site = self._definition(name, value) or self._latest(name)
        if site is None:
            raise refusals.no_statement(name, value, needed_by)
        changes = () if site.statement.is_import else tuple(self._changes(name, site))
        if not isinstance(value, _HARMLESS) and not site.statement.is_import:
            self._notes.append(refusals.made_anew(name, site.cell.number))
        self._carry(name, (site, *changes))

    def _is_outdated(self, value: object) -> bool:
        """Return whether the notebook has since defined another function under a function's own name."""
        if not isinstance(value, types.FunctionType) or value.__name__ == "<lambda>":
            return False
        now = self._cells.namespace.get(value.__name__)
        is_own = value.__qualname__ == value.__name__ and self._cell_of(value) is not None
        is_same = now is value or getattr(now, "__code__", None) == value.__code__
        return is_own and now is not None and not is_same

    def _carry(self, name: str, sites: tuple[Site, ...]) -> None:
        self._carried[name] = _Carried(sites)
        for site in sites:
            self._take(site, name)

    def _take(self, site: Site, name: str) -> None:
        if site in self._sites:
            return
        self._sites[site] = None
        for needed in sorted(site.statement.needs):
            self._need(needed, name)

    @staticmethod
    def _refuse_state(name: str, value: object, needed_by: str) -> None:
        if isinstance(value, _RUNNING):
            raise refusals.running(name, value, needed_by)
        if is_tensor(value):
            raise refusals.tensor(name, value, needed_by)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.nn.Module) and any(True for _ in value.parameters()):
            raise refusals.network(name, value, needed_by)

    # ------------------------------------------------------------------------------------------------- where it stands

    def _cell_of(self, value: object) -> Executed | None:
        code = getattr(value, "__code__", None)
        return self._cells.of_code(code) if isinstance(code, types.CodeType) else None

    def _statement_at(self, cell: Executed, value: object) -> Statement | None:
        line = first_line(value) + leading_blank_lines(cell.text)
        return next((one for one in cell.statements if one.first <= line <= one.last), None)

    def _definition(self, name: str, value: object) -> Site | None:
        """Return the statement that a function's code was compiled from, if it gives it this name."""
        inner = value
        while hasattr(inner, "__wrapped__"):  # what a decorator made keeps hold of what it was made of
            inner = inner.__wrapped__
        cell = self._cell_of(inner)
        statement = None if cell is None else self._statement_at(cell, inner)
        if cell is None or statement is None or name not in statement.binds:
            return None
        return Site(cell=cell, statement=statement)

    def _latest(self, name: str) -> Site | None:
        """Return the statement that bound a name last."""
        for cell in self._cells.newest_first(name):
            for statement in reversed(cell.statements):
                if name in statement.binds or any(name in _public(module) for module in statement.star):
                    return Site(cell=cell, statement=statement)
        return None

    def _changes(self, name: str, since: Site) -> Iterator[Site]:
        """Yield, in order, the later statements that set an attribute or an item of it."""
        found = [
            Site(cell=cell, statement=statement)
            for cell in self._cells.newest_first(name)
            for statement in cell.statements
            if name in statement.changes
        ]
        yield from (site for site in sorted(found, key=Site.place) if site.place() > since.place())

    # ------------------------------------------------------------------------------------------------- the module

    def module(self) -> Module:
        """Return what was gathered, laid out."""
        providers = {name: carried.sites for name, carried in self._carried.items()}
        return laid_out(
            list(self._sites),
            providers,
            self._values,
            self._aliases,
            notes=tuple(self._notes),
            future=bool(self._cells.flags & _ANNOTATIONS),
        )


def _is_pythons_own(name: str, value: object) -> bool:
    """Return whether a name stands for Python's own function of it, or for what IPython has wrapped it in: `open`."""
    own = vars(builtins).get(name)
    return own is not None and callable(value) and inspect.unwrap(value) is own


def _held(value: object) -> list[object]:
    """Return what a partial or a closure keeps hold of: it may have been defined anew since."""
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, types.FunctionType):
        return [cell.cell_contents for cell in value.__closure__ or () if cell != types.CellType()]
    return []


def _public(module: str) -> frozenset[str]:
    """Return what `from module import *` gives."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return frozenset()
    return frozenset(getattr(loaded, "__all__", None) or (name for name in vars(loaded) if not name.startswith("_")))
