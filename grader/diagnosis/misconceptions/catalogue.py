"""The mistakes that an exercise knows, each with what it changes of the reference."""

from __future__ import annotations

import functools
import types
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from grader.diagnosis.misconceptions.docstring import feedback
from grader.diagnosis.misconceptions.source import Source
from grader.records import SourceFile, Text

_SHARED = 3  # files


class CannotBeLoaded(Exception):
    """A wrong solution does not even come to its end when it is loaded."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One file of `mistakes/`."""

    name: str  # of the file, without ".py"
    feedback: Text
    source: Source
    changed: frozenset[str]  # names that it binds otherwise than the reference
    own: frozenset[str]  # those of them that are not just another way to write the same: see `Catalogue`


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wrong solution to try: one mistake, or two at once."""

    mistakes: tuple[Mistake, ...]
    make: Callable[[], types.ModuleType]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its mistakes."""
        return tuple(mistake.name for mistake in self.mistakes)

    @property
    def changed(self) -> frozenset[str]:
        return frozenset().union(*(mistake.changed for mistake in self.mistakes))

    def module(self) -> types.ModuleType:
        """Return a fresh module. Raises CannotBeLoaded."""
        try:
            return self.make()
        except Exception as error:
            raise CannotBeLoaded(f"{type(error).__name__}: {error}") from error

    def behind(self, functions: frozenset[str]) -> Hashable:
        """Return what decides how these functions behave."""
        return tuple(mistake.source.behind(functions) for mistake in self.mistakes)

    def touches(self, functions: frozenset[str]) -> bool:
        """Whether calling these functions can come to anything that it changes."""
        return all(touches(mistake, functions) for mistake in self.mistakes)

    def is_near(self, functions: frozenset[str]) -> bool:
        """Whether calling these functions can come to what it changes, or to anything of the file that this uses."""
        return any(_is_near(mistake, functions) for mistake in self.mistakes)


def _is_near(mistake: Mistake, functions: frozenset[str]) -> bool:
    used = mistake.source.reach(mistake.changed) & mistake.source.reach(functions)
    return "" in mistake.changed or any(not mistake.source.bindings[name].imports for name in used)


def touches(mistake: Mistake, functions: frozenset[str]) -> bool:
    """Whether calling these functions can come to anything that a mistake changes."""
    return "" in mistake.changed or not mistake.changed.isdisjoint(mistake.source.reach(functions))


def _text(mistake: Mistake, name: str) -> tuple[str, str]:
    return name, mistake.source.bindings[name].text


class Catalogue:
    """The reference and the mistakes, read as they are given, and parsed when a test has failed.

    Files of mistakes are often written shorter than the reference. A definition that several of them share, word for
    word, is taken for another way to write what is right, where two mistakes are to be put together.
    """

    def __init__(self, name: str, reference: str, mistakes: Sequence[SourceFile]) -> None:
        self._name = name
        self._reference = reference
        self._files = mistakes
        self.problems: list[Text] = []  # files that are no use, for the author

    @functools.cached_property
    def reference(self) -> Source:
        """The reference. Raises SyntaxError."""
        return Source(self._name, self._reference)

    @functools.cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Every mistake that can be parsed and says what it is, in the order of their names."""
        found = [mistake for file in self._files if (mistake := self._mistake(file)) is not None]
        shared = Counter(_text(one, name) for one in found for name in one.changed if name)
        return tuple(
            replace(one, own=frozenset(name for name in one.changed if not name or shared[_text(one, name)] < _SHARED))
            for one in found
        )

    def _mistake(self, file: SourceFile) -> Mistake | None:
        name = file.stem
        try:
            source = Source(name, file.text)
        except (SyntaxError, ValueError, RecursionError) as error:
            self.note(file.name, f"{type(error).__name__}: {error}")
            return None
        text = feedback(source.docstring)
        if text is None:
            self.note(file.name, "no docstring")
            return None
        changed = source.changed(self.reference)
        return Mistake(name, text, source, changed, own=changed)

    def note(self, name: str, why: str) -> None:
        """Remember that a mistake is no use, for whoever wrote it."""
        problem = Text(en=f"{name} is not used to explain anything: {why}.", zh=f"{name} 无法用于解释错误：{why}。")
        if problem not in self.problems:
            self.problems.append(problem)

    def prepare(self) -> None:
        """Parse and compile everything now, so that the forks of this process need not."""
        self.reference.compile()
        for mistake in self.mistakes:
            mistake.source.compile()
