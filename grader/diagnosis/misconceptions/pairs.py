"""Two mistakes at once, as one module: each function from the mistake that changes it, or both changes in one.

Where both change the same definition, their changed lines are put into the reference's, as a merge does; where they
overlap they cannot be.
"""

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import types
from collections.abc import Iterator, Sequence

from grader.diagnosis.misconceptions.catalogue import Candidate, Mistake
from grader.diagnosis.misconceptions.source import Binding, Source, compiled, module_of

_Hunk = tuple[int, int, tuple[str, ...]]  # first and end line of the reference, and what stands there instead


class Pairs:
    """Makes modules of two mistakes; what belongs to a single one, or to the reference, is prepared once."""

    def __init__(self, reference: Source) -> None:
        self._reference = reference
        self._codes: dict[tuple[str, str], types.CodeType] = {}  # by mistake ("": the reference) and name
        self._hunks: dict[tuple[str, str], tuple[_Hunk, ...]] = {}
        self._lines: dict[str, list[str]] = {}

    def prepare(self, mistakes: Sequence[Mistake]) -> None:
        """Do now what is done once for each mistake."""
        for mistake in mistakes:
            for name in mistake.own - {""}:
                self._code(mistake, name)
                if name in self._reference.bindings:
                    self._changes(name, mistake)
        for name in self._reference.bindings:
            self._code(None, name)

    def candidate(self, one: Mistake, other: Mistake) -> Candidate | None:
        """Return two mistakes as one wrong solution; None where they cannot stand side by side."""
        if "" in one.own | other.own or not one.own or not other.own:
            return None
        parts: dict[str, types.CodeType] = {}
        for name in one.own | other.own:
            code = self._chosen(name, one, other)
            if code is None:
                return None
            parts[name] = code
        ordered = [parts[name] if name in parts else self._code(None, name) for name in self._in_order(one, other)]
        return Candidate((one, other), functools.partial(module_of, self._reference.name, ordered))

    def _chosen(self, name: str, one: Mistake, other: Mistake) -> types.CodeType | None:
        if name in one.own and name in other.own:
            same = one.source.bindings[name].text == other.source.bindings[name].text
            return self._code(one, name) if same else self._merged(name, one, other)
        return self._code(one if name in one.own else other, name)

    def _code(self, mistake: Mistake | None, name: str) -> types.CodeType:
        """Return a mistake's own definition, or without one the reference's."""
        key = ("" if mistake is None else mistake.name, name)
        if key not in self._codes:
            source = self._reference if mistake is None else mistake.source
            self._codes[key] = compiled(source.bindings[name].tree(), self._reference.name)
        return self._codes[key]

    def _merged(self, name: str, one: Mistake, other: Mistake) -> types.CodeType | None:
        base = self._reference.bindings.get(name)
        if base is None or base.imports:
            return None
        hunks = sorted((*self._changes(name, one), *self._changes(name, other)))
        if any(_clash(earlier, later) for earlier, later in itertools.pairwise(hunks)):
            return None
        lines = [*self._lines_of(name)]
        for first, end, instead in reversed(hunks):
            lines[first:end] = instead
        try:
            return compiled("\n".join(lines), self._reference.name)
        except (SyntaxError, ValueError):
            return None

    def _changes(self, name: str, mistake: Mistake) -> tuple[_Hunk, ...]:
        key = (mistake.name, name)
        if key not in self._hunks:
            before, after = self._lines_of(name), _lines(mistake.source.bindings[name])
            blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
            self._hunks[key] = tuple(
                (first, end, tuple(after[start:stop])) for tag, first, end, start, stop in blocks if tag != "equal"
            )
        return self._hunks[key]

    def _lines_of(self, name: str) -> list[str]:
        if name not in self._lines:
            self._lines[name] = _lines(self._reference.bindings[name])
        return self._lines[name]

    def _in_order(self, one: Mistake, other: Mistake) -> Iterator[str]:
        """Yield every name: imports first, then what the reference lacks, then the rest in the reference's order."""
        known = self._reference.bindings
        more = {name: mistake.source.bindings[name] for mistake in (one, other) for name in sorted(mistake.own)}
        more = {name: binding for name, binding in more.items() if name not in known}
        yield from (name for name, binding in {**known, **more}.items() if binding.imports)
        yield from (name for name, binding in more.items() if not binding.imports)
        yield from (name for name, binding in known.items() if not binding.imports)


def _clash(earlier: _Hunk, later: _Hunk) -> bool:
    """Whether two changes overlap, or something is put in where the other ends: nothing says which comes first."""
    puts_in = earlier[0] == earlier[1] or later[0] == later[1]
    return later[0] < earlier[1] or (later[0] == earlier[1] and puts_in)


def _lines(binding: Binding) -> list[str]:
    return [line for statement in binding.statements for line in ast.unparse(statement).splitlines()]
