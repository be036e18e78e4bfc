"""Where names live: the scopes of a source, its functions, and the places in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.examination.rules.flow import Slot


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a source; a text that is run as code has the place of the call that runs it."""

    file: int
    line: int
    column: int  # from 1


@dataclass(slots=True)
class Mention:
    """An expression that names something of a library; `whole`: nothing more is read off it there."""

    site: Site
    slot: Slot
    whole: bool


@dataclass(slots=True)
class Function:
    """A function of the submission, or a lambda."""

    parameters: list[Slot] = field(default_factory=list)
    by_name: dict[str, Slot] = field(default_factory=dict)
    rest: Slot | None = None  # *args
    named_rest: Slot | None = None  # **kwargs
    returns: Slot = field(default_factory=Slot)
    number: int = 0


class Scope:
    """The names of a module, a class body or a function."""

    def __init__(self, parent: Scope | None, *, is_class: bool = False, function: Function | None = None) -> None:
        self.parent = parent
        self.is_class = is_class
        self.function = function
        self.variables: dict[str, Slot] = {}
        self.elsewhere: dict[str, bool] = {}  # names declared global (True) or nonlocal
        self.stars: list[str] = []  # modules of which it takes every name
        self.module: Scope = parent.module if parent is not None else self

    def variable(self, name: str) -> Slot:
        """Return the slot that binding `name` here binds."""
        scope = self
        if name in self.elsewhere:
            scope = self.module if self.elsewhere[name] else self._outer(name)
        return scope.variables.setdefault(name, Slot())

    def _outer(self, name: str) -> Scope:
        return next((scope for scope in self._around() if name in scope.variables), self.module)

    def _around(self) -> Iterator[Scope]:
        scope = self.parent
        while scope is not None:
            if not scope.is_class:
                yield scope
            scope = scope.parent

    def find(self, name: str) -> Slot | None:
        """Return the variable that reading `name` here reads; None where the source binds none."""
        if self.elsewhere.get(name):
            return self.module.variables.get(name)
        if name in self.variables:
            return self.variables[name]
        return next((scope.variables[name] for scope in self._around() if name in scope.variables), None)
