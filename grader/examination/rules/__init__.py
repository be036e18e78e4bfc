"""The rules of an exercise ("must not call torch.softmax"), checked on the syntax tree of what came in.

Theory of operation. Every file of the submission is parsed, never run, and read as a flow of values (`read`, `calls`,
`flow`): through imports, aliases, tuples, default arguments, attributes, the submission's own functions and files, and
names that are put together from constants, each expression gets the dotted names of libraries that it may mean. A name
that a rule forbids, or that a list of allowed names lacks, is a *finding*: the submission is `forbidden`. What reaches
into a library by a name that is not known before the program runs is a *review*: a note for a person, which changes no
point. The tripwire in the child (`sandbox.tripwire`) is the other half. What neither catches is in
docs/design/rules.md: this teaches, it does not enforce.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.examination.evidence import Ended
from grader.examination.rules.calls import Calls
from grader.examination.rules.expressions import GRAPH_ATTRIBUTES, ODD_ATTRIBUTES
from grader.examination.rules.flow import Kind, TooMuch, Value
from grader.examination.rules.names import Names, exists
from grader.examination.rules.read import Reader, TooDeep, parsed
from grader.examination.rules.reviews import Notes
from grader.examination.rules.scopes import Mention, Site
from grader.records import Outcome, Review, SourceFile, SourceLine

__all__ = ["Looked", "Rules", "rule_of", "told_name"]

MAX_CHARACTERS = 2 * 1024 * 1024  # of all files that are parsed: two seconds, also where no file is Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the rules say of a submission: the first forbidden use, and what a person should look at."""

    forbidden: Ended | None = None
    reviews: tuple[Review, ...] = ()


class Rules:
    """What an exercise forbids and, where it lists names that are allowed, everything that it does not allow."""

    def __init__(self, forbid: Sequence[str], allow: Sequence[str] = ()) -> None:
        self._names = Names(forbid, allow)

    def look(self, files: Sequence[SourceFile]) -> Looked:
        """Look through a submission; what Python cannot parse is left to the child, whose error names the line."""
        if not self._names.any:
            return Looked()
        notes = Notes(files)
        reader = Reader([file.stem for file in files])
        calls = Calls(reader)
        try:
            for number, file in enumerate(files):
                if sum(len(earlier.text) for earlier in files[: number + 1]) > MAX_CHARACTERS:
                    raise TooMuch
                try:
                    tree = parsed(file.text)
                except TooDeep:
                    notes.add("depth", Site(number, 1, 1))
                    continue
                if tree is not None:
                    calls.read(tree, reader.modules[file.stem], file=number)
            reader.flow.settle()
        except TooMuch:
            notes.add("size", Site(0, 1, 1))
        found = self._first_forbidden(reader, files)
        self._review(reader, calls, notes)
        return Looked(forbidden=found, reviews=notes.taken())

    # -- findings

    def _first_forbidden(self, reader: Reader, files: Sequence[SourceFile]) -> Ended | None:
        found: list[tuple[Site, str]] = [
            (mention.site, name)
            for mention in reader.mentions
            for name in mention.slot.of_kind(Kind.LIBRARY)
            if self._names.breaks_a_rule(name, whole=mention.whole)
        ]
        found += [(site, name) for site, name in reader.imports if self._names.breaks_a_rule(name)]
        if not found:
            return None
        site, name = min(found, key=lambda one: (one[0].file, one[0].line, one[0].column, one[1]))
        return Ended(
            outcome=Outcome.FORBIDDEN,
            detail=name[:200],
            allowed=self._names.allow,
            traceback=(_line(files[site.file], site),),
        )

    # -- reviews

    def _review(self, reader: Reader, calls: Calls, notes: Notes) -> None:
        for mention in reader.mentions:
            self._review_door(mention, notes)
        for site, name in reader.imports:
            if self._names.is_door(name):
                notes.add("door", site, name=name)
        for lookup in calls.lookups:
            if lookup.key.certain:
                continue
            if lookup.what != "name":
                notes.add(lookup.what, lookup.site)
            elif (base := self._library_in(lookup.base.values)) is not None:
                notes.add("name", lookup.site, name=base)
        for site, slot, expression in reader.tables:
            key = reader.looked_up.get(expression)
            if any(self._is_guarded(value) for value in slot.values) and (key is None or not key.certain):
                notes.add("table", site)
        for site, name in (*reader.odd_attributes, *_odd_words(calls)):
            if name not in GRAPH_ATTRIBUTES:
                notes.add("inner", site, name=name)
            elif self._names.concerns("torch.autograd"):
                notes.add("graph", site, name=name)
        for site, slots in calls.passed_on:
            if any(Value(Kind.LIBRARY, "builtins.getattr") in slot.values for slot in slots):
                base = next((base for slot in slots if (base := self._library_in(slot.values))), None)
                if base is not None:
                    notes.add("name", site, name=base)

    def _review_door(self, mention: Mention, notes: Notes) -> None:
        for name in mention.slot.of_kind(Kind.LIBRARY):
            if self._names.is_door(name):
                notes.add("door", mention.site, name=name)

    def _library_in(self, values: set[Value]) -> str | None:
        """Return the part of a library among these values that the rules are about."""
        for value in sorted(values):
            if (
                value.kind is Kind.LIBRARY
                and not value.name.startswith("builtins")
                and self._names.concerns(value.name)
            ):
                return value.name
        return None

    def _is_guarded(self, value: Value) -> bool:
        if value.kind is Kind.TABLE:
            return not value.name or self._names.concerns(value.name)
        return value.kind is Kind.OWN_TABLE


def _odd_words(calls: Calls) -> Iterator[tuple[Site, str]]:
    """Yield the attributes that lead inside and are looked up as a text."""
    for lookup in calls.lookups:
        if lookup.what == "name":
            parts = {part for word in lookup.key.words for part in word.split(".")}
            yield from ((lookup.site, part) for part in sorted(parts & (ODD_ATTRIBUTES | GRAPH_ATTRIBUTES)))


def told_name(name: str, patterns: Sequence[str]) -> str:
    """Return a forbidden name that a child tells of; nothing where it is made up, or it could tell anything by it."""
    return name if name in patterns or (exists(name) and Names(patterns, ()).is_forbidden(name)) else ""


def rule_of(name: str, patterns: Sequence[str]) -> str:
    """Return the first pattern that means a name; nothing where none does."""
    return next((pattern for pattern in patterns if Names((pattern,), ()).is_forbidden(name)), "") if name else ""


def _line(file: SourceFile, site: Site) -> SourceLine:
    lines = file.text.splitlines()
    source = lines[site.line - 1] if site.line <= len(lines) else ""
    return SourceLine(file=file.name, line=site.line, function="", source=source, column=site.column)
